"""A class in real browsers: a teacher's screen and two phones."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from mnist_core.store import Store
from tests.e2e.conftest import new_visitor, settled
from tests.serving import Server
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def phone(browser: Browser) -> Iterator[Callable[[], Page]]:
    """Return a function that gives a tab of one more phone."""
    contexts: list[BrowserContext] = []

    def another() -> Page:
        contexts.append(new_visitor(browser, viewport=PHONE))
        return contexts[-1].new_page()

    yield another
    for context in contexts:
        context.close()


def main(page: Page):  # type: ignore[no-untyped-def]
    return page.get_by_test_id("stMain")


def open_class(page: Page, server: Server) -> str:
    """Open a class and return its code."""
    page.goto(f"{server.url}/classroom")
    page.get_by_label("Name of the class").fill("3b")
    page.get_by_role("button", name="Open the class").click()
    expect(page.locator(".lab-code span")).to_have_count(4)
    return "-".join(page.locator(".lab-code span").all_inner_texts())


def join(page: Page, server: Server, code: str, nickname: str) -> None:
    page.goto(f"{server.url}/classroom?code={code}")
    page.get_by_role("textbox", name="Your name in this class").fill(nickname)
    page.get_by_role("button", name="Join", exact=True).click()
    expect(page.get_by_text("You are in the class “3b”")).to_be_visible()


def test_a_class_is_opened_joined_by_two_phones_watched_told_and_cleared_up(
    server: Server, page: Page, phone: Callable[[], Page], runs: Store
) -> None:
    code = open_class(page, server)
    ada, bob = phone(), phone()
    for pupil, nickname in ((ada, "Ada"), (bob, "Bob")):
        join(pupil, server, code, nickname)
    expect(page.get_by_text("2 pupils have joined.")).to_be_visible()

    # Ada trains, and the wall shows it while it goes on
    ada.goto(f"{server.url}/train?run=new")
    main(ada).get_by_role("button", name="Start training").click()
    main(page).get_by_text("The wall", exact=True).click()
    tiles = page.locator(".lab-wall li")
    expect(tiles).to_have_count(2)
    expect(tiles.first.locator(".link")).to_be_visible()
    expect(tiles.nth(1)).to_contain_text("Nothing trained yet")

    # what is said is seen by both, wherever they are, and by nobody else
    page.get_by_label("Say something to all").fill("Look here")
    page.get_by_role("button", name="Say it").click()
    for pupil in (ada, bob):
        expect(pupil.get_by_text("Look here")).to_be_visible()
    stranger = phone()
    stranger.goto(f"{server.url}/classroom")
    expect(stranger.get_by_text("Join a class")).to_be_visible()
    expect(stranger.get_by_text("Look here")).to_have_count(0)

    # the teacher's browser knows its class again; a pupil's does nothing of a teacher's, with the address of one
    page.reload()
    expect(main(page).get_by_text("The wall", exact=True)).to_be_visible()
    for address in ("/classroom?teach=1", "/classroom#teach=wrong", f"/classroom#teach={code}"):
        bob.goto(server.url + address)
        expect(bob.get_by_text("You are in the class “3b”")).to_be_visible()
        settled(bob)
        expect(main(bob).get_by_text("The wall", exact=True)).to_have_count(0)
    teacher_of = next(iter(page.context.cookies(server.url)))
    bob.context.add_cookies([{"name": teacher_of["name"], "value": teacher_of["value"], "url": server.url}])
    bob.goto(f"{server.url}/classroom")
    expect(bob.get_by_text("Join a class")).to_be_visible()  # as the teacher's visitor, and no teacher all the same
    expect(main(bob).get_by_text("The wall", exact=True)).to_have_count(0)

    # her link opens the class on another computer, which keeps it
    page.get_by_test_id("stMain").get_by_text("Settings and end", exact=True).click()
    page.get_by_role("button", name="Show my link").click()
    link = page.get_by_text("#teach=").first.inner_text().strip()
    stranger.goto(f"{server.url}/classroom#{link.partition('#')[2]}")
    expect(main(stranger).get_by_text("The wall", exact=True)).to_be_visible()
    expect(stranger).not_to_have_url(re.compile("teach="))
    stranger.reload()
    expect(main(stranger).get_by_text("The wall", exact=True)).to_be_visible()
    page.keyboard.press("Escape")

    # and it is cleared up with what was trained
    page.get_by_role("button", name="Delete the class …").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete the class", exact=True).click()
    expect(page.get_by_text("Join a class")).to_be_visible()
    wait_until(lambda: not runs.classrooms.over(), 240, "the class to be gone")
    expect(ada.get_by_text("Look here")).to_have_count(0)
    page.reload()
    expect(page.get_by_text("Join a class")).to_be_visible()
