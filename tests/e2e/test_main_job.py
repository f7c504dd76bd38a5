"""The whole loop as a newcomer does it, in a real browser."""

import re
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from mnist_core.settings import Settings
from mnist_core.store import Store
from tests.e2e.conftest import box_of, canvas_of, new_visitor, settled
from tests.e2e.test_curves import axis, drawn, zoom
from tests.serving import Server

pytestmark = pytest.mark.e2e


def set_number(page: Page, label: str, value: str) -> None:
    """Type into a number field and leave it."""
    field = page.get_by_test_id("stNumberInput").filter(has=page.get_by_text(label, exact=True)).locator("input")
    expect(field).to_be_visible()
    settled(page)  # a page that is still made would write its own number over it
    field.fill(value)
    field.press("Enter")
    settled(page)
    expect(field).to_have_value(value)


def main(page: Page) -> Locator:
    """Return the page without Streamlit's own bar, which has a "Stop" too while a script runs."""
    return page.get_by_test_id("stMain")


def curve_points(page: Page) -> int:
    """Return how many points the loss chart holds."""
    count: int = page.evaluate(
        "() => (document.querySelector('.chart')?.data ?? []).reduce((n, trace) => n + trace.x.length, 0)"
    )
    return count


def wait_for_points(page: Page, more_than: int) -> int:
    page.wait_for_function(
        "(n) => (document.querySelector('.chart')?.data ?? []).reduce((s, t) => s + t.x.length, 0) > n",
        arg=more_than,
    )
    return curve_points(page)


def draw_line(page: Page, canvas: Locator, points: list[tuple[float, float]]) -> None:
    """Draw with the mouse; points are shares of the canvas's sides."""
    box = box_of(canvas)
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=8)
    page.mouse.up()


def test_a_newcomer_trains_judges_and_draws_on_real_mnist(real_server: Server, page: Page) -> None:
    # open and pick the recipe
    page.goto(real_server.url)
    card = page.locator(".st-key-recipe_card_first-network")
    settings = card.get_by_role("button", name="Look at settings")
    expect(settings).to_have_count(1)  # while a page runs anew, an old one may stand beside it
    settled(page)
    settings.click()
    expect(page.get_by_role("heading", name="Train", exact=True)).to_be_visible()
    expect(page.get_by_text("407,050 parameters in all.")).to_be_visible()
    set_number(page, "Epochs", "1")

    # start and see the curve grow
    page.get_by_role("button", name="Start training").click()
    expect(main(page).get_by_role("button", name="Stop", exact=True)).to_be_visible()
    first = wait_for_points(page, 0)
    grown = wait_for_points(page, first)
    assert grown > first
    address = page.url
    assert re.search(r"run=\d{8}-\d{6}-[0-9a-f]{8}", address)

    # a reload in the middle finds the run again, and it finishes
    page.reload()
    expect(page.get_by_text("First network, changed")).to_be_visible()
    expect(page.get_by_text("What next?")).to_be_visible()
    assert page.url == address
    accuracy = page.get_by_test_id("stMetric").filter(has_text="Test accuracy").get_by_test_id("stMetricValue")
    assert float(accuracy.inner_text().rstrip("%")) > 93

    # the confusion matrix: a click on a cell shows its images
    page.get_by_role("link", name="See where it goes wrong").click()
    expect(page.get_by_role("heading", name="Evaluate")).to_be_visible()
    expect(page.locator(".js-plotly-plot .heatmaplayer image").first).to_be_visible()
    settled(page)
    plot = page.locator(".js-plotly-plot .nsewdrag").first
    box = plot.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.35, box["y"] + box["height"] * 0.35)  # fourth row and column
    expect(page.get_by_text("rightly recognised")).to_contain_text("3")
    expect(page.locator(".lab-gallery img").first).to_be_visible()

    # draw a "1" with the mouse and read the answer
    page.get_by_role("link", name="Draw").click()
    canvas = canvas_of(page)
    draw_line(page, canvas, [(0.52, 0.15), (0.5, 0.5), (0.48, 0.85)])
    expect(page.locator('.lab-reading[data-best="1"]')).to_be_visible()
    expect(page.get_by_text("What it sees").first).to_be_visible()

    # the drawing is kept over a page switch, and cleared on demand
    page.get_by_role("link", name="Glossary").click()
    expect(page.get_by_role("heading", name="Glossary")).to_be_visible()
    page.get_by_role("link", name="Draw").click()
    expect(page.locator('.lab-reading[data-best="1"]')).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".lab-reading strong")).to_have_text("?")

    # With a model loaded and every page seen, 250 MB were measured here and 290 elsewhere with the same 2 cores
    # (benchmarks/README.md has the figures); TensorFlow alone would take 300 more. What was read of the mapped
    # training images, 47 MB in all, is handed back.
    page.get_by_role("link", name="Explore").click()
    page.get_by_role("tab", name="Classes and shapes").click()
    expect(page.get_by_text("Images per class")).to_be_visible()
    app = psutil.Process(real_server.process.pid)
    assert app.memory_info().rss < 350e6
    assert sum(file.rss for file in app.memory_maps() if Path(file.path).name == "x_train.npy") < 10e6


