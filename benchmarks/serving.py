"""How fast the dashboard is, and how much memory it takes, alone and with a class watching.

``python -m benchmarks.serving [--rounds 3] [--sessions 1 20 50 100] [--crowd-only] [--json]`` starts the dashboard with
an empty home folder, opens it in Chromium while it starts, visits every page, trains, draws, and prints medians. It
uses the published data where ``MNIST_LAB_DATA_DIR`` names their folder, and the bundled digits elsewhere. With 20
sessions 19 further visitors, each with a cookie of its own, change pages every five seconds by the websocket protocol
(`benchmarks/visitors.py`). At the end the browser watches a long run while all 20 do so: seconds until a page's script
has finished, and what the app process uses meanwhile. There the browser, which is on another computer in life, gets
what the server and the visitors leave of this one.
"""

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from benchmarks import pen
from benchmarks.visitors import crowded, processor_seconds
from mnist_core.config.links import settings_address
from mnist_core.config.recipes import get_recipe
from mnist_core.settings import Settings
from mnist_core.store import Store
from tests.serving import ROOT, Server, running_server

PAGES = ("explore", "train", "runs", "evaluate", "explain", "robustness", "draw", "glossary")
STROKES = 9
ANSWER = "document.querySelector('.lab-reading strong')?.innerText"
PATIENCE = 60.0  # seconds until something that does not happen is given up


