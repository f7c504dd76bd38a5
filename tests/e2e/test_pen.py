"""What a network says while the pen still moves, in a real browser and with the networks that come along."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect

from tests.e2e.conftest import canvas_of, settled
from tests.e2e.measuring import shifts, watch_shifts
from tests.e2e.test_draw import ONE, SEVEN, SMALL_ONE, SMALL_SEVEN, open_board, phone, places, reads, touch
from tests.serving import Server
from tests.waiting import wait_until

__all__ = ["phone"]
pytestmark = pytest.mark.e2e

SO_FAR = ".lab-so-far strong"
BEST = ".st-key-draw_bars .best .share"
# As many frames as a screen shows in a second: what has not been asked by then is not asked.
A_SECOND = "() => new Promise((done) => { let n = 0; const next = () => (++n < 60 ? requestAnimationFrame(next) : done()); next(); })"  # fmt: skip # noqa: E501
# The computer of the tests may be busy: how long an answer takes matters to the test of slow lines alone.
PATIENT = "const now = performance.now.bind(performance); performance.now = () => now() / 20;"
WATCH_STATUS = """
window.labSaid = [];
addEventListener('DOMContentLoaded', () => new MutationObserver((changes) => {
  for (const { target } of changes)
    if ((target.nodeType === 1 ? target : target.parentElement)?.closest('[aria-live], [role=status]'))
      window.labSaid.push(target.textContent);
}).observe(document.body, { childList: true, characterData: true, subtree: true }));
"""


def asked(page: Page) -> list[Request]:
    """Return a list that grows with each request of the pen."""
    requests: list[Request] = []
    page.on("request", lambda request: requests.append(request) if request.url.endswith("/lab/pen") else None)
    return requests


@pytest.fixture(autouse=True)
def patient(visitor: BrowserContext) -> None:
    """Let answers take their time."""
    visitor.add_init_script(PATIENT)


def pen_down(page: Page, line: list[tuple[float, float]]) -> None:
    first, *rest = line
    page.mouse.move(*first)
    page.mouse.down()
    for place in rest:
        page.mouse.move(*place)


def so_far(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.locator(SO_FAR)).to_be_visible()
    expect(page.locator(SO_FAR)).to_have_text(words)


def test_the_answer_comes_before_the_pen_is_lifted_and_the_last_one_is_the_page_s(
    server: Server, visitor: BrowserContext
) -> None:
    watch_shifts(visitor)
    visitor.add_init_script(WATCH_STATUS)
    page = visitor.new_page()
    canvas = open_board(page, server)
    before, quiet = shifts(page)[0], page.evaluate("window.labSaid.length")
    pen_down(page, places(canvas, SEVEN))
    so_far(page, re.compile("^7"))
    expect(page.locator(".st-key-draw_bars .best")).to_have_count(1)
    expect(page.get_by_text("The answer comes when you lift the pen")).to_be_visible()
    # Who listens to the page hears nothing before the answer.
    expect(page.locator(".lab-reading")).to_have_attribute("data-best", "")
    assert page.evaluate("window.labSaid.length") == quiet
    page.evaluate(A_SECOND)
    assert shifts(page)[0] == before, shifts(page)[1]
    with_the_pen = page.locator(BEST).inner_text()
    page.mouse.up()
    reads(page, "7")
    expect(page.locator(".lab-so-far")).to_be_hidden()
    expect(page.locator(BEST)).to_have_text(with_the_pen)


def test_a_second_digit_is_read_with_the_first_one_and_has_the_bars(server: Server, page: Page) -> None:
    canvas = open_board(page, server)
    pen_down(page, places(canvas, SMALL_SEVEN))
    page.mouse.up()
    reads(page, "7")
    pen_down(page, places(canvas, SMALL_ONE))
    so_far(page, re.compile("^71"))
    expect(page.get_by_text("The bars show digit 2 so far")).to_be_visible()
    page.mouse.up()
    reads(page, "71")


def test_nothing_is_sent_while_the_pen_rests(server: Server, page: Page) -> None:
    requests = asked(page)
    canvas = open_board(page, server)
    page.mouse.move(*places(canvas, ONE)[0])
    assert not requests
    pen_down(page, places(canvas, ONE))
    so_far(page, re.compile("^1"))
    page.evaluate(A_SECOND)
    resting = len(requests)
    assert 0 < resting <= 20
    page.evaluate(A_SECOND)
    assert len(requests) == resting
    page.mouse.up()
    reads(page, "1")
    page.evaluate(A_SECOND)
    assert len(requests) <= resting + 1


def test_a_network_of_other_things_in_the_middle_of_a_stroke_begins_anew(server: Server, page: Page) -> None:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    canvas = open_board(page, server)
    line = places(canvas, SEVEN)
    pen_down(page, line[:8])
    expect(page.locator(SO_FAR)).to_be_visible()
    page.get_by_role("combobox").first.fill("clothes")
    page.get_by_role("combobox").first.press("Enter")
    expect(page.locator(".lab-reading")).to_contain_text("Draw a piece of clothing")
    settled(page)
    for place in line[8:]:
        page.mouse.move(*place)
    page.mouse.up()
    expect(page.locator(".lab-so-far")).to_be_hidden()
    square = [(0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7), (0.3, 0.3)]
    pen_down(page, places(canvas, square))
    so_far(page, re.compile("[A-Z]"))
    page.mouse.up()
    expect(page.locator(".lab-reading")).not_to_have_attribute("data-best", "")
    expect(page.locator(".lab-so-far")).to_be_hidden()
    assert not problems


def test_a_tab_that_is_closed_in_the_middle_of_a_stroke_harms_nobody(server: Server, visitor: BrowserContext) -> None:
    leaving, staying = visitor.new_page(), visitor.new_page()
    staying_canvas, canvas = open_board(staying, server), open_board(leaving, server)
    pen_down(leaving, places(canvas, SEVEN))
    leaving.close()
    pen_down(staying, places(staying_canvas, ONE))
    so_far(staying, re.compile("^1"))
    staying.mouse.up()
    reads(staying, "1")
    assert "Traceback" not in server.log.read_text()


@pytest.mark.parametrize("how", ["a slow line", "a busy server"])
def test_where_there_is_no_time_for_it_the_answer_comes_when_the_pen_is_lifted(
    server: Server, page: Page, how: str
) -> None:
    requests = asked(page)
    if how == "a slow line":
        page.add_init_script("Object.defineProperty(navigator, 'connection', { value: { effectiveType: '3g' } });")
    else:
        page.route("**/lab/pen", lambda route: route.fulfill(status=503, headers={"Retry-After": "60"}))
    canvas = open_board(page, server)
    pen_down(page, places(canvas, SEVEN))
    if how == "a busy server":
        wait_until(lambda: len(requests) > 0 or page.evaluate("0") == 1, 240, "a question")
    page.evaluate(A_SECOND)
    assert len(requests) <= (0 if how == "a slow line" else 1)
    expect(page.locator(".lab-so-far")).to_be_hidden()
    page.mouse.up()
    reads(page, "7")


def test_fingers_and_keys_are_followed_too(server: Server, phone: Page) -> None:  # noqa: F811
    phone.add_init_script(PATIENT)
    canvas = open_board(phone, server)
    session = phone.context.new_cdp_session(phone)
    first, *rest = places(canvas, SEVEN)
    other = places(canvas, [(0.9, 0.9)])[0]
    touch(session, "touchStart", first)
    for place in rest[:4]:
        touch(session, "touchMove", place)
    touch(session, "touchStart", rest[3], other)  # a second finger draws nothing
    for place in rest[4:]:
        touch(session, "touchMove", place, other)
    so_far(phone, re.compile("^7"))
    touch(session, "touchEnd")
    reads(phone, "7")
    expect(phone.locator(".lab-so-far")).to_be_hidden()
    phone.get_by_role("button", name="Clear").click()
    reads(phone, "")
    settled(phone)
    canvas_of(phone).focus()
    phone.keyboard.press("Space")
    for _ in range(16):
        phone.keyboard.press("ArrowDown")
    so_far(phone, re.compile("^1"))
    phone.keyboard.press("Space")
    reads(phone, "1")