def test_stop_keeps_the_model_and_others_cannot_stop(server: Server, page: Page, browser: Browser) -> None:
    page.goto(f"{server.url}/train?run=new")
    set_number(page, "Epochs", "200")
    set_number(page, "Batch size", "1")
    page.get_by_role("button", name="Start training").press("Enter")
    wait_for_points(page, 2)
    # The button is gone: the keyboard goes on at the run's name, and a screen reader says what happens.
    expect(page.locator(".st-key-focus_here h2")).to_be_focused()
    expect(page.locator("#lab-announcement")).to_have_text(re.compile(r"Epoch \d+ done. Training accuracy: "))

    other = new_visitor(browser).new_page()
    other.goto(page.url)
    expect(other.locator(".stMarkdownBadge", has_text="Training")).to_be_visible()
    expect(main(other).get_by_role("button", name="Stop", exact=True)).to_have_count(0)
    other.context.close()

    main(page).get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Stopped by you. The model as it was then is kept.")).to_be_visible()
    expect(page.locator("#lab-announcement")).to_contain_text("Stopped. Test accuracy: ")
    expect(page.get_by_text("What next?")).to_be_visible()


def trained_in(server: Server, page: Page, epochs: str, seconds: float) -> str:
    """Train a run of so many epochs, let its record say that it took so long, and set up the same again."""
    page.goto(f"{server.url}/train?run=new")
    set_number(page, "Epochs", epochs)
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text("What next?")).to_be_visible()
    run_id = parse_qs(urlsplit(page.url).query)["run"][0]
    with closing(Store(Settings(home=server.home))) as store:
        points = store.metrics.points(run_id)
        slower = [replace(point, seconds=seconds * place / len(points)) for place, point in enumerate(points, 1)]
        with store.database.begin() as connection:
            store.metrics.replace(connection, run_id, slower)
    page.get_by_role("button", name="New run").click()
    return run_id


def test_the_same_settings_are_played_back_until_somebody_skips(server: Server, page: Page) -> None:
    run_id = trained_in(server, page, "4", 240)
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text("Replay: these settings were trained before, by you. It is shown 4.0 × ")).to_be_visible()
    expect(page).to_have_url(re.compile(run_id))
    expect(page.locator(".stMarkdownBadge", has_text="Replay")).to_be_visible()
    wait_for_points(page, 1)
    expect(page.locator("#lab-announcement")).to_have_text("A replay of this training begins.")
    expect(page.get_by_text("What next?")).to_have_count(0)
    page.get_by_role("button", name="Skip to the end").press("Enter")
    expect(page.get_by_text("What next?")).to_be_visible()
    # Not at the button that comes in the place of the one that is gone: it would train.
    expect(page.locator(".st-key-focus_here h2")).to_be_focused()
    expect(page.locator("#lab-announcement")).to_contain_text("The training is finished. Test accuracy: ")
    expect(page.get_by_role("button", name="Train again")).to_be_visible()
    page.get_by_role("button", name="Train it anew with another seed").click()
    expect(page).not_to_have_url(re.compile(run_id))
    expect(page.get_by_text("trained before")).to_have_count(0)
    expect(page.get_by_text("What next?")).to_be_visible()


def test_a_replay_grows_in_place_keeps_a_zoom_and_ends_by_itself(server: Server, page: Page) -> None:
    trained_in(server, page, "5", 15)
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text("It is shown at its real pace.")).to_be_visible()
    drawn(page)
    wait_for_points(page, 4)  # before that the axis has a range of its own
    page.evaluate("() => { document.querySelector('.chart').mark = 'the same element'; }")
    zoom(page)
    zoomed = axis(page, "x"), axis(page, "y")
    seen = curve_points(page)
    expect(page.get_by_text("What next?")).to_be_visible()
    settled(page)
    assert curve_points(page) >= seen
    assert page.evaluate("() => document.querySelector('.chart').mark") == "the same element"
    assert (axis(page, "x"), axis(page, "y")) == zoomed
    page.reload()
    expect(page.get_by_text("What next?")).to_be_visible()


def test_the_live_chart_keeps_its_place_while_it_grows(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/train?run=new")
    set_number(page, "Epochs", "200")
    set_number(page, "Batch size", "1")
    page.get_by_role("button", name="Start training").click()
    seen = wait_for_points(page, 0)
    page.evaluate("() => { document.querySelector('.chart').mark = 'the same element'; }")
    top = page.locator(".chart").first.bounding_box()
    wait_for_points(page, seen + 3)
    assert page.evaluate("() => document.querySelector('.chart').mark") == "the same element"
    assert page.locator(".chart").first.bounding_box() == top
    main(page).get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("What next?")).to_be_visible()


def test_no_page_is_wider_than_a_phone(server: Server, browser: Browser) -> None:
    phone = new_visitor(browser, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).new_page()
    for name in ("", "explore", "train", "evaluate", "robustness", "draw", "glossary"):
        phone.goto(f"{server.url}/{name}")
        expect(phone.locator("h1")).to_be_visible()
        settled(phone)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390, name
    phone.context.close()
