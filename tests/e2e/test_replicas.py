"""Two replicas behind the proxies of the examples: a visitor stays at one, and finds the other when it ends."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from mnist_core.gateway import VISITOR_COOKIE
from tests.e2e.conftest import canvas_of, home_of_known_speed, new_visitor, settled
from tests.e2e.test_main_job import draw_line
from tests.proxies import running_proxy
from tests.serving import Server, running_server
from tests.waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore:Unverified HTTPS request")]
SETTINGS = {
    "MNIST_LAB_TRUSTED_PROXIES": "127.0.0.1",
    "MNIST_LAB_WARM_SPARE": "0",
    "MNIST_LAB_METRICS": "1",  # how many pages are open at each
    "STREAMLIT_SERVER_COOKIE_SECRET": "the same for both replicas",
    "STREAMLIT_SERVER_BASE_URL_PATH": "lab",
}


@pytest.fixture
def replicas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Server]]:
    """Return two dashboards of one home, below the path /lab."""
    home = home_of_known_speed(tmp_path_factory)
    with contextlib.ExitStack() as both:
        options = ("--server.baseUrlPath", "lab")
        yield [both.enter_context(running_server(home, *options, **SETTINGS)) for _ in range(2)]


def pages_open_at(url: str) -> int:
    """Return how many pages are open at a replica, by Streamlit's own metrics, which ``MNIST_LAB_METRICS`` opens."""
    text = requests.get(f"{url}/_stcore/metrics", timeout=60).text
    found = re.search(r"^active_sessions (\d+)", text, re.MULTILINE)
    return int(found[1]) if found else 0


def open_pages(server: Server) -> int:
    return pages_open_at(server.url)


@pytest.mark.parametrize("proxy", ["nginx", "caddy"])
def test_a_visitor_stays_at_a_replica_and_comes_back_at_the_other(
    proxy: str, replicas: list[Server], browser: Browser, tmp_path: Path
) -> None:
    ports = [urlsplit(server.url).port or 0 for server in replicas]
    with running_proxy(proxy, tmp_path, ports, "/lab") as url:
        context = new_visitor(browser, ignore_https_errors=True)
        page = context.new_page()
        look_around(page, url)
        cookies = {cookie["name"]: cookie for cookie in context.cookies()}
        assert cookies[VISITOR_COOKIE]["secure"]
        assert cookies[VISITOR_COOKIE]["path"] == "/lab"

        # All pages of a visitor are at one replica.
        more = [context.new_page() for _ in range(2)]
        for tab in more:
            tab.goto(f"{url}/glossary")
            settled(tab)
        assert sorted(map(open_pages, replicas)) == [0, 3]
        for tab in more:
            tab.close()
        # In a frame of another site too, where strict browsers keep the dashboard's own cookie alone.
        places = [where(url) for _ in range(20)]
        assert [len(place) for place in places] == [1] * 20
        assert len(set.union(*places)) == 2, "all newcomers are sent to the same replica"

        # It ends without a word; the page goes on at the other one, for the same visitor.
        here, other = sorted(replicas, key=open_pages, reverse=True)
        here.process.kill()
        here.process.wait(60)
        wait_until(lambda: open_pages(other) > 0, 240, "the page at the other replica")
        page.get_by_role("link", name="Glossary").click()
        expect(page.get_by_role("heading", name="Glossary")).to_be_visible()
        assert {cookie["name"]: cookie for cookie in context.cookies()}[VISITOR_COOKIE] == cookies[VISITOR_COOKIE]
        look_around(page, url)
        context.close()


def look_around(page: Page, url: str) -> None:
    """Home is there, and what is drawn is read: by the websocket, and by the address that pens ask."""
    page.goto(f"{url}/")
    expect(page.locator("h1")).to_be_visible()
    settled(page)
    page.get_by_role("link", name="Draw", exact=True).click()
    draw_line(page, canvas_of(page), [(0.52, 0.15), (0.5, 0.5), (0.48, 0.85)])
    expect(page.locator('.lab-reading[data-best="1"]')).to_be_visible()


def where(url: str) -> set[str]:
    """Return which replicas answer somebody new who keeps no cookie but the dashboard's own."""
    mine = requests.get(f"{url}/", timeout=60, verify=False).cookies[VISITOR_COOKIE]
    cookies = {VISITOR_COOKIE: mine}
    answers = [requests.get(f"{url}/_stcore/health", cookies=cookies, timeout=60, verify=False) for _ in range(4)]
    return {answer.headers["X-Replica"] for answer in answers}
