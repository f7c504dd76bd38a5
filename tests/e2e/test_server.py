"""The server around the pages: cookie, headers, plotly.js, memory, and its end."""

import itertools
import re
import signal
from pathlib import Path

import psutil
import pytest
import requests
from playwright.sync_api import Page, expect

from benchmarks import visitors
from benchmarks.visitors import Seen, visitor
from mnist_core.gateway import VISITOR_COOKIE
from pages._ui.shell.web import PLOTLY_URL, WHOLE_PLOTLY_URL
from tests.e2e.conftest import settled
from tests.serving import Server, running_server
from tests.sockets import in_a_loop
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e
PAGES = ("", "explore", "train", "evaluate", "explain", "robustness", "draw", "glossary")


def test_the_first_page_sets_a_secret_cookie_once(server: Server) -> None:
    visitor = requests.Session()
    cookie = visitor.get(server.url).headers["set-cookie"]
    assert cookie.startswith(VISITOR_COOKIE)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "set-cookie" not in visitor.get(server.url).headers


def test_two_visitors_get_different_cookies(server: Server) -> None:
    first, second = (requests.get(server.url).cookies[VISITOR_COOKIE] for _ in range(2))
    assert first != second


def test_every_response_carries_protective_headers(server: Server) -> None:
    response = requests.get(f"{server.url}/lab/health")
    assert response.json() == {"status": "ok"}
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["x-frame-options"] == "SAMEORIGIN"
    assert "set-cookie" not in response.headers


def test_a_cookie_that_was_deleted_is_there_again_after_a_reload(server: Server, page: Page) -> None:
    page.goto(server.url)
    page.context.clear_cookies()
    page.reload()
    settled(page)
    assert VISITOR_COOKIE in {cookie["name"] for cookie in page.context.cookies()}
    expect(page.get_by_text("Your browser keeps no cookie")).to_have_count(0)


def test_no_page_wants_what_its_content_policy_forbids(server: Server, page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None)
    for name in (*PAGES, "runs", "compare"):
        assert "script-src 'self' 'sha256-" in page.goto(f"{server.url}/{name}").headers["content-security-policy"]
        expect(page.locator("h1")).to_be_visible()
        settled(page)
    assert complaints == []


def test_a_page_that_is_cut_off_says_why(server: Server, page: Page) -> None:
    page.goto(server.url)
    settled(page)
    page.evaluate(
        """() => {
        const socket = new WebSocket(new URL('_stcore/stream', document.baseURI).href.replace('http', 'ws'));
        socket.onopen = () => { for (let i = 0; i < 5000; i++) socket.send(new Uint8Array([90, 0])); };
        }"""
    )
    expect(page.get_by_role("alert").filter(has_text="so it was cut off")).to_be_visible()


def test_plotly_js_is_served_for_good_under_its_version(server: Server) -> None:
    for url, packed in itertools.product((PLOTLY_URL, WHOLE_PLOTLY_URL), ("gzip", "identity")):
        response = requests.get(f"{server.url}/{url}", headers={"Accept-Encoding": packed})
        assert "javascript" in response.headers["content-type"]
        assert "immutable" in response.headers["cache-control"]
        assert response.headers.get("content-encoding", "identity") == packed
        assert "plotly.js" in response.text[:50]


def test_the_app_never_loads_tensorflow_and_stays_small(tmp_path: Path, page: Page) -> None:
    requested = []
    page.on("request", lambda request: requested.append(request.url))
    with running_server(tmp_path / "home") as server:  # of its own: what others computed there is kept
        for name in PAGES:
            page.goto(f"{server.url}/{name}")
            expect(page.locator("h1")).to_be_visible()
            settled(page)
        loaded = Path(f"/proc/{server.process.pid}/maps").read_text()
        assert not re.search(r"/(tensorflow|keras|jaxlib|sklearn|scipy)/", loaded)
        # 235 MB here; `test_main_job` met 40 more elsewhere with the same 2 cores. TensorFlow alone would take 300.
        assert psutil.Process(server.process.pid).memory_info().rss < 290e6
        elsewhere = [url for url in requested if not url.startswith((server.url, "data:", "blob:"))]
        assert not elsewhere


def test_a_deep_link_is_the_first_visit_of_a_fresh_server(tmp_path: Path, page: Page) -> None:
    with running_server(tmp_path / "home", MNIST_LAB_WARM_SPARE="0") as server:
        page.goto(f"{server.url}/glossary")
        expect(page.get_by_role("heading", name="Glossary")).to_be_visible()
        expect(page.get_by_text("Page not found")).to_have_count(0)
        expect(page.get_by_role("link", name="Train", exact=True)).to_be_visible()


def test_who_comes_again_gets_large_parts_of_a_page_only_once(server: Server) -> None:
    async def visit() -> tuple[list[int], list[str]]:
        seen, sizes = Seen(), []
        async with visitor(server, seen) as one:
            for page in (*visitors.PAGES, *visitors.PAGES):
                before = one.received
                await one.open(page)
                sizes.append(one.received - before)
        return sizes, seen.errors

    sizes, errors = in_a_loop(visit())
    assert not errors
    again = dict(zip(visitors.PAGES, sizes[len(visitors.PAGES) :], strict=True))
    assert again["glossary"] < 10_000 < sizes[visitors.PAGES.index("glossary")]
    assert again["explore"] < 40_000 < sizes[visitors.PAGES.index("explore")]


def test_streamlits_secrets_are_settings_where_a_host_knows_no_variables(tmp_path: Path) -> None:
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text('MNIST_LAB_ALLOWED_HOSTS = "lab.example.org"')
    with running_server(tmp_path / "home", MNIST_LAB_WARM_SPARE="0", HOME=str(tmp_path)) as server:
        assert requests.get(server.url, timeout=60).status_code == 421
        assert requests.get(server.url, headers={"Host": "lab.example.org"}, timeout=60).ok


def test_the_end_of_the_server_ends_its_workers(tmp_path: Path, page: Page) -> None:
    with running_server(tmp_path / "home") as server:
        page.goto(server.url)
        page.get_by_role("button", name="Train").first.click()
        process = psutil.Process(server.process.pid)
        wait_until(lambda: bool(workers(process)), 240, "a worker")
        started = workers(process)
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(60)
        wait_until(lambda: not any(worker.is_running() for worker in started), 240, "the workers' end")


def workers(process: psutil.Process) -> list[psutil.Process]:
    found = []
    for child in process.children(recursive=True):
        try:
            if "mnist_core.training.worker" in child.cmdline():
                found.append(child)
        except psutil.Error:
            continue
    return found
