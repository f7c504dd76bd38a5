"""Augmentation in a real browser: a slider moves, sixteen changed images appear, and a run trains on such images."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import settled
from tests.e2e.test_main_job import set_number
from tests.serving import Server

pytestmark = pytest.mark.e2e


def sources(images: Locator) -> list[str]:
    return [image.get_attribute("src") or "" for image in images.all()]


def test_a_slider_shows_changed_images_and_the_run_trains_on_such(server: Server, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 2400})
    page.goto(f"{server.url}/train?run=new")
    settled(page)
    sidebar = page.get_by_test_id("stSidebar")
    sidebar.get_by_text("Augmentation", exact=True).click()
    images = sidebar.locator(".lab-four img")
    slider = sidebar.locator(".st-key-form_rotation input[type=range]")
    slider.focus()
    assert images.count() == 0
    slider.press("End")
    expect(images).to_have_count(16)
    settled(page)
    first = sources(images)

    sidebar.get_by_role("button", name="Show others").click()
    expect(images.first).not_to_have_attribute("src", first[0])
    settled(page)
    assert not set(sources(images)) & set(first)

    set_number(page, "Epochs", "2")
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text("What next?")).to_be_visible()
    expect(page.get_by_text("· Augmentation")).to_be_visible()
