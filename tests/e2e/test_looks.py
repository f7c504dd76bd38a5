"""What every page owes to eyes, keyboard and screen reader, in a lab with two finished runs."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from mnist_core.config.study.quick import search
from mnist_core.datasets import load_dataset
from mnist_core.settings import Settings
from mnist_core.store import Store, TrialState
from tests.conftest import Models, recorder
from tests.e2e.conftest import new_visitor, settled
from tests.e2e.measuring import faint, headings, names, shifts, too_wide, watch_shifts
from tests.film_files import put_film
from tests.network_files import CONFIG, write_network
from tests.serving import ROOT, Server, running_server
from tests.study_rows import BASE, put_study

pytestmark = pytest.mark.e2e

MOST_SHIFT = 0.05
PAGES = sorted(path.stem for path in (ROOT / "pages").glob("[a-z]*.py"))
# What else a page has to show: other addresses of it, and the tabs or choices to open there.
FIRST = {"studies": "study={study}"}  # what is shown there instead of a run
MORE = {"train": ("train?run=new",), "compare": ("compare?runs={first},{second}",), "studies": ("studies",)}
VIEWS = {
    "explore": ("Classes and shapes", "Averages"),
    "runs": ("Code",),
    "train": ("Inside",),
    "studies": ("By value", "Two settings", "All settings", "What mattered", "All curves", "Time line"),
    "evaluate": ("Classes", "Confidence", "Mistakes"),
    "explain": ("Inside", "Weights", "Map", "Film", "Down the hill"),
}
PHONE = 390


@pytest.fixture(scope="module")
def lab(
    tmp_path_factory: pytest.TempPathFactory, _digits_home: Settings, _digits_models: Models
) -> Iterator[tuple[Server, dict[str, str]]]:
    """Return a dashboard with two finished runs, of which the first has all that a run can keep, and their ids."""
    home = tmp_path_factory.mktemp("looks") / "home"
    settings = Settings(home=home, keras_dir=home / "none", data_dir=None, offline=True)
    shutil.copytree(_digits_home.datasets_dir, settings.datasets_dir)
    store = Store(settings)
    digits = load_dataset("digits", settings)
    finished = recorder(store, digits, _digits_models)
    first = finished(CONFIG, name="first")
    write_network(store.files(first.id), seed=3, images=digits.x_test)
    put_film(store, first, digits)
    ids = {"first": first.id, "second": finished(name="second").id}
    question = search(BASE, ["learning_rate", "units", "activation"], 12)
    rows = [
        ({"learning_rate": 10 ** (-k / 3), "units": 8 + k, "activation": "relu"}, TrialState.COMPLETED, 0.5 + k / 30)
        for k in range(12)
    ]
    ids["study"] = put_study(store, question, rows, runs=list(ids.values()))
    store.close()
    with running_server(home, MNIST_LAB_WARM_SPARE="0") as server:
        yield server, ids


def addresses(name: str) -> tuple[str, ...]:
    """Return the addresses of a page: with a finished run, or study, and what else there is of it."""
    first = FIRST.get(name, "run={first}")
    return (("" if name == "home" else name) + f"?{first}", *MORE.get(name, ()))


def drawn(page: Page) -> None:
    """Wait until the script has run, and the code of all widgets is there."""
    expect(page.locator("h1")).to_be_visible()
    settled(page)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    expect(page.locator(".chart:empty")).to_have_count(0)
    # The page names its help buttons once they are there.
    expect(page.locator('[data-testid=stTooltipIcon] button[aria-label="Help"]')).to_have_count(0)


def twice(found: list[str]) -> dict[str, int]:
    """Return the names without words, and those that more than one thing has."""
    return {name: count for name, count in Counter(found).items() if count > 1 or not name.strip()}


@pytest.mark.timeout(900)  # all pages, one after the other: a minute, or five where much else is going on
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_reads_well_stands_still_and_has_names(
    browser: Browser, lab: tuple[Server, dict[str, str]], theme: str
) -> None:
    server, ids = lab
    context = new_visitor(browser, color_scheme=theme)
    watch_shifts(context)
    page = context.new_page()  # one for all: a browser's first page takes more than twice as long as its next
    wide = page.viewport_size
    assert wide is not None
    wrong: list[str] = []
    for name, address, views in (
        (stem, place, VIEWS.get(stem, ()) if place == addresses(stem)[0] else ())
        for stem in PAGES
        for place in addresses(stem)
    ):
        page.set_viewport_size(wide)
        page.goto(f"{server.url}/{address.format(**ids)}")
        drawn(page)
        moved, what = shifts(page)
        if moved >= MOST_SHIFT:
            wrong.append(f"{address}: moves by {moved:.3f}: {what}")
        expect(page).to_have_title(
            re.compile("^MNIST Lab$" if name == "home" else rf"^{name.replace('_', ' ').capitalize()} · MNIST Lab$")
        )
        for view in ("", *views):
            if view:
                page.get_by_test_id("stMain").get_by_text(view, exact=True).first.click()
                drawn(page)
            where = f"{address} {view}"
            wrong += [f"{where}: {text}" for text in faint(page)]
            levels = [level for level, _ in headings(page)]
            if (
                levels.count(1) != 1
                or levels[0] != 1
                or any(b > a + 1 for a, b in zip(levels, levels[1:], strict=False))
            ):
                wrong.append(f"{where}: headings {headings(page)}")
            drawn(page)  # a result may have come since
            buttons = names(page, "button")
            wrong += [f"{where}: {count} buttons called {said!r}" for said, count in twice(buttons).items()]
            wrong += [f"{where}: button {said!r}" for said in buttons if said.endswith(" icon")]
            wrong += [f"{where}: a bar called {said!r}" for said in names(page, "progressbar") if said == "progress"]
        if name != "glossary":  # whose entries are linked to
            wrong += [f"{address}: a link of a heading" for said in names(page, "link") if said == "Link to heading"]
        wrong += [f"{address}: on a phone {more} pixels too wide" for more in [too_wide(page, PHONE)] if more]
    context.close()
    assert not wrong, "\n".join(wrong)


def test_charts_take_the_colours_of_another_theme_at_once(page: Page, lab: tuple[Server, dict[str, str]]) -> None:
    server, ids = lab
    for address in ("evaluate?run={first}", "train?run={first}"):  # both ways of showing a chart
        page.emulate_media(color_scheme="light")
        page.goto(f"{server.url}/{address.format(**ids)}")
        drawn(page)
        words = page.locator(".js-plotly-plot .xtitle").first
        expect(words).to_have_css("fill", "rgb(31, 36, 48)")
        page.get_by_test_id("stMainMenu").click()
        page.get_by_test_id("stMainMenuItem-theme-Dark").click()
        expect(words).to_have_css("fill", "rgb(232, 234, 240)")
        page.get_by_test_id("stMainMenuItem-theme-System").click()
        expect(words).to_have_css("fill", "rgb(31, 36, 48)")
        page.keyboard.press("Escape")
        page.emulate_media(color_scheme="dark")  # the computer's own evening
        expect(words).to_have_css("fill", "rgb(232, 234, 240)")


def test_the_place_of_the_keyboard_is_seen_everywhere(page: Page, lab: tuple[Server, dict[str, str]]) -> None:
    server, _ = lab
    page.goto(f"{server.url}/train?run=new")
    drawn(page)
    ringed = """() => {
      const at = document.activeElement;
      return at === document.body || [at, at.parentElement, at.closest('[data-focus-visible]')].some((one) => one &&
        getComputedStyle(one).outlineStyle === 'solid' && parseFloat(getComputedStyle(one).outlineWidth) >= 2);
    }"""
    for _ in range(30):
        page.keyboard.press("Tab")
        assert page.evaluate(ringed), page.evaluate("document.activeElement.outerHTML")


def test_the_keyboard_stays_among_the_layers_when_one_goes(page: Page, lab: tuple[Server, dict[str, str]]) -> None:
    server, _ = lab
    page.goto(f"{server.url}/train?run=new")
    drawn(page)
    layers = page.locator(".st-key-layers")
    layers.get_by_role("button", name="Add").press("Enter")
    expect(layers.get_by_role("button", name="Remove")).to_have_count(2)
    settled(page)
    layers.get_by_role("button", name="Remove").first.press("Enter")
    expect(layers.get_by_role("button", name="Remove")).to_have_count(1)
    expect(layers.get_by_role("button", name="Remove")).to_be_focused()
    page.keyboard.press("Enter")
    expect(layers.get_by_role("button", name="Remove")).to_have_count(0)
    expect(layers.locator(":focus")).to_have_count(1)


def test_pictures_fill_a_wide_page_in_full_rows(page: Page, lab: tuple[Server, dict[str, str]]) -> None:
    server, _ = lab
    for width, least in ((390, 75), (820, 80), (1280, 80), (1920, 120)):
        page.set_viewport_size({"width": width, "height": 1000})
        page.goto(f"{server.url}/explore")
        drawn(page)
        pictures = page.locator(".lab-m figure")
        places = [pictures.nth(place).bounding_box() for place in range(pictures.count())]
        rows = Counter(round(place["y"]) for place in places if place is not None)
        assert len(set(rows.values())) == 1, (width, rows)
        assert places[0] is not None
        assert places[0]["width"] >= least, width
