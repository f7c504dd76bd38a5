"""A link to settings in a real browser: one visitor copies it, another finds the form filled, and nothing has begun."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect

from mnist_core.system.addresses import address_of_route, in_container, interface_addresses, reachable_address
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


def test_a_phone_opens_a_link_that_was_copied_on_localhost(page: Page, browser: Browser, tmp_path: Path) -> None:
    own = reachable_address(address_of_route, interface_addresses)
    if own is None:
        pytest.skip("needs an address in a network")
    everywhere = ("--server.address", "0.0.0.0")
    with running_server(tmp_path / "home", *everywhere, MNIST_LAB_WARM_SPARE="0") as server:
        here = server.url.replace("0.0.0.0", "localhost")
        page.goto(f"{here}/train?run=new")
        page.get_by_role("button", name="Link to these settings").click()
        address = page.get_by_text(re.compile(r"^http.*/train\?config=")).inner_text()
        there = server.url.replace("0.0.0.0", own)
        if in_container():  # whose address leads nobody but its own computer to it
            assert address.startswith(f"{here}/train?config=1")
            expect(page.get_by_text("Phones and other computers can't open this link")).to_be_visible()
            address = address.replace(here, there)
        assert address.startswith(f"{there}/train?config=1")

        # the page's websocket and its uploads come from the same address then
        phone = new_visitor(browser, viewport={"width": 390, "height": 844}, has_touch=True)
        tab = phone.new_page()
        tab.goto(address)
        expect(tab.get_by_text("These settings came with a link")).to_be_visible()
        tab.goto(f"{there}/runs")
        settled(tab)
        tab.get_by_text("Bring a run back", exact=True).click()
        wrong = {"name": "run.zip", "mimeType": "application/zip", "buffer": b"PK\3\4 no bundle"}
        tab.locator("input[type=file]").set_input_files(wrong)
        expect(tab.get_by_text("The bundle is damaged or cut off.")).to_be_visible()
        phone.close()


def test_a_link_is_a_qr_code_on_the_page_and_over_the_whole_window(page: Page, tmp_path: Path) -> None:
    settings = {"MNIST_LAB_WARM_SPARE": "0", "MNIST_LAB_PUBLIC_URL": "http://lab.test/lab"}
    with running_server(tmp_path / "home", "--server.baseUrlPath", "lab", **settings) as server:
        page.goto(f"{server.url}/train?run=new")
        page.get_by_role("button", name="Link to these settings").click()
        address = page.get_by_text(re.compile(r"^http.*/train\?config=")).first.inner_text()
        assert address.startswith("http://lab.test/lab/train?config=1")
        opener = page.get_by_role("button", name="QR code: Link to these settings")
        dialog = page.get_by_role("dialog", name="QR code: Link to these settings")
        code = dialog.get_by_role("img", name=f"QR code that leads to {address}")
        # by keyboard alone
        opener.focus()
        page.keyboard.press("Enter")
        expect(code.locator("path")).to_have_count(2)
        expect(dialog.get_by_text(address, exact=True)).to_be_visible()
        small = box(code)
        dialog.get_by_role("button", name="Full screen").focus()
        page.keyboard.press("Space")
        for width, height in ((390, 844), (1280, 800), (1920, 1080)):
            page.set_viewport_size({"width": width, "height": height})
            whole = box(dialog)
            assert (whole["width"], whole["height"]) == (width, height)
            drawn = box(code)
            assert min(drawn["width"], drawn["height"]) > 0.85 * min(width, height)
            assert min(drawn["width"], drawn["height"]) > min(small["width"], 370)
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        expect(opener).to_be_focused()  # and what it was opened from is open still
        opener.click()
        dialog.get_by_role("button", name="Close").click()
        expect(dialog).to_have_count(0)

        page.goto(f"{server.url}/your_data")
        page.get_by_role("button", name="Make a personal link").click()
        page.get_by_role("button", name="QR code: Your personal link").click()
        mine = page.get_by_role("dialog", name="QR code: Your personal link")
        expect(mine.locator(".code path")).to_have_count(2)
        expect(mine.get_by_role("button", name="Full screen")).to_have_count(0)
        page.keyboard.press("Escape")
        expect(mine).to_have_count(0)
        expect(page.get_by_role("dialog", name="Your personal link")).to_be_visible()


def box(part: Locator) -> FloatRect:
    """Return where something is."""
    found = part.bounding_box()
    assert found is not None
    return found
