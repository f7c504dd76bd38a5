"""Curves in a real browser: their axes, switches that keep a zoom, a live chart that does, and the button below."""

import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mnist_core.settings import Settings
from mnist_core.store import RunState, Store
from tests.e2e.conftest import settled
from tests.held_runs import held_run
from tests.recorded_runs import config_of, recorded, run_of
from tests.serving import Server, running_server
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, _digits_home: Settings) -> Iterator[tuple[Server, Store]]:
    """Return a dashboard and its store."""
    home = tmp_path_factory.mktemp("curves") / "home"
    settings = Settings(home=home, keras_dir=home / "none", data_dir=None, offline=True)
    shutil.copytree(_digits_home.datasets_dir, settings.datasets_dir)
    store = Store(settings)
    with running_server(home, MNIST_LAB_WARM_SPARE="0") as server:
        yield server, store
    store.close()


def axis(page: Page, name: str, place: int = 0) -> dict[str, Any]:
    """Return kind and range of an axis as it is drawn, "x" or "y"."""
    found: dict[str, Any] = (
        page.locator(".chart")
        .nth(place)
        .evaluate(
            "(chart, name) => { const axis = chart._fullLayout[name + 'axis'];"
            " return { type: axis.type, range: [...axis.range] }; }",
            name,
        )
    )
    return found


def drawn(page: Page) -> None:
    expect(page.locator(".chart .scatterlayer .trace").first).to_be_visible()
    settled(page)


def zoom(page: Page) -> None:
    """Drag over the right half of the first chart, a little below its top."""
    box = page.locator(".chart .nsewdrag").first.bounding_box()
    assert box is not None
    before = axis(page, "x")["range"]
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.9 * box["height"], steps=5)
    page.mouse.up()
    wait_until(lambda: axis(page, "x")["range"] != before, 60, "the zoom")


def becomes(page: Page, script: str, what: str) -> None:
    chart = page.locator(".chart").first
    wait_until(lambda: bool(chart.evaluate(script)), 60, what)


def test_switches_change_the_axes_and_keep_the_zoom_into_epochs(lab: tuple[Server, Store], page: Page) -> None:
    server, store = lab
    page.goto(f"{server.url}/train?run={run_of(store, 'overfits')}")
    drawn(page)
    low, high = axis(page, "y")["range"]
    assert 0 <= low < 0.1
    assert 0.9 < high < 1.0, "the first batch had a loss of 2.4"
    zoom(page)
    zoomed = axis(page, "x")
    page.get_by_text("Logarithmic loss", exact=True).click()
    becomes(page, "chart => chart._fullLayout.yaxis.type === 'log'", "the logarithmic axis")
    assert axis(page, "x") == zoomed
    low, high = axis(page, "y")["range"]
    assert low < -2
    assert -0.1 < high < 0.1, "all of it again: what was zoomed into was another scale"
    page.get_by_text("Accuracy from 90%", exact=True).click()
    wait_until(lambda: axis(page, "y", 1)["range"][0] == 90, 60, "the axis from 90 %")
    assert 100 <= axis(page, "y", 1)["range"][1] < 101


def test_a_live_chart_keeps_its_zoom_while_its_axis_would_change(lab: tuple[Server, Store], page: Page) -> None:
    server, store = lab
    config = config_of("overfits").with_settings({"dataset": "digits", "train_size": None})
    points = recorded("overfits").points
    with held_run(store, config, "Live") as run_id:
        store.queue.update_progress(run_id, phase="fit", steps_per_epoch=32)
        store.metrics.add(run_id, [point for point in points if point.epoch <= 3])
        page.goto(f"{server.url}/train?run={run_id}")
        drawn(page)
        becomes(page, f"chart => {epochs_shown(3)}", "three epochs")
        high = axis(page, "y")["range"][1]
        canvas = page.locator(".chart").first.locator(".main-svg").first.element_handle()
        zoom(page)
        zoomed = axis(page, "x"), axis(page, "y")
        assert zoomed[1]["range"][1] < high
        store.metrics.add(run_id, [point for point in points if point.epoch > 3])
        becomes(page, f"chart => {epochs_shown(25)}", "all epochs")
        assert (axis(page, "x"), axis(page, "y")) == zoomed
        assert canvas.evaluate("svg => svg.isConnected"), "the same picture changes: nothing blinks"
        assert store.queue.finish(run_id, RunState.COMPLETED)


def epochs_shown(count: int) -> str:
    return f"chart.data.find((trace) => trace.name === 'training').x.length === {count}"


def test_the_button_below_the_curves_fills_the_form(lab: tuple[Server, Store], page: Page) -> None:
    server, store = lab
    page.goto(f"{server.url}/train?run={run_of(store, 'diverges')}")
    drawn(page)
    expect(page.get_by_text("It diverges: the training loss is 10.68")).to_be_visible()
    page.get_by_role("button", name="Try a learning rate of 0.1 instead of 1").click()
    expect(page.get_by_text("A variant of “A run” with one change")).to_be_visible()
    expect(page.get_by_role("textbox", name=re.compile("^Learning rate"))).to_have_value("0.1")
    expect(page.get_by_role("button", name="Start training")).to_be_enabled()
