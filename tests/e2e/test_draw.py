"""Drawing with mouse, finger and stylus, in a real browser and with networks that learned from real MNIST."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, CDPSession, Locator, Page, expect
from playwright.sync_api import TimeoutError as BrowserTimeout

from mnist_core.settings import Settings
from mnist_core.store import Store
from tests.e2e.conftest import box_of, canvas_of, home_of_known_speed, new_visitor, settled
from tests.reading_network import add_reader
from tests.serving import Server, running_server
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e

Points = list[tuple[float, float]]

# Shares of the canvas's sides.
ONE: Points = [(0.52, 0.15), (0.5, 0.5), (0.48, 0.85)]
SEVEN: Points = [(0.3, 0.2), (0.7, 0.2), (0.48, 0.85)]
SMALL_SEVEN: Points = [(0.1, 0.3), (0.35, 0.3), (0.2, 0.75)]
SMALL_ONE: Points = [(0.75, 0.28), (0.74, 0.5), (0.73, 0.76)]


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory, published: Path) -> Iterator[Server]:
    """Return a dashboard with two networks that can read: made before it starts, as it would train what waits."""
    home = home_of_known_speed(tmp_path_factory)
    store = Store(Settings(home=home))
    for seed in (1, 2):
        add_reader(store, published / "mnist.npz", seed)
    store.close()
    with running_server(home, MNIST_LAB_DATA_DIR=str(published)) as server:
        yield server


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = new_visitor(browser, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    yield context.new_page()
    context.close()


def open_board(page: Page, server: Server) -> Locator:
    page.goto(f"{server.url}/draw")
    canvas = canvas_of(page)
    settled(page)
    return canvas


def places(canvas: Locator, points: Points, each: int = 8) -> list[tuple[float, float]]:
    """Return places on the screen along a line, some between each two points."""
    box = box_of(canvas)
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    line = [at[0]]
    for (x, y), (to_x, to_y) in zip(at[:-1], at[1:], strict=True):
        line += [(x + (to_x - x) * n / each, y + (to_y - y) * n / each) for n in range(1, each + 1)]
    return line


def draw_with_mouse(page: Page, canvas: Locator, points: Points) -> None:
    first, *rest = places(canvas, points)
    page.mouse.move(*first)
    page.mouse.down()
    for place in rest:
        page.mouse.move(*place)
    page.mouse.up()


def touch(session: CDPSession, kind: str, *fingers: tuple[float, float]) -> None:
    points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(fingers)]
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def draw_with_finger(session: CDPSession, canvas: Locator, points: Points) -> None:
    first, *rest = places(canvas, points)
    touch(session, "touchStart", first)
    for place in rest:
        touch(session, "touchMove", place)
    touch(session, "touchEnd")


def reads(page: Page, words: str) -> None:
    expect(page.locator(f'.lab-reading[data-best="{words}"]')).to_be_visible()


def test_the_mouse_draws_and_strokes_can_be_taken_back(readers: Server, page: Page) -> None:
    canvas = open_board(page, readers)
    draw_with_mouse(page, canvas, ONE)
    reads(page, "1")
    expect(page.locator(".lab-reading")).to_contain_text(re.compile("It is sure|Not sure"))
    expect(page.get_by_text("What it looked at")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    reads(page, "")
    page.get_by_role("button", name="Redo").click()
    reads(page, "1")
    page.get_by_role("button", name="Clear").click()
    reads(page, "")
    page.get_by_role("button", name="Undo").click()
    reads(page, "1")
    page.get_by_role("button", name="Clear").click()
    reads(page, "")
    draw_with_mouse(page, canvas, SEVEN)
    reads(page, "7")


def test_arrow_keys_draw(readers: Server, page: Page) -> None:
    canvas = open_board(page, readers)
    expect(page.get_by_role("application", name="Canvas to draw on")).to_be_visible()
    canvas.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    said = page.locator(".st-key-canvas_frame").get_by_role("status")
    expect(said).to_contain_text("Pen down, 50% from the left")
    for _ in range(18):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    reads(page, "1")
    expect(said).to_contain_text("Pen lifted")
    assert page.evaluate("scrollY + document.querySelector('[data-testid=stMain]').scrollTop") == 0
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.className").endswith("upper-canvas")
    # Leaving the canvas lifts the pen.
    undo, redo = page.get_by_role("button", name="Undo"), page.get_by_role("button", name="Redo")
    undo.click()
    reads(page, "")
    expect(redo).to_be_enabled()
    expect(page.get_by_role("application", name="Canvas to draw on")).to_be_visible()
    canvas_of(page).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Tab")
    expect(page.locator(".lab-reading")).not_to_have_attribute("data-best", "")
    expect(redo).to_be_disabled()


SIZES = (
    (390, 844),
    (844, 390),
    (660, 900),
    (768, 1024),
    (820, 1180),
    (900, 700),
    (1024, 768),
    (1280, 720),
    (1920, 1080),
)
# Every part of the canvas takes clicks, and none is covered or cut off.
_SHARE_THAT_TAKES_CLICKS = """canvas => {
  const box = canvas.getBoundingClientRect();
  const host = canvas.getRootNode().host;
  const shares = Array.from({ length: 29 }, (_, i) => (i + 0.5) / 29);
  const hits = shares.flatMap((x) => shares.map((y) =>
    document.elementFromPoint(box.x + x * box.width, box.y + y * box.height) === host
    && canvas.getRootNode().elementFromPoint(box.x + x * box.width, box.y + y * box.height) === canvas));
  return hits.filter(Boolean).length / hits.length;
}"""


def test_the_whole_canvas_can_be_drawn_on_at_every_width(readers: Server, page: Page) -> None:
    canvas = open_board(page, readers)
    corner: Points = [(264 / 280, 12 / 280), (0.9, 0.5), (0.86, 0.9)]  # where the library's toolbar was
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 0)")  # what was clicked may be below
        # The canvas follows the window in two steps.
        wait_until(lambda: abs(box_of(canvas)["width"] - box_of(canvas)["height"]) <= 1, 240, "a square canvas")
        box = box_of(canvas)
        assert box["width"] >= (480 if min(width, height) >= 660 else 280), (width, box)
        assert box["y"] + box["height"] <= height, (width, box)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert canvas.evaluate(_SHARE_THAT_TAKES_CLICKS) == 1, width
        draw_with_mouse(page, canvas, corner)
        reads(page, "1")
        draw_with_mouse(page, canvas, corner[:1])  # a tap resets nothing
        page.set_viewport_size({"width": height, "height": width})
        settled(page)
        reads(page, "1")  # it survives a change of size
        page.get_by_role("button", name="Clear").click()
        reads(page, "")


def test_several_digits_are_read_as_a_number_by_several_networks(readers: Server, page: Page) -> None:
    canvas = open_board(page, readers)
    draw_with_mouse(page, canvas, SMALL_SEVEN)
    reads(page, "7")
    draw_with_mouse(page, canvas, SMALL_ONE)
    reads(page, "71")
    expect(page.get_by_text("digit 2", exact=True)).to_be_visible()
    option = page.get_by_role("option").filter(has_not_text="Select all").first

    def chosen() -> bool:
        # A list that is open closes when what is around it is drawn anew.
        settled(page)
        page.get_by_role("combobox", name="Ask other networks too").press("ArrowDown")
        with suppress(BrowserTimeout):
            option.click(timeout=2000)
            return True
        return False

    wait_until(chosen, 240, "the list of networks")
    expect(page.locator(".lab-votes > div")).to_have_count(2)
    expect(page.get_by_text(re.compile("They (dis)?agree"))).to_be_visible()


def test_a_sample_is_drawn_from_the_keyboard_and_kept_over_a_page_switch(readers: Server, page: Page) -> None:
    open_board(page, readers)
    page.get_by_role("button", name="Show me one").press("Enter")
    page.get_by_role("button", name="36", exact=True).press("Enter")
    reads(page, "36")
    page.get_by_role("link", name="Glossary").click()
    expect(page.get_by_role("heading", name="Glossary")).to_be_visible()
    page.get_by_role("link", name="Draw").click()
    reads(page, "36")


def test_a_finger_draws_and_the_page_stays_where_it_is(readers: Server, phone: Page) -> None:
    canvas = open_board(phone, readers)
    session = phone.context.new_cdp_session(phone)
    scrolled = "document.querySelector('[data-testid=stMain]').scrollTop + window.scrollY"
    canvas.scroll_into_view_if_needed()
    before, place = phone.evaluate(scrolled), box_of(canvas)
    draw_with_finger(session, canvas, ONE)
    reads(phone, "1")
    assert phone.evaluate(scrolled) == before
    assert box_of(canvas) == place
    # The answer is on the screen without scrolling.
    expect(phone.locator(".lab-reading strong")).to_be_in_viewport()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_second_finger_breaks_nothing(readers: Server, phone: Page) -> None:
    canvas = open_board(phone, readers)
    session = phone.context.new_cdp_session(phone)
    first, *rest = places(canvas, ONE)
    other = places(canvas, [(0.9, 0.9)])[0]
    touch(session, "touchStart", first)
    for place in rest[:4]:
        touch(session, "touchMove", place)
    touch(session, "touchStart", rest[3], other)
    for place in rest[4:]:
        touch(session, "touchMove", place, other)
    touch(session, "touchEnd")
    expect(phone.locator(".lab-reading")).not_to_have_attribute("data-best", "")
    phone.get_by_role("button", name="Clear").click()
    reads(phone, "")
    draw_with_finger(session, canvas, SEVEN)
    reads(phone, "7")


def test_a_stylus_draws(readers: Server, page: Page) -> None:
    canvas = open_board(page, readers)
    session = page.context.new_cdp_session(page)
    kinds = page.evaluate_handle("() => { const kinds = []; addEventListener('pointerdown', (e) => "
                                 "kinds.push(e.pointerType), true); return kinds; }")  # fmt: skip
    line = places(canvas, SEVEN)
    for number, (x, y) in enumerate([*line, line[-1]]):
        kind = "mousePressed" if number == 0 else "mouseReleased" if number == len(line) else "mouseMoved"
        session.send(
            "Input.dispatchMouseEvent",
            {"type": kind, "x": x, "y": y, "button": "left", "buttons": int(number < len(line)), "clickCount": 1,
             "pointerType": "pen", "force": 0.5},
        )  # fmt: skip
    assert kinds.json_value() == ["pen"]
    reads(page, "7")
