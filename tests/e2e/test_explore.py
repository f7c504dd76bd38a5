"""What only a browser can show of Explore: the image of a point on the map, and a job that goes on."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import settled
from tests.serving import Server
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e

# The sum of all values of the canvas beside the map: 0 while nothing is drawn.
INK = """() => document.querySelector('.lab-map canvas').getContext('2d')
  .getImageData(0, 0, 28, 28).data.reduce((a, b) => a + b)"""


def open_map(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/explore")
    page.get_by_role("tab", name="Map").click()
    expect(page.get_by_text("Kind of map")).to_be_visible()


def test_pointing_at_the_map_shows_the_image_without_asking_the_server(server: Server, page: Page) -> None:
    open_map(page, server)
    points = page.locator(".map-chart .scatterlayer path.point")
    expect(points).to_have_count(1500)
    settled(page)
    expect(page.locator(".map-words")).to_have_text("Point at a mark, or tap it, to see its image.")
    assert page.evaluate(INK) == 0
    points.nth(700).hover(force=True)
    expect(page.locator(".map-words")).to_contain_text("labelled")
    assert page.evaluate(INK) > 0
    first = page.locator(".map-words").inner_text()

    def tapped() -> bool:
        points.nth(20).click(force=True)
        return page.locator(".map-words").inner_text() != first

    wait_until(tapped, 240, "the words of another image")  # a busy browser drops what comes too soon


def test_a_tsne_map_is_made_in_the_background_and_stays(server: Server, page: Page) -> None:
    open_map(page, server)
    page.get_by_text("t-SNE", exact=True).first.click()
    page.get_by_role("button", name="Make a t-SNE map").click()
    expect(page.get_by_test_id("stProgress")).to_be_visible()
    page.get_by_role("link", name="Glossary").click()
    expect(page.get_by_role("heading", name="Glossary")).to_be_visible()
    page.get_by_role("link", name="Explore").click()
    page.get_by_role("tab", name="Map").click()
    expect(page.get_by_text("Neighbours on this map look alike")).to_be_visible()
    expect(page.locator(".map-chart .scatterlayer path.point")).to_have_count(1500)
