"""A study from the form to its best run, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import settled
from tests.e2e.test_main_job import main, set_number
from tests.serving import Server

pytestmark = pytest.mark.e2e


def test_three_learning_rates_in_three_clicks(server: Server, page: Page) -> None:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{server.url}/train?run=new")
    set_number(page, "Epochs", "1")

    # three clicks, of which the second is already chosen
    page.get_by_role("button", name="Try several").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Try 3 learning rates", exact=True).click()
    expect(dialog.get_by_text("3 runs · about")).to_be_visible()
    dialog.get_by_role("button", name="Begin").click()

    # its page renews itself, and what was chosen there stays
    expect(page).to_have_url(re.compile(r"/studies\?study=\d{8}-\d{6}-[0-9a-f]{8}$"))
    expect(page.get_by_role("heading", name="First network · Learning rate")).to_be_visible()
    curves = page.get_by_role("radio", name="All curves")
    curves.click()
    expect(page.get_by_test_id("stProgress")).to_contain_text("3 of 3 trials done")
    expect(page.locator(".stMarkdownBadge", has_text="Finished")).to_be_visible()
    expect(curves).to_be_checked()
    best = page.locator(".st-key-study_best")
    expect(best.get_by_text("The best:")).to_be_visible()
    expect(best.get_by_text("The best of 3 looks better than it is")).to_be_visible()
    accuracy = best.get_by_test_id("stMetricValue").first
    assert 10 <= float(accuracy.inner_text().rstrip("%")) <= 100
    study = page.url

    # the list knows it, and leads back to it
    page.get_by_role("link", name="All studies").click()
    entry = page.get_by_role("link", name="First network · Learning rate")
    expect(entry).to_be_visible()
    settled(page)
    entry.click()
    expect(page).to_have_url(study)

    # a click on a point opens its run
    page.get_by_role("radio", name="By value").click()
    settled(page)
    points = page.locator(".js-plotly-plot .points path")
    expect(points).to_have_count(3)
    box = points.first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page).to_have_url(re.compile(r"/train\?run=\d{8}-\d{6}-[0-9a-f]{8}$"))
    expect(page.get_by_text("What next?")).to_be_visible()
    assert not problems


def test_its_owner_stops_deletes_and_brings_it_back(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/train?run=new")
    set_number(page, "Epochs", "200")
    set_number(page, "Batch size", "1")
    page.get_by_role("button", name="Try several").click()
    page.get_by_role("dialog").get_by_role("button", name="Begin").click()
    progress = page.get_by_test_id("stProgress")
    expect(progress).to_contain_text("1 under way")
    main(page).get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator(".stMarkdownBadge", has_text="Stopped")).to_be_visible()
    expect(progress).to_contain_text("1 failed")
    expect(page.locator("#lab-announcement")).to_contain_text("1 failed")
    settled(page)
    page.get_by_role("button", name="Manage").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text(re.compile(r"is deleted with its \d+ runs?"))).to_be_visible()
    expect(page).to_have_url(re.compile(r"/studies$"))
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".stMarkdownBadge", has_text="Stopped")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/studies\?study="))
