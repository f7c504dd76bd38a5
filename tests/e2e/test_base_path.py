"""Below a path: directly, and behind a real nginx that passes the path on or takes it away."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page, expect

from mnist_core.gateway import VISITOR_COOKIE
from tests.e2e.conftest import settled
from tests.serving import Server, free_port, running_server
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e
CONFIGURATION = """
daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location /x/ {{
      proxy_pass {upstream};
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "upgrade";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Prefix /x;
      proxy_read_timeout 86400;
      proxy_buffering off;
    }}
  }}
}}
"""
Proxy = Callable[[str], str]


@pytest.fixture(scope="module")
def below(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a dashboard below the path /x."""
    home = tmp_path_factory.mktemp("below") / "home"
    settings = {"MNIST_LAB_TRUSTED_PROXIES": "127.0.0.1", "MNIST_LAB_WARM_SPARE": "0"}
    with running_server(home, "--server.baseUrlPath", "x", **settings) as server:
        yield server


@pytest.fixture
def nginx(tmp_path: Path) -> Iterator[Proxy]:
    """Return a function that puts nginx before an address and returns the address of nginx."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        if os.environ.get("MNIST_LAB_REQUIRE_BROWSER"):
            pytest.fail("MNIST_LAB_REQUIRE_BROWSER is set, but there is no nginx")
        pytest.skip("needs nginx (Debian: apt-get install nginx-light)")
    started = []

    def start(upstream: str) -> str:
        port = free_port()
        file = tmp_path / "nginx.conf"
        file.write_text(CONFIGURATION.format(folder=tmp_path, port=port, upstream=upstream))
        process = subprocess.Popen([program, "-c", str(file), "-e", str(tmp_path / "error.log")])
        started.append(process)
        url = f"http://127.0.0.1:{port}/x"

        def answers() -> bool:
            try:
                return requests.get(f"{url}/lab/health", timeout=60).ok
            except requests.ConnectionError:
                return False

        wait_until(answers, 240, "nginx")
        return url

    yield start
    for process in started:
        process.terminate()
        process.wait(60)


def check(page: Page, url: str) -> None:
    """A page, its charts and its routes are there; what is not there is not found."""
    assert requests.get(f"{url}/lab/health", timeout=60).json() == {"status": "ok"}
    assert "javascript" in requests.get(f"{url}/lab/plotly.min.js", timeout=60).headers["content-type"]
    for path in ("nonsense", "lab/nonsense", "train/more"):
        assert requests.get(f"{url}/{path}", timeout=60).status_code == 404
    page.goto(f"{url}/train")
    settled(page)
    expect(page.get_by_role("heading", name="Train", exact=True)).to_be_visible()
    page.goto(f"{url}/robustness")  # a live chart needs plotly.js below the path
    settled(page)
    page.goto(f"{url}/compare")
    settled(page)
    page.wait_for_function("document.querySelector('h1')")
    page.evaluate("fetch(new URL('lab/plotly.min.js', document.baseURI)).then(r => { if (!r.ok) throw r.status })")
    assert page.get_by_text("keeps no cookie").count() == 0


def path_of_cookie(page: Page) -> str:
    return next(cookie["path"] for cookie in page.context.cookies() if cookie["name"] == VISITOR_COOKIE)


def test_below_a_base_path_charts_routes_and_cookie_are_below_it(page: Page, below: Server) -> None:
    assert below.url.endswith("/x")
    check(page, below.url)
    assert path_of_cookie(page) == "/x"


def test_behind_a_proxy_that_passes_the_path_on(page: Page, below: Server, nginx: Proxy) -> None:
    url = nginx(below.url.removesuffix("/x"))
    check(page, url)
    cookie = requests.get(f"{url}/", timeout=60).headers["set-cookie"]
    assert "; Path=/x; " in cookie
    assert "Secure" not in cookie  # the proxy says that it does not speak HTTPS


def test_behind_a_proxy_that_takes_the_path_away(page: Page, below: Server, server: Server, nginx: Proxy) -> None:
    check(page, nginx(below.url.removesuffix("/x") + "/"))
    assert path_of_cookie(page) == "/x"


def test_a_proxy_before_a_server_that_knows_of_no_path(page: Page, server: Server, nginx: Proxy) -> None:
    check(page, nginx(server.url + "/"))
