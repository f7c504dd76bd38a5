"""Numbers that are typed into the form of a real browser: they mean what they say, or nothing starts."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import settled
from tests.serving import Server

pytestmark = pytest.mark.e2e


def test_what_is_typed_means_what_it_says_or_nothing_starts(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/train?run=new")
    start = page.get_by_role("button", name="Start training")
    wrong = page.get_by_role("alert").filter(has_text="please.")
    size = page.get_by_role("spinbutton", name="Batch size", exact=True)
    for typed, right in (("1e2", True), ("8193", False), ("12.5", False), ("64", True)):
        size.fill(typed)
        size.press("Enter")
        settled(page)
        expect(wrong).to_have_count(0 if right else 1)
        expect(size).to_have_value(f"{float(typed):g}")
        expect(start).to_be_enabled(enabled=right)
    rate = page.get_by_role("textbox", name="Learning rate", exact=True)
    code = page.get_by_test_id("stCode")
    for typed, used in (("1e-4", "0.0001"), ("0,002", "0.002"), ("5e-6", "5e-06"), ("1,000", None), ("0", None)):
        rate.fill(typed)
        rate.press("Enter")
        settled(page)
        expect(start).to_be_enabled(enabled=used is not None)
        expect(rate).to_have_value(typed)
        if used is not None:
            expect(code.filter(has_text=f"learning_rate={used}").first).to_be_attached()
