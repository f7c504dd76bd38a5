"""Looking inside a network, in a real browser: the maps answer to clicks and the address."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import settled
from tests.e2e.test_main_job import set_number
from tests.serving import Server

pytestmark = pytest.mark.e2e


def test_a_visitor_asks_why_and_looks_inside(server: Server, page: Page) -> None:
    page.goto(server.url)
    page.locator(".st-key-recipe_card_first-network").get_by_role("button", name="Train").click()
    expect(page.get_by_text("What next?")).to_be_visible()
    page.get_by_role("link", name="Evaluate").click()
    page.get_by_role("radio", name="Images", exact=True).click()
    set_number(page, "Image", "5")
    why = page.get_by_role("link", name="Why this answer?")
    expect(why).to_have_attribute("href", re.compile("image=5"))  # the page has run again with it
    why.click()

    # the link leads to this very image, and the maps are there
    expect(page.get_by_role("heading", name="Explain")).to_be_visible()
    expect(page.get_by_text("Cover it up")).to_be_visible()
    assert re.search(r"image=5", page.url)
    expect(page.get_by_alt_text(re.compile("^Needed for"))).to_be_visible()

    # another image, another address, another picture
    before = page.get_by_alt_text(re.compile("^Needed for")).get_attribute("src")
    set_number(page, "Number of the test image", "6")
    expect(page).to_have_url(re.compile("image=6"))
    expect(page.get_by_alt_text(re.compile("^Needed for"))).not_to_have_attribute("src", before or "")

    # inside: the favourites of a unit follow the number
    page.get_by_role("tab", name="Inside").click()
    expect(page.get_by_text("What its 512 units say")).to_be_visible()
    set_number(page, "Unit or filter", "3")
    expect(
        page.get_by_text(re.compile("to which this unit gives its largest numbers|says nothing any more"))
    ).to_be_visible()

    # the map before and after training
    page.get_by_role("tab", name="Map").click()
    expect(page.get_by_text("After training", exact=True)).to_be_visible()
    expect(page.locator(".js-plotly-plot .scatterlayer:visible")).to_have_count(2)
    settled(page)
