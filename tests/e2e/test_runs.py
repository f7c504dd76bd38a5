"""The page of all runs in a browser: a table on a canvas, ticks, undo, a variant."""

import hashlib
import re
from contextlib import closing

from playwright.sync_api import Locator, Page, TimeoutError, expect

from mnist_core.config import DataConfig, Dense, NetworkConfig, RunConfig
from mnist_core.gateway import VISITOR_COOKIE
from mnist_core.settings import Settings
from mnist_core.store import MetricPoint, Outcome, RunState, Store
from tests.e2e.conftest import settled
from tests.held_runs import held_run
from tests.serving import Server
from tests.waiting import wait_until

CHECKBOX, ROW = 16, 36  # pixels: from the left, and the height of a line


def record_run(server: Server, page: Page, name: str) -> None:
    """Record a finished run of the visitor who has the page open, without training one."""
    secret = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == VISITOR_COOKIE)
    config = RunConfig(data=DataConfig(dataset="digits"), model=NetworkConfig(layers=(Dense(units=16),)))
    owner = hashlib.sha256(secret.encode()).hexdigest()[:32]
    values = {"accuracy": 0.9, "val_accuracy": 0.8}
    outcome = Outcome(test_accuracy=0.85, test_loss=0.5, parameters=12730)
    with closing(Store(Settings(home=server.home))) as store, held_run(store, config, name, owner=owner) as run_id:
        store.metrics.add(run_id, [MetricPoint(kind="epoch", step=12, epoch=1, seconds=1.0, values=values)])
        assert store.queue.finish(run_id, RunState.COMPLETED, outcome=outcome)


def tick(table: Locator, row: int) -> None:
    """Click the box of a line, counted from 0."""
    table.click(position={"x": CHECKBOX, "y": ROW * (row + 1) + ROW / 2})


def test_a_run_is_found_noted_deleted_brought_back_and_varied(server: Server, page: Page) -> None:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(server.url)
    settled(page)
    record_run(server, page, "An evening's work")
    page.get_by_test_id("stTopNavLink").filter(has_text="Runs").click()
    table = page.get_by_test_id("stDataFrame")
    expect(table).to_be_visible()
    page.get_by_role("radio", name="Mine").click()
    expect(page.get_by_text("1 run", exact=True)).to_be_visible()
    settled(page)
    tick(table, 0)
    expect(page).to_have_url(re.compile(r"run=\d{8}-"))
    panel = page.locator(".st-key-run_panel")
    notes = panel.get_by_role("textbox", name="Notes")
    notes.fill("Less data, same network")
    notes.press("Control+Enter")
    settled(page)
    panel.get_by_role("button", name="Star", exact=True).click()
    expect(panel.get_by_role("button", name="Starred")).to_be_visible()
    panel.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("You have trained no network yet")).to_be_visible()
    page.reload()
    expect(page.get_by_text("“An evening's work” is deleted.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("is deleted.")).to_be_hidden()
    search = page.get_by_role("textbox", name="Search")
    search.fill("less data")
    search.press("Enter")
    expect(page.get_by_text("1 run", exact=True)).to_be_visible()
    settled(page)
    tick(table, 0)
    expect(notes).to_have_value("Less data, same network")
    panel.get_by_role("button", name="Train a variant").click()
    expect(page.get_by_text("A variant of “An evening's work”")).to_be_visible()
    expect(page.get_by_role("button", name="Start training")).to_be_visible()
    assert not problems


def test_a_run_is_ticked_and_its_panel_reached_by_keyboard(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/runs")
    table = page.get_by_test_id("stDataFrame")
    expect(table).to_be_visible()
    settled(page)

    def ticked() -> bool:
        """Tick the first run by keyboard; a table that was just drawn anew on a busy computer hears no keys yet."""
        table.locator("canvas").first.focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Shift+Space")
        try:
            page.wait_for_url(re.compile(r"run=\d{8}-"), timeout=20_000)
        except TimeoutError:
            return False
        return True

    wait_until(ticked, 240, "a ticked run")
    expect(page.locator(".st-key-run_panel")).to_be_visible()
    settled(page)
    for _ in range(30):  # through the cells that are seen, and out of the table
        page.keyboard.press("Tab")
        if page.locator(".st-key-run_panel :focus").count():
            break
    expect(page.locator(".st-key-run_panel :focus")).to_have_count(1)
