"""A visitor says what was misread, and a network learns it: in a real browser, with a real training."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import canvas_of, settled
from tests.e2e.test_main_job import draw_line
from tests.serving import Server

pytestmark = pytest.mark.e2e


def keep_as(page: Page, name: str, points: list[tuple[float, float]]) -> None:
    """Draw something and say what it was."""
    canvas = canvas_of(page)
    draw_line(page, canvas, points)
    question = page.locator(".st-key-correction_draw")
    expect(question.get_by_text("Is that right?")).to_be_visible()
    settled(page)
    wanted = question.get_by_role("button", name=name, exact=True)
    (wanted if wanted.is_enabled() else question.get_by_role("button", name="Yes")).click()
    expect(question.get_by_text(f"It is kept as “{name}”")).to_be_visible()
    settled(page)


def test_a_visitor_teaches_a_network_how_they_write(server: Server, page: Page) -> None:
    page.goto(server.url)
    page.locator(".st-key-recipe_card_first-network").get_by_role("button", name="Train").click()
    expect(page.get_by_text("What next?")).to_be_visible()
    page.get_by_role("link", name="Let it read your drawing").click()
    expect(page.get_by_text("Say whether an answer is right")).to_be_visible()

    # four bars at four slants; this visitor writes a 7 like that
    for lean in (0.0, 0.1, 0.2, 0.3):
        keep_as(page, "7", [(0.4 + lean, 0.15), (0.4, 0.5), (0.4 - lean, 0.85)])
        page.get_by_role("button", name="Clear").click()
        expect(page.locator('.lab-reading[data-best=""]')).to_be_visible()
    expect(page.get_by_text("seen by you alone: 4 (4 × “7”)")).to_be_visible()

    # one is taken back and kept again, all with the keyboard, which stays where the question was
    keep_as(page, "0", [(0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8), (0.2, 0.2)])
    question = page.locator(".st-key-correction_draw")
    question.get_by_role("button", name="Undo").press("Enter")
    expect(page.get_by_text("seen by you alone: 4 (4 × “7”)")).to_be_visible()
    expect(question.get_by_role("button", name="Yes")).to_be_focused()
    page.keyboard.press("Enter")
    expect(question.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("seen by you alone: 4 (4 × “7”)")).to_be_visible()

    # the same drawing is explained; a reload loses no drawing that was kept
    page.get_by_role("link", name="Look inside the network with this drawing").click()
    expect(page.get_by_role("radio", name="My drawing")).to_be_checked()
    expect(page.get_by_text("Cover it up")).to_be_visible()
    page.get_by_role("link", name="Draw", exact=True).click()
    expect(page.get_by_text("seen by you alone: 4 (4 × “7”)")).to_be_visible()
    page.reload()
    expect(page.get_by_text("seen by you alone: 4 (4 × “7”)")).to_be_visible()
    expect(page.get_by_text("Held back to see what it brings: 1 of your 4 drawings")).to_be_visible()

    # fine-tune: the base stays, a new run says what it brought
    page.get_by_role("button", name="Fine-tune on my handwriting").click()
    expect(page.get_by_text("Before and after")).to_be_visible()
    held_back = page.get_by_test_id("stMetric").filter(has_text="Drawings that it did not learn from")
    expect(held_back.get_by_test_id("stMetricValue")).to_have_text("1 of 1")
    page.get_by_role("button", name="Draw with it").click()
    expect(page.get_by_role("combobox", name="Run")).to_have_value(re.compile("my handwriting"))
    settled(page)
    canvas = canvas_of(page)
    canvas.scroll_into_view_if_needed()
    draw_line(page, canvas, [(0.55, 0.15), (0.4, 0.5), (0.25, 0.85)])
    expect(page.locator('.lab-reading[data-best="7"]')).to_be_visible()
    settled(page)
