"""Lesson 1 in Korean on a telephone, from the list to its last step; a step before, by keyboard."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from mnist_core.lessons import Lesson, lessons
from mnist_core.settings import Settings
from tests.e2e.conftest import new_visitor, settled
from tests.serving import Server

pytestmark = pytest.mark.e2e


def walk(page: Page, lesson: Lesson) -> None:
    """Go through all steps of an opened lesson, as a pupil does."""
    for number, step in enumerate(lesson.steps):
        expect(page.get_by_role("heading", name=step.title, exact=True)).to_be_visible()
        settled(page)
        if step.guess is not None:
            forward = page.locator(".st-key-lesson_next button")
            expect(forward).to_be_disabled()
            page.locator(f".st-key-guess_choice_{lesson.id}_{step.id}_1 button").click()
            expect(forward).to_be_enabled()
            settled(page)
        if step.view == "train":
            page.locator(".st-key-lesson_train button").click()
            expect(page.get_by_test_id("stMetricValue").first).to_have_text(re.compile(r"9\d\.\d\d%"))
            settled(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], step.id
        assert page.get_by_test_id("stException").count() == 0
        if number + 1 < len(lesson.steps):
            page.locator(".st-key-lesson_next button").click()


def test_lesson_1_in_korean_on_a_telephone(real_server: Server, browser: Browser, published: Path) -> None:
    lesson = lessons("ko", Settings())[0][0]
    context = new_visitor(browser, locale="ko-KR", viewport={"width": 390, "height": 844})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{real_server.url}/")
    page.get_by_role("link", name="처음이라면 수업을 차근차근 따라가 보세요").click()
    expect(page).to_have_title("배우기 · MNIST Lab")
    page.locator(f".st-key-lesson_open_{lesson.id} button").click()
    walk(page, lesson)

    # What was trained is enough for a task of this lesson, or the task says how far one is.
    page.locator(".st-key-lesson_next button").click()
    expect(page.locator("h1")).to_have_text("배우기")
    total = len(lesson.steps)
    expect(page.locator(f".st-key-lesson_card_{lesson.id}")).to_contain_text(f"{total}단계 중 {total}단계 완료")

    # In another tab too, and again: what was trained is played back.
    again = context.new_page()
    step = next(step for step in lesson.steps if step.view == "train")
    again.goto(f"{real_server.url}/learn?lesson={lesson.id}&step={step.id}")
    again.locator(".st-key-lesson_train button").click()
    expect(again.get_by_text("다시 보기: ")).to_be_visible()
    again.locator(".st-key-lesson_skip button").click()
    expect(again.get_by_test_id("stMetricValue").first).to_be_visible()
    assert errors == []
    context.close()


# Whether the focus is on something that can be seen, with a ring around it.
SEEN = """() => {
  const at = document.activeElement;
  const ringed = [at, at.parentElement, at.closest('[data-focus-visible]')].some((one) => one &&
    (parseFloat(getComputedStyle(one).outlineWidth) >= 2 && getComputedStyle(one).outlineStyle !== 'none'
      || getComputedStyle(one).boxShadow !== 'none'));
  const box = at.getBoundingClientRect();
  return at !== document.body && ringed && box.bottom > 0 && box.top < innerHeight;
}"""


def tab_to(page: Page, place: Locator) -> None:
    """Go there with the Tab key, and see the focus at every stop on the way."""
    expect(place).to_be_visible()
    for _ in range(80):
        page.keyboard.press("Tab")
        if not page.evaluate("document.activeElement === document.body"):  # behind the last stop, before the first
            assert page.evaluate(SEEN), page.evaluate("document.activeElement.outerHTML.slice(0, 300)")
        if place.evaluate("(one) => one === document.activeElement"):
            return
    raise AssertionError(f"Tab does not come to {place}")


def test_the_step_before_begins_at_its_heading_too(server: Server, page: Page) -> None:
    lesson = lessons("en", Settings())[0][0]
    page.goto(f"{server.url}/learn?lesson={lesson.id}&step={lesson.steps[1].id}")
    expect(page.get_by_role("heading", name=lesson.steps[1].title, exact=True)).to_be_visible()
    settled(page)
    assert page.evaluate("document.activeElement === document.body"), "a page that was just opened"
    tab_to(page, page.locator(".st-key-lesson_back button"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=lesson.steps[0].title, exact=True)).to_be_focused()
