"""What each page costs the server, and how it comes onto the screen.

``python -m benchmarks.pages [--rounds 8] [--roots . ../before] [--browser]`` starts a dashboard with the networks
that come with it, and goes through all pages by the websocket protocol: processor time of the app process, and
kilobytes that it sends, for a page that somebody has seen before. With ``--browser`` it also opens them in Chromium:
seconds until the heading and until the first chart are there, and how much of the page moves meanwhile. Several
checkouts are measured in turn.
"""

import argparse
import asyncio
import os
import shutil
import statistics
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.visitors import Seen, processor_seconds, visitor
from mnist_core.sharing.shipped import SHIPPED
from tests.e2e.measuring import shifts, watch_shifts
from tests.serving import ROOT, Server, running_server

_RUN, _OTHER = SHIPPED["handwriting"].run_id, SHIPPED["mnist-only"].run_id
# Page and what stands in its address, by what they are called in the table.
PAGES = {
    "Home": ("", ""),
    "Explore": ("explore", ""),
    "Train, form": ("train", "run=new"),
    "Train, a run": ("train", f"run={_RUN}"),
    "Runs": ("runs", f"run={_RUN}"),
    "Compare": ("compare", f"runs={_RUN},{_OTHER}"),
    "Evaluate": ("evaluate", f"run={_RUN}"),
    "Explain": ("explain", f"run={_RUN}"),
    "Robustness": ("robustness", f"run={_RUN}"),
    "Draw": ("draw", ""),
    "Glossary": ("glossary", ""),
}
CHART = ".js-plotly-plot .main-svg, .lab-bars > *"
WITHOUT_CHART = ("Home", "Runs", "Glossary", "Train, form")
NOT_BY_CLICK = (*WITHOUT_CHART, "Train, a run")  # of a network that nobody here trained: a click leads to the form


@dataclass
class Cost:
    """What was measured for one page of one checkout."""

    milliseconds: list[float] = field(default_factory=list)
    kilobytes: list[float] = field(default_factory=list)
    heading: list[float] = field(default_factory=list)
    chart: list[float] = field(default_factory=list)
    changed: list[float] = field(default_factory=list)
    moved: list[float] = field(default_factory=list)


def main() -> None:
    """Print a table of the pages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--roots", type=Path, nargs="+", default=[ROOT], help="checkouts to measure in turn")
    parser.add_argument("--browser", action="store_true")
    options = parser.parse_args()
    costs = [{name: Cost() for name in PAGES} for _ in options.roots]
    with ExitStack() as stack:
        servers = []
        for root in options.roots:
            home = Path(tempfile.mkdtemp()) / "home"
            stack.callback(shutil.rmtree, home.parent, ignore_errors=True)
            data = {"MNIST_LAB_WARM_SPARE": "0", "MNIST_LAB_DATA_DIR": os.environ.get("MNIST_LAB_DATA_DIR", "")}
            server = stack.enter_context(running_server(home, descriptors=None, root=root, **data))
            servers.append(server)
        asyncio.run(_processor(servers, costs, options.rounds))
        if options.browser:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
                )
                for _ in range(max(1, options.rounds // 3)):
                    for server, of_root in zip(servers, costs, strict=True):
                        _screen(browser, server, of_root)
    for root, of_root in zip(options.roots, costs, strict=True):
        print(f"\n{root}\n")
        _print(of_root)


async def _processor(servers: list[Server], costs: list[dict[str, Cost]], rounds: int) -> None:
    for turn in range(rounds + 1):
        for server, of_root in zip(servers, costs, strict=True):
            seen = Seen()
            async with visitor(server, seen) as one:
                for again in range(2):
                    for name, (page, query) in PAGES.items():
                        used, received = processor_seconds(server), one.received
                        await one.open(page, query)
                        # What comes after the page; at first also what is computed once for all.
                        await asyncio.sleep(0.05 if turn or again else 3)
                        if turn and again:  # the first round fills caches, and so does a visitor's first
                            of_root[name].milliseconds.append(1000 * (processor_seconds(server) - used))
                            of_root[name].kilobytes.append((one.received - received) / 1000)
            assert not seen.errors, seen.errors


def _screen(browser: Browser, server: Server, costs: dict[str, Cost]) -> None:
    """Open every page anew, as a link does, and then again by a click."""
    for name, (address, query) in PAGES.items():
        context = browser.new_context(viewport={"width": 1280, "height": 1000})
        watch_shifts(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{server.url}/{address}?{query}")
        costs[name].heading.append(_until(page, "h1"))
        if name not in WITHOUT_CHART:
            costs[name].chart.append(_until(page, CHART))
        _rest(page)
        costs[name].moved.append(shifts(page)[0])
        if name not in NOT_BY_CLICK:
            costs[name].changed.append(_by_click(page, address))
        context.close()


def _by_click(page: Page, address: str) -> float:
    """Leave a page and come back by the navigation; return the seconds from its heading to its chart."""
    title = page.locator("h1").inner_text()
    page.get_by_role("link", name="Runs", exact=True).click()
    page.locator("h1", has_text="Runs").wait_for()
    _rest(page)
    page.evaluate(_WATCH, CHART)
    page.get_by_role("link", name=address.capitalize(), exact=True).click()
    page.locator("h1", has_text=title).wait_for()
    page.wait_for_function("() => window.labChart")
    return float(page.evaluate("() => (window.labChart - window.labHeading) / 1000"))


_WATCH = """(chart) => {
  window.labHeading = window.labChart = 0;
  const before = document.querySelector('h1').textContent;
  const look = () => {
    const heading = document.querySelector('h1');
    if (!window.labHeading && heading && heading.textContent !== before) window.labHeading = performance.now();
    if (!window.labChart && window.labHeading && document.querySelector(chart))
      window.labChart = performance.now();
    if (!window.labChart) requestAnimationFrame(look);
  };
  look();
}"""


def _until(page: Page, what: str) -> float:
    """Return the seconds since the page was asked for until something of it is there."""
    page.locator(what).first.wait_for(state="attached")
    return float(page.evaluate("() => performance.now() / 1000"))


def _rest(page: Page) -> None:
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    page.wait_for_function("() => !document.querySelector('[data-testid=stSkeleton], .chart:empty')")
    page.wait_for_timeout(300)


def _print(costs: dict[str, Cost]) -> None:
    def median(values: list[float], digits: int) -> str:
        return f"{statistics.median(values):.{digits}f}" if values else "–"

    print("| page | ms of processor | kB | heading (s) | chart (s) | chart after a click (s) | moved |")
    print("|---|---|---|---|---|---|---|")
    for name, cost in costs.items():
        chart = [chart - heading for chart, heading in zip(cost.chart, cost.heading, strict=False)]
        print(
            f"| {name} | {median(cost.milliseconds, 1)} | {median(cost.kilobytes, 1)} | {median(cost.heading, 2)} "
            f"| {median(chart, 2)} | {median(cost.changed, 2)} | {median(cost.moved, 3)} |"
        )
    everything = sorted(value for cost in costs.values() for value in cost.milliseconds)
    p95 = everything[int(0.95 * len(everything))]
    print(f"\nAll page changes: median {statistics.median(everything):.1f} ms, p95 {p95:.1f} ms of processor time.")


if __name__ == "__main__":
    main()
