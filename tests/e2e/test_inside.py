"""A network's inside while it trains, in a real browser: it changes in place, and the curves keep their zoom."""

import pytest
from playwright.sync_api import Page, expect

from mnist_core.config import DataConfig, Dense, NetworkConfig, RunConfig, TrainConfig
from mnist_core.config.links import settings_address
from tests.e2e.conftest import settled
from tests.e2e.test_curves import axis, drawn, zoom
from tests.e2e.test_main_job import main
from tests.serving import Server
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e
# It goes on for as long as a test may take, and learns something new to the end.
_SLOW = RunConfig(
    data=DataConfig(dataset="digits"),
    model=NetworkConfig(layers=(Dense(units=32),)),
    train=TrainConfig(epochs=200, batch_size=1, learning_rate=1e-5),
)
_SEEN = """() => {
  const matrix = [...document.querySelectorAll('.chart')].at(-1);
  return {
    ways: [...document.querySelectorAll('.lab-watched .way')].map((way) => way.children.length),
    titles: [...document.querySelectorAll('.lab-watched b')].map((title) => title.textContent).join(),
    weights: document.querySelector('.lab-sheet img').src,
    right: matrix.getAttribute('aria-label'),
  };
}"""

_CURVES = """() => {
  const charts = [...document.querySelectorAll('.chart')];
  return charts.length === 2 && charts.every((chart) => chart._fullLayout && chart.data[0].type !== 'heatmap');
}"""


def test_images_weights_and_matrix_change_in_place_and_the_curves_keep_their_zoom(server: Server, page: Page) -> None:
    page.goto(settings_address(server.url, _SLOW))
    page.get_by_role("button", name="Start training").click()
    drawn(page)
    zoom(page)
    zoomed = axis(page, "x"), axis(page, "y")
    page.get_by_text("Inside", exact=True).click()
    expect(page.locator(".lab-watched img")).to_have_count(12)
    expect(page.locator(".lab-sheet img")).to_be_visible()
    expect(page.locator(".chart .heatmaplayer")).to_be_attached()
    image = page.locator(".lab-watched img").first.element_handle()
    sheet = page.locator(".lab-sheet img").element_handle()
    before = page.evaluate(_SEEN)
    wait_until(lambda: all(page.evaluate(_SEEN)[name] != told for name, told in before.items()), 240, "something new")
    assert image.evaluate("image => image.isConnected")
    assert sheet.evaluate("image => image.isConnected"), "the same elements change: nothing blinks"
    page.get_by_text("Curves", exact=True).click()
    expect(page.locator(".lab-watched")).to_have_count(0)
    page.wait_for_function(_CURVES)
    assert (axis(page, "x"), axis(page, "y")) == zoomed
    main(page).get_by_role("button", name="Stop", exact=True).click()
    expect(main(page).get_by_role("button", name="Stop", exact=True)).to_have_count(0)
    expect(page.get_by_text("What next?")).to_be_visible()
    settled(page)
    page.get_by_text("Inside", exact=True).click()
    expect(page.locator(".lab-watched img")).to_have_count(12)
