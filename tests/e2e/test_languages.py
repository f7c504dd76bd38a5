"""Korean in a browser: by its own wish or by the switch, remembered, in a font of ours, and nothing cut off."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from mnist_core.gateway import LANGUAGE_COOKIE
from tests.e2e.conftest import new_visitor, settled
from tests.serving import Server
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e
TITLES = {
    "": "MNIST Lab",
    "learn": "배우기 · MNIST Lab",
    "explore": "데이터 살펴보기 · MNIST Lab",
    "train": "훈련 · MNIST Lab",
    "runs": "훈련 기록 · MNIST Lab",
    "studies": "실험 모음 · MNIST Lab",
    "compare": "비교 · MNIST Lab",
    "evaluate": "평가 · MNIST Lab",
    "explain": "들여다보기 · MNIST Lab",
    "robustness": "강건성 · MNIST Lab",
    "draw": "그리기 · MNIST Lab",
    "glossary": "용어집 · MNIST Lab",
    "your_data": "내 데이터 · MNIST Lab",
}
HANGUL = re.compile("[가-힣]")


def spoken(page: Page) -> str | None:
    """Return the language that the document says it is in."""
    settled(page)
    return page.locator("html").get_attribute("lang")


def test_a_korean_browser_reads_korean_on_a_telephone(server: Server, browser: Browser) -> None:
    context = new_visitor(browser, locale="ko-KR", viewport={"width": 390, "height": 844})
    page = context.new_page()
    for name, title in TITLES.items():
        page.goto(f"{server.url}/{name}")
        expect(page.locator("h1").first).to_have_text(HANGUL)
        expect(page).to_have_title(title)
        wait_until(lambda: spoken(page) == "ko", 240, "the document's language")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
        heading = page.locator("h1").first.evaluate("(one) => [one.scrollWidth, one.clientWidth]")
        assert heading[0] <= heading[1], f"{name}: the heading is cut off"
        assert page.locator("h1").first.evaluate("(one) => getComputedStyle(one).wordBreak") == "keep-all"
    faces = "[...document.fonts].filter((face) => face.family.includes('Lab Korean')).map((face) => face.status)"
    wait_until(lambda: page.evaluate(faces) == ["loaded", "loaded"], 240, "the font for Korean")
    context.close()


def test_an_english_page_fetches_no_korean_font(server: Server, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page.goto(server.url)
    settled(page)
    expect(page.get_by_role("button", name="한국어")).to_be_visible()
    assert not [path for path in asked if "Pretendard" in path]


def test_a_language_that_was_chosen_is_there_at_the_next_visit(server: Server, browser: Browser) -> None:
    context = new_visitor(browser)
    page = context.new_page()
    page.goto(f"{server.url}/glossary")
    expect(page.locator("h1")).to_have_text("Glossary")
    page.get_by_role("button", name="한국어").click()
    expect(page.locator("h1")).to_have_text("용어집")
    wait_until(lambda: spoken(page) == "ko", 240, "the document's language")
    page.get_by_role("link", name="비교").click()
    expect(page.locator("h1")).to_have_text("비교")
    wait_until(lambda: any(cookie["name"] == LANGUAGE_COOKIE for cookie in context.cookies()), 240, "the cookie")
    page.close()

    again = context.new_page()
    again.goto(f"{server.url}/draw")
    expect(again).to_have_title(TITLES["draw"])
    again.get_by_role("button", name="English").click()
    expect(again).to_have_title("Draw · MNIST Lab")
    wait_until(lambda: spoken(again) == "en", 240, "the document's language, which comes with the cookie")
    again.reload()
    expect(again).to_have_title("Draw · MNIST Lab")
    context.close()


def test_the_switch_keeps_the_focus(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/learn?lesson=first-network&step=load")
    expect(page.locator("h2")).to_have_text("Four arrays")
    settled(page)
    there = page.get_by_role("button", name="한국어")
    for _ in range(40):
        page.keyboard.press("Tab")
        if there.evaluate("(one) => one === document.activeElement"):
            break
    page.keyboard.press("Enter")
    back = page.get_by_role("button", name="English")
    expect(back).to_be_focused()
    settled(page)
    expect(back).to_be_focused()
    page.keyboard.press("Enter")
    expect(there).to_be_focused()
    expect(page.locator("h2")).to_have_text("Four arrays")


def test_a_link_says_the_language(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/?lang=ko")
    expect(page.locator("h1")).to_have_text(HANGUL)
    page.get_by_role("link", name="용어집").click()
    expect(page.locator("h1")).to_have_text("용어집")
    # Found by the English words too.
    page.get_by_role("textbox").first.fill("learning rate")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="학습률", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="과대적합")).to_have_count(0)
