"""Compare in a real browser: charts in one colour a run, a run taken away, axes of many runs."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import settled
from tests.serving import Server

pytestmark = pytest.mark.e2e

HANDWRITING, MNIST_ONLY, FASHION = (f"20260101-000000-0000000{n}" for n in (1, 2, 3))


def line_colors(page: Page, curves: int) -> list[str]:
    """Return the colours of the curves in the first chart, once it has so many."""
    lines = page.locator(".chart").first.locator(".scatterlayer .trace path.js-line")
    expect(lines).to_have_count(curves)
    return [line.evaluate("line => line.style.stroke") for line in lines.all()]


def test_three_runs_are_overlaid_and_one_is_taken_away(server: Server, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 2400})
    page.goto(f"{server.url}/compare?runs={HANDWRITING},{MNIST_ONLY},{FASHION},nonsense")
    expect(page.get_by_text("1 that can't be found")).to_be_visible()
    expect(
        page.get_by_role("region", name="Settings that differ").get_by_role("columnheader", name="Dataset")
    ).to_be_visible()
    expect(page.locator(".chart .scatterlayer .trace")).to_have_count(3)
    results = page.get_by_role("region", name="Results")
    expect(results.get_by_role("rowheader", name="Knows clothes")).to_be_visible()
    expect(page).to_have_url(re.compile(f"runs={HANDWRITING}%2C{MNIST_ONLY}%2C{FASHION}$"))

    page.get_by_role("radio", name="Curves").click()
    three = line_colors(page, 3)
    assert len(set(three)) == 3

    # the second goes; the others keep their colours, and the address follows
    settled(page)
    page.get_by_role("button", name=re.compile("Remove MNIST only")).click()
    expect(page.locator(".chart").first.locator(".scatterlayer .trace")).to_have_count(2)
    assert line_colors(page, 2) == [three[0], three[2]]
    expect(page).to_have_url(re.compile(f"runs={HANDWRITING}%2C{FASHION}$"))

    # along seconds the longer training is the longer curve
    page.get_by_role("radio", name="Seconds").click()
    expect(page.locator(".chart").first.locator(".xtitle")).to_have_text("seconds")

    page.get_by_role("radio", name="All runs").click()
    axes = page.locator(".chart .parcoords .axis-title")
    expect(axes.last).to_have_text(re.compile(r"^Test accuracy\s*\(%\)$"))
    assert page.locator(".chart canvas").count() > 0
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV").click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0].startswith("run,")
    assert lines[0].endswith("test_loss,test_accuracy")
    assert len(lines) >= 3