def main() -> None:
    """Print the medians over some fresh servers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sessions", type=int, nargs="+", default=[1, 20])
    parser.add_argument("--crowd-only", action="store_true", help="leave out what the browser does alone")
    parser.add_argument("--seconds", type=float, default=40.0, help="how long the crowd is watched")
    parser.add_argument("--root", type=Path, default=ROOT, help="another checkout to measure")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with sync_playwright() as playwright:
        columns = {}
        for sessions in options.sessions:
            columns[sessions] = _medians([_measure(playwright, sessions, options) for _ in range(options.rounds)])
            print(f"{sessions} sessions: {columns[sessions]}", file=sys.stderr)
    if options.json:
        print(json.dumps(columns))
        return
    print("| what | " + " | ".join(f"{n} session{'s' * (n > 1)}" for n in columns) + " |")
    print("|---|" + "---|" * len(columns))
    for name in next(iter(columns.values())):
        print(f"| {name} | " + " | ".join(str(column[name]) for column in columns.values()) + " |")


def _medians(rounds: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(statistics.median(r[name] for r in rounds), 2) for name in rounds[0]}


def _measure(playwright: Playwright, sessions: int, options: argparse.Namespace) -> dict[str, float]:
    browser = playwright.chromium.launch(
        executable_path=shutil.which("chromium"),
        args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    )
    home = Path(tempfile.mkdtemp()) / "home"
    variables = {name: value for name, value in os.environ.items() if name == "MNIST_LAB_DATA_DIR" and value}
    variables["MNIST_LAB_TRUSTED_PROXIES"] = "127.0.0.1"  # the crowd's visitors come from many addresses
    result: dict[str, float] = {}
    begin = time.monotonic()
    with running_server(home, descriptors=None, root=options.root, **variables) as server:
        result["server answers after start (s)"] = time.monotonic() - begin
        page = browser.new_context().new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(server.url)
        page.locator("h1").wait_for()
        result["first text on screen after start (s)"] = time.monotonic() - begin
        store = Store(Settings(home=home))
        if not options.crowd_only:
            with crowded(server, sessions - 1):
                result |= _training(page, server, store)
                result["page change, median (s)"] = statistics.median(_page_change(page, name) for name in PAGES)
                result["click on a matrix cell to its images, median (s)"] = _drill_down(page)
                result["robustness slider to accuracy on 1,000 images (s)"] = _slider(page)
                result |= _drawing(page)
                result |= _with_the_pen(browser, server)
                result["memory of the app (MB)"] = psutil.Process(server.process.pid).memory_info().rss / 1e6
        result |= _crowd(page, server, sessions, options.seconds)
        store.close()
        browser.close()
    shutil.rmtree(home.parent, ignore_errors=True)
    return result


def _crowd(page: Page, server: Server, sessions: int, seconds: float) -> dict[str, float]:
    """Let all visitors change pages while a long run trains, which the browser watches."""
    config = get_recipe("small-cnn").config.with_settings({"epochs": 200})
    page.goto(settings_address(server.url, config))
    page.get_by_role("button", name="Start training").click()
    page.locator(".stMarkdownBadge", has_text="Training").wait_for()
    run_id = parse_qs(urlsplit(page.url).query)["run"][0]
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if "chromium" in process.name():
                process.nice(19)
    with crowded(server, sessions, watched=run_id) as seen:
        begin, used = time.monotonic(), processor_seconds(server)
        page.wait_for_timeout(1000 * seconds)
        used, took = processor_seconds(server) - used, time.monotonic() - begin
        resident = psutil.Process(server.process.pid).memory_info().rss / 1e6
    for error in sorted(set(seen.errors)):
        print(f"{sessions} sessions: {seen.errors.count(error)} x {error[:200]}", file=sys.stderr)
    return {
        "crowd: page changes a second": len(seen.seconds) / took,
        "crowd: page change, p50 (s)": seen.quantile(0.5),
        "crowd: page change, p95 (s)": seen.quantile(0.95),
        "crowd: errors": len(seen.errors),
        "crowd: processor of the app (cores)": used / took,
        "crowd: memory of the app (MB)": resident,
    }


def _training(page: Page, server: Server, store: Store) -> dict[str, float]:
    """Train cold and warm, and ask for what was trained before."""
    result = {}
    cold, first, _ = _train(page, server, store, seed=1)
    result["click to training on screen, no spare yet (s)"] = cold
    result["click to first curve point, no spare yet (s)"] = first
    _wait(lambda: _spare(server) is not None and _rests(_spare(server)))
    spare = _spare(server)
    assert spare is not None
    result["memory of the warm spare (MB)"] = spare.memory_info().rss / 1e6
    warm, first, worker = _train(page, server, store, seed=2)
    result["click to training on screen, warm (s)"] = warm
    result["click to first curve point, warm (s)"] = first
    result["most memory of the worker (MB)"] = worker
    page.goto(f"{server.url}/train?run=new")
    _choose_seed(page, 2)
    begin = time.monotonic()
    page.get_by_role("button", name="Start training").click()
    page.get_by_text("trained before").wait_for()
    result["a run trained before, click to replay (s)"] = time.monotonic() - begin
    return result


def _train(page: Page, server: Server, store: Store, seed: int) -> tuple[float, float, float]:
    """Train the first recipe from the page; return seconds to "training", to the first point, and the worker's MB."""
    page.goto(f"{server.url}/train?run=new")
    _choose_seed(page, seed)
    begin = time.monotonic()
    page.get_by_role("button", name="Start training").click()
    # The run's badge; the sidebar has a "Training" of its own.
    page.locator(".stMarkdownBadge", has_text="Training").wait_for()
    training = time.monotonic() - begin
    page.wait_for_function("() => (document.querySelector('.chart')?.data ?? []).some((t) => t.x.length > 0)")
    first_point = time.monotonic() - begin
    run_id = parse_qs(urlsplit(page.url).query)["run"][0]
    most = 0.0
    while not store.runs.get(run_id).state.is_finished:
        pid = store.runs.get(run_id).pid
        if pid is not None:
            with suppress(psutil.Error):
                most = max(most, psutil.Process(pid).memory_info().rss / 1e6)
        time.sleep(0.05)
    assert store.runs.get(run_id).error is None, store.runs.get(run_id).error
    page.get_by_text("What next?").wait_for()
    return training, first_point, most


def _choose_seed(page: Page, seed: int) -> None:
    """Set the seed: settings that were not trained yet."""
    field = page.get_by_test_id("stNumberInput").filter(has=page.get_by_text("Seed", exact=True)).locator("input")
    field.fill(str(seed))
    field.press("Enter")
    _settled(page)


def _page_change(page: Page, name: str) -> float:
    clicked = time.monotonic()
    page.get_by_role("link", name=name.capitalize(), exact=True).click()
    page.locator("h1", has_text=name.capitalize()).wait_for()
    seconds = time.monotonic() - clicked
    _settled(page)
    return seconds


