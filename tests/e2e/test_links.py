"""A link to settings in a real browser: one visitor copies it, another finds the form filled, and nothing has begun."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import new_visitor, settled
from tests.e2e.test_main_job import set_number
from tests.serving import Server, running_server

pytestmark = pytest.mark.e2e


def test_settings_travel_from_one_visitor_to_another(server: Server, page: Page, browser: Browser) -> None:
    page.goto(f"{server.url}/train?run=new")
    set_number(page, "Epochs", "11")
    settled(page)
    page.get_by_role("button", name="Link to these settings").click()
    address = page.get_by_text(re.compile(r"^http.*/train\?config=")).inner_text()
    assert address.startswith(f"{server.url}/train?config=1")

    context = new_visitor(browser)
    other = context.new_page()
    other.goto(address)
    expect(other.get_by_text("These settings came with a link")).to_be_visible()
    expect(other.get_by_role("spinbutton", name="Epochs", exact=True)).to_have_value("11")
    expect(other.get_by_role("button", name="Start training")).to_be_enabled()
    expect(other.get_by_text("What next?")).to_have_count(0)

    other.goto(address[:-3])
    expect(other.get_by_text("This link was cut off or changed on its way")).to_be_visible()
    expect(other.get_by_role("spinbutton", name="Epochs", exact=True)).not_to_have_value("11")
    context.close()


def test_a_link_holds_the_address_that_the_browser_sees_below_a_path_too(page: Page, tmp_path: Path) -> None:
    # The path is called like a page, and the visitor begins on another page.
    with running_server(tmp_path / "home", "--server.baseUrlPath", "draw", MNIST_LAB_WARM_SPARE="0") as server:
        page.goto(f"{server.url}/")
        page.get_by_role("link", name="Train", exact=True).click()
        page.get_by_role("button", name="Link to these settings").click()
        address = page.get_by_text(re.compile(r"^http.*/train\?config=")).inner_text()
        assert address.startswith(f"{server.url}/train?config=1")
        assert server.url.endswith("/draw")
        page.goto(address)
        expect(page.get_by_text("These settings came with a link")).to_be_visible()
