"""TensorBoard within a page: the real program, in a frame, for those who may look at the run."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import settled
from tests.serving import Server

pytestmark = pytest.mark.e2e
RUN = "20260101-000000-00000001"


def test_a_shipped_run_is_opened_in_tensorboard_within_the_page(real_server: Server, page: Page) -> None:
    page.goto(f"{real_server.url}/runs?run={RUN}")
    settled(page)
    page.get_by_role("radio", name="TensorBoard").click()
    page.get_by_role("button", name="Open TensorBoard here").click()
    frame = page.frame_locator("iframe[title='TensorBoard of “Reads your handwriting”']")
    expect(frame.get_by_text("epoch_accuracy").first).to_be_visible(timeout=90_000)
    expect(frame.get_by_text("Reads your handwriting").first).to_be_visible()
    address = page.locator(".st-key-tensorboard_frame a").get_attribute("href")
    assert address is not None
    assert "/lab/tensorboard/" in address
    assert page.request.get(address).ok
    guessed = page.request.get(f"{real_server.url}/lab/tensorboard/guessed/")
    assert (guessed.status, guessed.text()) == (404, "This TensorBoard has ended. Open it again.\n")