def _drill_down(page: Page) -> float:
    """Click on cells of the confusion matrix; return the median time until their images are on the screen."""
    _page_change(page, "evaluate")
    plot = page.locator(".js-plotly-plot .nsewdrag").first
    page.locator(".heatmaplayer image").first.wait_for()
    page.locator(".lab-gallery img").first.wait_for()
    _settled(page)
    seconds = []
    for label in (3, 5, 0, 7, 9):
        plot.scroll_into_view_if_needed()
        box = plot.bounding_box()
        assert box is not None
        place = (label + 0.5) / 10
        page.mouse.click(box["x"] + place * box["width"], box["y"] + place * box["height"])
        begin = time.monotonic()
        page.wait_for_function(
            """(label) => document.querySelector('.stMain').innerText.includes(label + ', rightly recognised')
                && document.querySelectorAll('.lab-gallery img').length > 0""",
            arg=label,
        )
        seconds.append(time.monotonic() - begin)
        page.wait_for_timeout(400)  # two clicks within 300 ms are a double click to Plotly
    return statistics.median(seconds)


def _slider(page: Page) -> float:
    """Shift the test images by one pixel; return the time until the accuracy has changed."""
    _page_change(page, "robustness")
    value = page.get_by_test_id("stMetric").filter(has_text="Accuracy now").get_by_test_id("stMetricValue")
    value.wait_for()
    _settled(page)
    before = value.inner_text()
    page.locator(".st-key-robustness_shift_x input[type=range]").press("ArrowRight")
    begin = time.monotonic()
    page.wait_for_function(
        """(before) => [...document.querySelectorAll('[data-testid=stMetric]')]
            .find((m) => m.innerText.includes('Accuracy now'))
            ?.querySelector('[data-testid=stMetricValue]').innerText !== before""",
        arg=before,
    )
    return time.monotonic() - begin


def _drawing(page: Page) -> dict[str, float]:
    """Draw lines; return the times from pen up until the answer is on the screen."""
    _page_change(page, "draw")
    canvas = page.locator("canvas.upper-canvas")
    canvas.wait_for()
    _settled(page)
    canvas.scroll_into_view_if_needed()
    seconds = []
    for _ in range(STROKES):
        box = canvas.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 0.52 * box["width"], box["y"] + 0.15 * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + 0.48 * box["width"], box["y"] + 0.85 * box["height"], steps=8)
        page.mouse.up()
        begin = time.monotonic()
        page.wait_for_function(f"() => !['?', undefined].includes({ANSWER})")
        seconds.append(time.monotonic() - begin)
        _settled(page)
        page.get_by_role("button", name="Clear", exact=True).click()
        page.wait_for_function(f"() => {ANSWER} === '?'")
        _settled(page)
    return {
        "pen up to answer on screen, median (s)": statistics.median(seconds),
        "pen up to answer, first stroke of a visit (s)": seconds[0],
    }


def _with_the_pen(browser: Browser, server: Server) -> dict[str, float]:
    """Return how soon the bars follow the pen; `benchmarks.pen` has more about it."""
    found = pen.watch(browser, server, people=1, seconds=8.0)
    return {name: found[name] for name in (pen.POINT_TO_BARS, pen.POINT_TO_BARS_P95)}


def _spare(server: Server) -> psutil.Process | None:
    """Return the worker that waits without a run."""
    for process in psutil.Process(server.process.pid).children():
        with suppress(psutil.Error):  # it has just ended
            command = process.cmdline()
            if "mnist_core.training.worker" in command and "--no-warm-up" not in command:
                return process
    return None


def _rests(process: psutil.Process | None) -> bool:
    """Whether a process has used no processor time for half a second."""
    if process is None:
        return False
    with suppress(psutil.Error):  # it was the worker of a run, and has just ended
        before = process.cpu_times()
        time.sleep(0.5)
        after = process.cpu_times()
        return bool(after.user + after.system - before.user - before.system < 0.05)
    return False


def _settled(page: Page) -> None:
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')


def _wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


if __name__ == "__main__":
    main()
