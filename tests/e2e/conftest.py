"""A real server and a real browser, shared by all tests of this folder."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, FloatRect, Locator, Page, expect, sync_playwright

from mnist_core.models.speed import REFERENCE, write_speed
from mnist_core.settings import Settings
from mnist_core.store import Store
from mnist_core.training.device import cpu_name
from tests.serving import Server, running_server
from tests.waiting import wait_until

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# Milliseconds for whatever is waited for: a busy machine is no failure.
PATIENCE = 240_000
expect.set_options(timeout=PATIENCE)
_REAL_DATA_DIR = os.environ.get("MNIST_LAB_DATA_DIR")
_REQUIRE_BROWSER = os.environ.get("MNIST_LAB_REQUIRE_BROWSER")


def home_of_known_speed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home that says how fast this computer is: a waiting worker would be busy for long to find out."""
    home = tmp_path_factory.mktemp("server") / "home"
    home.mkdir()
    write_speed(replace(REFERENCE, device=cpu_name()), Settings(home=home).speed_path)
    return home


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a dashboard that has the bundled digits only."""
    with running_server(home_of_known_speed(tmp_path_factory)) as server:
        yield server


@pytest.fixture
def runs(server: Server) -> Iterator[Store]:
    """Return the server's own store, to look at only."""
    store = Store(Settings(home=server.home))
    yield store
    store.close()


@pytest.fixture(scope="session")
def published() -> Path:
    """Return the folder of the real datasets; skip where they are not at hand."""
    if not _REAL_DATA_DIR or not (Path(_REAL_DATA_DIR) / "mnist.npz").is_file():
        pytest.skip("needs the published files: set MNIST_LAB_DATA_DIR to their folder")
    return Path(_REAL_DATA_DIR).resolve()


@pytest.fixture(scope="session")
def real_server(tmp_path_factory: pytest.TempPathFactory, published: Path) -> Iterator[Server]:
    """Return a dashboard with the real datasets."""
    with running_server(home_of_known_speed(tmp_path_factory), MNIST_LAB_DATA_DIR=str(published)) as server:
        yield server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return Chromium; skip where there is none, unless a setting demands it."""
    if CHROMIUM is None:
        if _REQUIRE_BROWSER:
            pytest.fail("MNIST_LAB_REQUIRE_BROWSER is set, but there is no Chromium")
        pytest.skip("needs Chromium (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def strict(browser: Browser) -> Iterator[Browser]:
    """Return a Chromium that keeps no cookies of other sites but those of one site around (CHIPS)."""
    names = "--host-resolver-rules=MAP *.test 127.0.0.1"
    flags = ["--no-sandbox", "--disable-gpu", "--test-third-party-cookie-phaseout", names]
    with browser.browser_type.launch(executable_path=CHROMIUM, args=flags) as strict:
        yield strict


def new_visitor(browser: Browser, **options: Any) -> BrowserContext:
    """Return a browser of one visitor, without cookies; the options are Playwright's."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 1000}, "locale": "en-US"} | options)
    context.set_default_timeout(PATIENCE)
    return context


@pytest.fixture
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """Return a browser of one visitor, without cookies."""
    context = new_visitor(browser)
    yield context
    context.close()


@pytest.fixture
def page(visitor: BrowserContext) -> Page:
    """Return an empty tab of the visitor."""
    return visitor.new_page()


def canvas_of(page: Page) -> Locator:
    """Return the canvas to draw on, once it is the only one: a new one comes before the old one is taken off."""
    canvas = page.locator("canvas.upper-canvas")
    expect(canvas).to_have_count(1)
    expect(canvas).to_be_visible()
    return canvas


def box_of(canvas: Locator) -> FloatRect:
    """Return where the canvas is, once it is the only one and has a place: one that was cleared is exchanged."""
    settled(canvas.page)
    found: list[FloatRect] = []

    def is_there() -> bool:
        # Of all in one look: what finds one only fails where there are two for a moment.
        found[:] = canvas.evaluate_all("all => all.map((one) => one.getBoundingClientRect().toJSON())")
        return len(found) == 1 and found[0]["width"] > 0

    wait_until(is_there, 240, "the canvas")
    return found[0]


def settled(page: Page) -> None:
    """Wait until the page's script has run."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
