"""A download that a visitor begins: the page follows it, and comes to an end where the server breaks off."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.serving import running_server

pytestmark = pytest.mark.e2e


class Publisher(ThreadingHTTPServer):
    """Has nothing at first; once `busy`, it lets who asks wait for `end`, and then has nothing either."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.busy, self.end = threading.Event(), threading.Event()


class Handler(BaseHTTPRequestHandler):
    server: Publisher

    def do_GET(self) -> None:
        if self.server.busy.is_set():
            self.server.end.wait(60)
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with Publisher() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.end.set()
        server.shutdown()


def test_a_download_that_fails_does_not_stay_at_preparing(publisher: Publisher, page: Page, tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{publisher.server_port}/"
    online = {"MNIST_LAB_OFFLINE": "0", "MNIST_LAB_DATA_URL": address, "MNIST_LAB_DOWNLOAD_RETRIES": "0"}
    with running_server(tmp_path / "home", MNIST_LAB_WARM_SPARE="0", **online) as server:
        page.goto(f"{server.url}/robustness")
        button = page.get_by_role("button", name="Download MNIST")
        expect(button).to_be_visible()
        publisher.busy.set()
        button.click()
        expect(page.get_by_text("Preparing MNIST")).to_be_visible()
        publisher.end.set()
        expect(button).to_be_visible()
        expect(page.get_by_text("the server answered 404").first).to_be_visible()
