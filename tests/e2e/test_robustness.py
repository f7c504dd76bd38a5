"""Robustness in a real browser: a slider moves, the network reads anew, and the curve comes by itself."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import settled
from tests.e2e.test_main_job import set_number
from tests.serving import Server

pytestmark = pytest.mark.e2e


def metric(page: Page, label: str) -> Locator:
    return page.get_by_test_id("stMetric").filter(has_text=label).get_by_test_id("stMetricValue")


def test_a_slider_moves_the_images_and_the_accuracy_falls(server: Server, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 2400})  # no scrolling: it closes lists that have just opened
    page.goto(f"{server.url}/train?run=new")
    set_number(page, "Epochs", "3")
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text("What next?")).to_be_visible()
    page.get_by_role("link", name="Robustness").click()
    expect(metric(page, "Accuracy now")).to_be_visible()
    settled(page)
    untouched = metric(page, "Untouched").inner_text()
    assert metric(page, "Accuracy now").inner_text() == untouched

    # the curve comes without a click
    expect(page.locator(".chart .scatterlayer .trace").first).to_be_attached()
    assert "Shift sideways" in (page.locator(".chart").get_attribute("aria-label") or "")

    # keys move the slider four pixels to the right; the chart changes in place
    settled(page)
    page.evaluate("() => { document.querySelector('.chart').mark = 'the same element'; }")
    slider = page.locator(".st-key-robustness_shift_x input[type=range]")
    slider.focus()
    for _ in range(4):
        slider.press("ArrowRight")
    page.wait_for_function("() => document.querySelector('.chart')?.layout?.shapes[0].x0 === 4")
    settled(page)
    assert page.evaluate("() => document.querySelector('.chart').mark") == "the same element"
    expect(page.get_by_text("Shift sideways at 4 pixels:")).to_be_visible()
    assert metric(page, "Untouched").inner_text() == untouched
    assert float(metric(page, "Accuracy now").inner_text().rstrip("%")) < float(untouched.rstrip("%")) - 20
    expect(page.locator(".lab-gallery .bad").first).to_be_visible()

    # the curve of another corruption
    page.get_by_role("combobox", name="What to make stronger").click()
    page.get_by_role("option", name="Noise").click()
    expect(page.locator(".chart .xtitle")).to_have_text("Noise (grey values)")

    page.get_by_role("button", name="Reset all").press("Enter")
    expect(page.get_by_text("Nothing is changed yet.")).to_be_visible()
    expect(page.locator(".st-key-robustness_sliders :focus")).to_have_count(1)  # the button has nothing to do any more
    settled(page)
    assert metric(page, "Accuracy now").inner_text() == untouched
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0] == "run,corruption,strength,right,images,accuracy,low_95,high_95"
    assert len(lines) == 1 + 17
