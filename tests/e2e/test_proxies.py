"""Below a path and behind a real nginx: one that passes the path on or takes it away, with TLS, and on IPv6."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from mnist_core.gateway import VISITOR_COOKIE
from tests.e2e.conftest import new_visitor, settled
from tests.nginx import running_nginx
from tests.serving import Server, running_server

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore:Unverified HTTPS request")]


@pytest.fixture(scope="module")
def below(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a dashboard below the path /x, which listens on IPv6 too."""
    home = tmp_path_factory.mktemp("below") / "home"
    settings = {"MNIST_LAB_TRUSTED_PROXIES": "127.0.0.1,::1", "MNIST_LAB_WARM_SPARE": "0"}
    with running_server(home, "--server.baseUrlPath", "x", **settings) as server:
        yield server


def get(url: str, **more: object) -> requests.Response:
    return requests.get(url, timeout=60, verify=False, **more)  # type: ignore[arg-type]


def check(page: Page, url: str) -> None:
    """A page, its charts, its routes, links and downloads are there; what is not there is not found."""
    assert get(f"{url}/lab/health").json() == {"status": "ok"}
    assert "javascript" in get(f"{url}/lab/plotly.min.js").headers["content-type"]
    for path in ("nonsense", "lab/nonsense", "train/more"):
        answer = get(f"{url}/{path}", headers={"Accept": "text/html"})
        assert answer.status_code == 404
        assert f'<a href="{urlsplit(url).path}/">Home</a>' in answer.text
    page.goto(f"{url}/train")
    settled(page)
    expect(page.get_by_role("heading", name="Train", exact=True)).to_be_visible()
    page.get_by_role("button", name="Link to these settings").click()
    expect(page.get_by_test_id("stPopoverBody").get_by_test_id("stCode")).to_contain_text(f"{url}/train?config=")
    page.goto(f"{url}/evaluate")  # a chart needs plotly.js below the path
    settled(page)
    expect(page.locator(".chart .main-svg").first).to_be_visible()
    with page.expect_download() as download:
        page.locator("[data-testid=stDownloadButton] button").first.click()
    assert Path(download.value.path()).stat().st_size > 0
    assert page.get_by_text("keeps no cookie").count() == 0


def path_of_cookie(page: Page) -> str:
    return next(cookie["path"] for cookie in page.context.cookies() if cookie["name"] == VISITOR_COOKIE)


def test_below_a_base_path_charts_routes_and_cookie_are_below_it(page: Page, below: Server) -> None:
    assert below.url.endswith("/x")
    check(page, below.url)
    assert path_of_cookie(page) == "/x"


def test_behind_a_proxy_that_passes_the_path_on(page: Page, below: Server, tmp_path: Path) -> None:
    with running_nginx(tmp_path, below.url.removesuffix("/x"), path="/x") as url:
        check(page, url)
        cookie = get(f"{url}/").headers["set-cookie"]
        assert "; Path=/x; " in cookie
        assert "Secure" not in cookie  # the proxy says that it does not speak HTTPS


def test_behind_a_proxy_that_takes_the_path_away(page: Page, below: Server, tmp_path: Path) -> None:
    with running_nginx(tmp_path, below.url.removesuffix("/x") + "/", path="/x") as url:
        check(page, url)
    assert path_of_cookie(page) == "/x"


def test_a_server_that_knows_of_no_path_behind_tls_and_ipv6(browser: Browser, tmp_path: Path) -> None:
    settings = {"MNIST_LAB_TRUSTED_PROXIES": "::1", "MNIST_LAB_WARM_SPARE": "0"}
    visitor = new_visitor(browser, ignore_https_errors=True)
    with (
        running_server(tmp_path / "home", "--server.address", "::1", **settings) as server,
        running_nginx(tmp_path, server.url + "/", path="/x", address="[::1]", tls=True) as url,
    ):
        assert url.startswith("https://[::1]:")
        page = visitor.new_page()
        check(page, url)
        (cookie,) = [cookie for cookie in visitor.cookies() if cookie["name"] == VISITOR_COOKIE]
        assert (cookie["path"], cookie["secure"], cookie["sameSite"]) == ("/x", True, "Lax")
    visitor.close()
