"""A real server and a real browser, shared by all tests of this folder."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# Training imports Keras, which takes a while on a busy machine.
expect.set_options(timeout=60_000)
_REAL_DATA_DIR = os.environ.get("MNIST_LAB_DATA_DIR")
_REQUIRE_BROWSER = os.environ.get("MNIST_LAB_REQUIRE_BROWSER")


@dataclass
class Server:
    """A running dashboard."""

    process: subprocess.Popen[bytes]
    url: str
    home: Path
    log: Path


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait for a condition; fail with what was waited for."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.1)


@contextlib.contextmanager
def running_server(home: Path, **environment: str) -> Iterator[Server]:
    """Start the dashboard as `make run` does, and end it as a service manager does."""
    port, log = free_port(), home.with_suffix(".log")
    variables = {k: v for k, v in os.environ.items() if not k.startswith("MNIST_LAB_")}
    variables |= {"MNIST_LAB_HOME": str(home), "MNIST_LAB_KERAS_DIR": str(home / "none"), "MNIST_LAB_OFFLINE": "1"}
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    command += ["--server.address", "127.0.0.1"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=variables | environment, stdout=output, stderr=subprocess.STDOUT
        )
    server = Server(process, f"http://127.0.0.1:{port}", home, log)

    def answers() -> bool:
        assert process.poll() is None, log.read_text()
        with contextlib.suppress(requests.ConnectionError):
            return requests.get(f"{server.url}/lab/health", timeout=5).ok
        return False

    try:
        wait_until(answers, 60, "the server's answer")
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


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


def settled(page: Page) -> None:
    """Wait until the page's script has run."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
