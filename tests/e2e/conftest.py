"""A real server and a real browser, shared by all tests of this folder."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from tests.serving import Server, running_server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# Training imports Keras, which takes a while on a busy machine.
expect.set_options(timeout=60_000)
_REAL_DATA_DIR = os.environ.get("MNIST_LAB_DATA_DIR")
_REQUIRE_BROWSER = os.environ.get("MNIST_LAB_REQUIRE_BROWSER")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a dashboard that has the bundled digits only."""
    with running_server(tmp_path_factory.mktemp("server") / "home") as server:
        yield server


@pytest.fixture(scope="session")
def real_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a dashboard with the real datasets; skip where they are not at hand."""
    if not _REAL_DATA_DIR or not (Path(_REAL_DATA_DIR) / "mnist.npz").is_file():
        pytest.skip("needs the published files: set MNIST_LAB_DATA_DIR to their folder")
    with running_server(
        tmp_path_factory.mktemp("real") / "home", MNIST_LAB_DATA_DIR=str(Path(_REAL_DATA_DIR).resolve())
    ) as server:
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


@pytest.fixture
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """Return a browser of one visitor, without cookies."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
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


def settled(page: Page) -> None:
    """Wait until the page's script has run."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
