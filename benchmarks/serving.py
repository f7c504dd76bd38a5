"""How fast the dashboard is there, and how much memory it takes.

``python -m benchmarks.serving [--rounds 3] [--json]`` starts the dashboard on the bundled digits with an
empty home folder, opens it in Chromium while it starts, visits every page, and prints medians.
"""

import argparse
import json
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import psutil
from playwright.sync_api import Browser, sync_playwright

from tests.serving import running_server

PAGES = ("explore", "train", "evaluate", "draw", "glossary")


def main() -> None:
    """Print the medians over some fresh servers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        rounds = [_measure(browser) for _ in range(options.rounds)]
    medians = {name: round(statistics.median(r[name] for r in rounds), 2) for name in rounds[0]}
    if options.json:
        print(json.dumps(medians))
        return
    for name, value in medians.items():
        print(f"{name:45} {value}")


def _measure(browser: Browser) -> dict[str, float]:
    home = Path(tempfile.mkdtemp()) / "home"
    begin = time.monotonic()
    with running_server(home) as server:
        answered = time.monotonic() - begin
        page = browser.new_page()
        page.goto(server.url)
        page.locator("h1").wait_for()
        first_text = time.monotonic() - begin
        changes = []
        for name in PAGES:
            clicked = time.monotonic()
            page.get_by_role("link", name=name.capitalize(), exact=True).click()
            page.locator("h1", has_text=name.capitalize()).wait_for()
            changes.append(time.monotonic() - clicked)
        memory = psutil.Process(server.process.pid).memory_info().rss / 1e6
        second = browser.new_page()
        opened = time.monotonic()
        second.goto(server.url)
        second.locator("h1").wait_for()
        result = {
            "server answers after start (s)": answered,
            "first text on screen after start (s)": first_text,
            "first text for the second visitor (s)": time.monotonic() - opened,
            "page change, median (s)": statistics.median(changes),
            "app process after every page (MB)": memory,
        }
        page.close()
        second.close()
    shutil.rmtree(home.parent, ignore_errors=True)
    return result


if __name__ == "__main__":
    main()
