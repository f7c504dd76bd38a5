"""Two browsers on one server: what is one's own, what is another's, and runs that rest and go on."""

import re
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import TimeoutError as BrowserTimeout

from mnist_core.store import RunState, Store
from tests.e2e.conftest import new_visitor, settled
from tests.e2e.test_main_job import set_number, wait_for_points
from tests.serving import Server
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e


@pytest.fixture
def other(browser: Browser) -> Iterator[Page]:
    """Return a tab of a second visitor."""
    context = new_visitor(browser)
    yield context.new_page()
    context.close()


def button(page: Page, name: str):  # type: ignore[no-untyped-def]
    # Streamlit's own bar has a "Stop" too, while a script runs.
    return page.get_by_test_id("stMain").get_by_role("button", name=name, exact=True)


# Where the pause came with the last step of an epoch, it goes on after that epoch.
PAUSED = re.compile("Paused. It will go on (in|after) epoch")


def start_long_run(page: Page, server: Server) -> str:
    """Start a run that goes on for as long as a test may take; return its id."""
    page.goto(f"{server.url}/train?run=new")
    set_number(page, "Epochs", "200")
    set_number(page, "Batch size", "1")
    page.get_by_role("button", name="Start training").click()
    wait_for_points(page, 0)
    return parse_qs(urlsplit(page.url).query)["run"][0]


def test_nobody_changes_the_run_of_another_by_any_control_or_address(
    server: Server, page: Page, other: Page, runs: Store
) -> None:
    run_id = start_long_run(page, server)

    # B has the link: sees the run learn, read-only, on every page and with whatever is added to the address
    for address in (f"/train?run={run_id}", f"/train?run={run_id}&stop=1&action=delete&owner=me", "/train"):
        other.goto(server.url + address)
        expect(other.locator("h1")).to_be_visible()
        settled(other)
        for name in ("Stop", "Pause", "Resume", "Cancel", "Manage", "Delete"):
            expect(button(other, name)).to_have_count(0)
    other.goto(f"{server.url}/train?run={run_id}")
    expect(other.get_by_text("by another visitor")).to_be_visible()
    expect(other.locator(".stMarkdownBadge", has_text="Training")).to_be_visible()

    # a forged cookie is another visitor, not the owner
    owner = runs.runs.get(run_id).owner
    assert owner is not None
    other.context.add_cookies([{"name": "mnist_lab_visitor", "value": owner, "url": server.url}])
    other.goto(f"{server.url}/train?run={run_id}")
    expect(other.get_by_text("by another visitor")).to_be_visible()
    expect(button(other, "Stop")).to_have_count(0)
    assert not runs.runs.get(run_id).stop_requested
    assert runs.runs.get(run_id).state is RunState.RUNNING

    # A makes it private: B is told so, and sees nothing of it
    button(page, "Manage").click()
    page.get_by_text("Everyone may look at it").click()
    wait_until(lambda: not runs.runs.get(run_id).shared, 240, "the run to be private")
    other.goto(f"{server.url}/train?run={run_id}")
    expect(other.get_by_text("This run is private")).to_be_visible()
    expect(other.get_by_text("Training accuracy")).to_have_count(0)
    other.goto(f"{server.url}/evaluate?run={run_id}")
    expect(other.get_by_text("This run is private")).to_be_visible()

    # and A stops it
    page.keyboard.press("Escape")
    button(page, "Stop").click()
    expect(page.get_by_text("Stopped by you. The model as it was then is kept.")).to_be_visible()


def test_a_second_visitor_waits_knows_for_how_long_and_can_cancel(
    server: Server, page: Page, other: Page, runs: Store
) -> None:
    first = start_long_run(page, server)
    other.goto(f"{server.url}/train?run=new")
    set_number(other, "Epochs", "9")  # what no other test trains: a finished run would be played back
    other.get_by_role("button", name="Start training").click()
    expect(other.get_by_text("Next in the queue: it begins in about")).to_be_visible()
    button(other, "Cancel").click()
    expect(other.get_by_text("Stopped before training began")).to_be_visible()
    assert runs.runs.get(first).state is RunState.RUNNING
    button(page, "Stop").click()
    expect(page.get_by_text("What next?")).to_be_visible()


def test_a_run_is_paused_found_again_after_a_reload_and_goes_on_to_its_end(
    server: Server, page: Page, runs: Store
) -> None:
    run_id = start_long_run(page, server)
    button(page, "Pause").click()
    expect(page.get_by_text(PAUSED).first).to_be_visible()
    settled(page)  # the chart comes after these words
    seen = wait_for_points(page, 0)
    page.reload()
    expect(page.get_by_text(PAUSED).first).to_be_visible()
    settled(page)
    assert wait_for_points(page, 0) == seen
    button(page, "Resume").click()
    wait_for_points(page, seen + 2)
    button(page, "Stop").click()
    expect(page.get_by_text("What next?")).to_be_visible()
    steps = [point.step for point in runs.metrics.points(run_id)]
    assert steps == sorted(steps)

    # and it is trained on, as a new run with the same curve so far
    page.get_by_role("button", name="Train on").click()
    page.get_by_test_id("stNumberInput").filter(has_text="More epochs").locator("input").fill("1")
    page.keyboard.press("Enter")
    settled(page)
    page.locator(".st-key-run_continue button").click()
    expect(page.get_by_text("Goes on from “First network, changed”")).to_be_visible()
    wait_for_points(page, seen)
    stop = button(page, "Stop")
    with suppress(BrowserTimeout):  # it may be over a moment later
        if stop.count():
            stop.click(timeout=5_000)
    expect(page.get_by_text("What next?")).to_be_visible()
