"""The network as a picture in a real browser: it follows the form, the pointer and the keyboard."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import settled
from tests.e2e.test_main_job import set_number
from tests.serving import Server

pytestmark = pytest.mark.e2e


def block(page: Page, name: str) -> Locator:
    """Return the block of the picture whose words begin so."""
    return page.get_by_role("option", name=re.compile(f"^{re.escape(name)}"))


def test_the_picture_follows_the_form_the_pointer_and_the_keyboard(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/train?run=new")
    about = page.locator(".lab-network .about")
    expect(page.get_by_role("option")).to_have_count(4)
    expect(about).to_contain_text("arrow keys")

    block(page, "Dense. passes on 512").hover()
    expect(about).to_contain_text("784 × 512 weights + 512 biases = 401,920 parameters")
    expect(about.locator("code")).to_have_text('keras.layers.Dense(512, activation="relu")')
    page.get_by_role("heading", name="Train").hover()
    expect(about).to_contain_text("arrow keys")

    # one stop of the keyboard, from which arrow keys lead along the layers
    page.get_by_role("tab", name="Network").focus()
    page.keyboard.press("Tab")
    expect(block(page, "Input image")).to_be_focused()
    page.keyboard.press("End")
    expect(about).to_contain_text("512 × 10 weights + 10 biases = 5,130 parameters")
    page.keyboard.press("ArrowLeft")
    expect(block(page, "Dense. passes on 512")).to_be_focused()
    expect(about).to_contain_text("16 of 512 are drawn")
    page.keyboard.press("Tab")
    expect(page.locator(".lab-network summary")).to_be_focused()

    # the same for ears and for whoever reads tables
    page.keyboard.press("Enter")
    expect(page.locator(".lab-network table").get_by_role("row")).to_have_count(5)
    expect(page.locator(".lab-network table")).to_contain_text("784 × 512 weights + 512 biases")

    set_number(page, "Units", "8")
    expect(block(page, "Dense. passes on 8")).to_be_attached()
    expect(page.locator(".lab-network table")).to_contain_text("784 × 8 weights + 8 biases")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("option")).to_have_count(5)


def test_a_unit_is_chosen_by_click_and_by_keyboard_and_its_sum_told(server: Server, page: Page) -> None:
    page.goto(server.url)
    page.locator(".st-key-recipe_card_first-network").get_by_role("button", name="Train").click()
    expect(page.get_by_text("What next?")).to_be_visible()
    page.get_by_role("link", name="Choose another image, and see the sum of each unit").click()
    page.get_by_role("tab", name="Inside").click()
    picture = page.locator(".lab-net:visible")
    number = page.get_by_role("spinbutton", name="Unit or filter").or_(page.get_by_label("Unit or filter")).first
    cell = picture.locator('[data-block="2"] [data-unit]').nth(4)
    unit = cell.get_attribute("data-unit") or ""
    cell.click()
    expect(number).to_have_value(unit)
    expect(page.get_by_text(f"How unit {unit} of Dense comes to what it says")).to_be_visible()
    expect(page.locator(".lab-sum")).to_contain_text("→ ReLU →")
    settled(page)

    expect(picture.locator('[data-block="2"]')).to_be_focused()  # it stays there when the page has run
    following = picture.locator('[data-block="2"] [data-unit]').nth(5).get_attribute("data-unit") or ""
    page.keyboard.press("ArrowDown")
    expect(number).to_have_value(following)
    settled(page)
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(page.get_by_text("How answer 0 of Dense comes to what it says")).to_be_visible()
    expect(page.locator(".lab-sum")).to_contain_text("→ Softmax →")
