"""A film in a real browser: its slider moves everything together, and a river says since when a drawing is read."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import box_of, canvas_of, settled
from tests.serving import Server

pytestmark = pytest.mark.e2e

PAINTED = """() => [...document.querySelectorAll('.lab-film-pictures canvas')].map((one) => one.toDataURL()).join()"""
POINTS = """() => JSON.stringify([...document.querySelectorAll('.js-plotly-plot')].map(
  (one) => one.data.map(({ x, y, z }) => [x, y, z])))"""


def test_one_slider_moves_all_parts_and_a_drawing_has_its_river(server: Server, page: Page) -> None:
    asked: list[str | bytes] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda data: asked.append(data)))
    page.goto(server.url)
    page.locator(".st-key-recipe_card_first-network").get_by_role("button", name="Train").click()
    expect(page.get_by_text("What next?")).to_be_visible()
    run = re.search("run=([0-9a-f-]+)", page.url)
    assert run is not None
    page.goto(f"{server.url}/explain?run={run[1]}&image=3")
    page.get_by_role("tab", name="Film").click()
    slider = page.get_by_role("slider", name="Moment of the training")
    matrix = page.get_by_role("img", name=re.compile("^Confusion matrix"))
    bars = page.get_by_role("img", name=re.compile("^Bars: the most probable class")).last
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^Step"))
    expect(matrix.locator(".heatmaplayer image")).to_be_attached()
    expect(page.locator(".lab-film-pictures canvas")).to_have_count(32)
    settled(page)

    def shown() -> list[str | None]:
        says = [matrix.get_attribute("aria-label"), bars.get_attribute("aria-label")]
        return [*says, page.evaluate(PAINTED), slider.get_attribute("aria-valuetext")]

    assert asked
    asked.clear()
    end, last_points = shown(), page.evaluate(POINTS)
    ranges = "() => [...document.querySelectorAll('.js-plotly-plot')].map((one) => one.layout.xaxis.range)"
    axes = page.evaluate(ranges)
    slider.focus()
    page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^Before the first step"))
    expect(matrix).not_to_have_attribute("aria-label", end[0] or "")
    expect(bars).not_to_have_attribute("aria-label", end[1] or "")
    page.wait_for_function(f"(before) => ({PAINTED})() !== before", arg=end[2])
    page.wait_for_function(f"(before) => ({POINTS})() !== before", arg=last_points)
    assert page.evaluate(ranges) == axes  # points move, the plane does not
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^Step"))

    # it plays to its end by itself, and nothing of all that is asked of the server
    page.keyboard.press("End")
    page.get_by_role("button", name="Play the film").click()
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^Before the first step"))
    expect(page.get_by_role("button", name="Pause the film")).to_be_visible()
    expect(page.get_by_role("button", name="Play the film")).to_be_visible()
    assert shown() == end
    assert not asked

    # the river of a drawing
    page.goto(f"{server.url}/draw?run={run[1]}")
    box = box_of(canvas_of(page))
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 60, steps=8)
    page.mouse.up()
    page.get_by_text("Since when can it read this?").click()
    expect(page.get_by_text(re.compile("^It has read this as "))).to_be_visible()
    expect(
        page.get_by_role("img", name=re.compile("^It has read this as ")).locator(".scatterlayer .trace")
    ).to_have_count(10)
