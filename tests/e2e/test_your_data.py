"""A personal link between two browsers, in a frame of another site and without cookies; and deleting everything."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect

from mnist_core.gateway import VISITOR_COOKIE
from mnist_core.settings import Settings
from mnist_core.store import RunState, Store
from tests.e2e.conftest import new_visitor
from tests.e2e.test_runs import record_run
from tests.e2e.test_visitors import start_long_run
from tests.nginx import running_nginx
from tests.serving import Server, running_server
from tests.waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.filterwarnings("ignore:Unverified HTTPS request")]
View = Page | FrameLocator


@pytest.fixture
def other(browser: Browser) -> Iterator[Page]:
    """Return a tab of a second browser."""
    context = new_visitor(browser)
    yield context.new_page()
    context.close()


def button(view: View, name: str) -> Locator:
    return view.get_by_role("button", name=name, exact=True)


def made_link(view: View) -> str:
    """Make a personal link on the page Your data and return it."""
    button(view, "Make a personal link").click()
    link = view.locator("[role=dialog] pre code").inner_text()
    button(view, "Close").click()
    expect(view.get_by_role("dialog")).to_have_count(0)
    return link


def test_a_link_brings_runs_to_another_browser_when_its_owner_says_so_and_until_it_is_switched_off(
    server: Server, page: Page, other: Page
) -> None:
    page.goto(server.url)
    page.get_by_role("link", name="Your data").click()
    link = made_link(page)
    record_run(server, page, "Mine")

    # opened by somebody to whom it was sent: nothing changes before they say so, and "no" changes nothing
    asked: list[str] = []
    other.on("request", lambda request: asked.append(f"{request.url} {request.headers.get('referer')}"))
    other.goto(link)
    expect(other.get_by_role("heading", name="Is this your link?")).to_be_visible()
    secret = link.partition("#link=")[2]
    assert secret
    assert secret not in other.url
    button(other, "No, leave all as it is").click()
    expect(other.get_by_text("You have nothing here.")).to_be_visible()

    # opened by its owner, where the page is open already
    other.goto(link)
    expect(other.get_by_text("It leads to what another browser has: 1 run.")).to_be_visible()
    button(other, "Yes, it is mine: show my runs here").click()
    expect(other.get_by_text("This browser shows your runs and drawings now.")).to_be_visible()
    expect(other.get_by_text("You have 1 run here.")).to_be_visible()
    assert not [line for line in asked if secret in line]  # neither address nor Referer of any request
    assert secret not in server.log.read_text()

    # switched off: the other browser is by itself again, and the link opens nothing
    page.reload()
    button(page, "Switch it off").click()
    expect(page.get_by_text("Your link was made")).to_have_count(0)
    other.goto(link)
    expect(other.get_by_text("This personal link opens nothing, or not any more.")).to_be_visible()
    other.reload()  # a page that is open learns of it within seconds
    expect(other.get_by_text("You have nothing here.")).to_be_visible()


def test_everything_of_a_visitor_is_deleted_once_they_confirm_also_what_trains(server: Server, page: Page) -> None:
    run_id = start_long_run(page, server)
    page.goto(f"{server.url}/your_data")
    button(page, "Delete everything of mine …").click()
    expect(page.get_by_text("1 run that trains at the moment is stopped first.")).to_be_visible()
    button(page, "Keep all").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    store = Store(Settings(home=server.home))
    assert store.runs.get(run_id).state is RunState.RUNNING
    button(page, "Delete everything of mine …").click()
    button(page, "Delete everything").click()
    expect(page.get_by_text("All is deleted: 1 run.")).to_be_visible()
    assert not store.runs.exists(run_id, deleted=True)
    wait_until(lambda: not store.files(run_id).folder.exists(), 60, "the files to be gone")
    store.close()


# in a frame of another site, with TLS ahead


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, Server]]:
    """Return addresses of another site's page with the dashboard in a frame and of the dashboard, and its server."""
    folder = tmp_path_factory.mktemp("frames")
    settings = {
        "MNIST_LAB_TRUSTED_PROXIES": "127.0.0.1",
        "MNIST_LAB_WARM_SPARE": "0",
        "MNIST_LAB_FRAME_ANCESTORS": "https://school.test:*, http://school.test:*",
    }
    with (
        running_server(folder / "home", **settings) as server,
        running_nginx(folder, server.url, tls=True, frame=("school.test other.test", "lab.test")) as url,
    ):
        port = url.rpartition(":")[2]
        yield f"https://school.test:{port}/", f"https://lab.test:{port}", server


def test_in_a_frame_a_visitor_is_known_again_uploads_work_and_a_link_brings_what_a_tab_has(
    strict: Browser, lesson: tuple[str, str, Server], tmp_path: Path
) -> None:
    school, lab, _ = lesson
    context = new_visitor(strict, ignore_https_errors=True)
    tab = context.new_page()
    tab.goto(f"{lab}/your_data")
    link = made_link(tab)
    page = context.new_page()
    page.goto(school)
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("You have nothing here.")).to_be_visible()
    expect(frame.get_by_text("keeps no cookie")).to_have_count(0)
    cookies = {
        cookie["name"]: cookie for cookie in context.cookies() if cookie.get("partitionKey") == "https://school.test"
    }
    assert {VISITOR_COOKIE, "_streamlit_xsrf"} <= set(cookies)
    assert all(cookie["secure"] and cookie["sameSite"] == "None" for cookie in cookies.values())

    # an upload goes through, which needs Streamlit's cookie too
    frame.get_by_role("link", name="Runs").first.click()
    frame.get_by_text("Bring a run back").click()
    (tmp_path / "x.zip").write_bytes(b"no bundle")
    frame.locator("input[type=file]").set_input_files(tmp_path / "x.zip")
    expect(frame.get_by_test_id("stAlert").first).to_be_visible()

    # after a reload it is the same visitor still, and the link of the tab opens here too
    page.evaluate("link => { document.querySelector('iframe').src = link }", link)
    button(frame, "Yes, it is mine: show my runs here").click()
    expect(button(frame, "Leave")).to_be_visible()
    page.reload()
    expect(button(frame, "Leave")).to_be_visible()
    context.close()


def test_a_site_that_is_not_named_shows_no_frame(strict: Browser, lesson: tuple[str, str, Server]) -> None:
    school, *_ = lesson
    context = new_visitor(strict, ignore_https_errors=True)
    page = context.new_page()
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.goto(school.replace("school.test", "other.test"))
    context.close()


def test_without_any_cookie_the_page_says_so_and_a_link_brings_back_what_the_tab_had(
    strict: Browser, lesson: tuple[str, str, Server], tmp_path: Path
) -> None:
    *_, server = lesson
    with running_nginx(
        tmp_path, server.url, frame=("school.test other.test", "lab.test")
    ) as url:  # without TLS there are none
        context = new_visitor(strict)
        page = context.new_page()
        page.goto(f"http://school.test:{url.rpartition(':')[2]}/")
        frame = page.frame_locator("iframe")
        expect(frame.get_by_text("Your browser keeps no cookie of this site")).to_be_visible()
        link = made_link(frame)
        page.reload()
        expect(frame.get_by_text("You have nothing here.")).to_be_visible()
        page.evaluate("link => { document.querySelector('iframe').src = link }", link)
        button(frame, "Yes, it is mine: show my runs here").click()
        expect(button(frame, "Leave")).to_be_visible()
        context.close()
    assert server.log.read_text().count("a page was asked for without HTTPS") == 1
