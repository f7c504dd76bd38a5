"""A fresh install in a real browser: no dataset, no connection, no training."""

import pytest
from playwright.sync_api import Page, expect

from mnist_core.sharing.shipped import FOLDER, SHIPPED, ShippedModel
from tests.e2e.conftest import box_of, canvas_of, settled
from tests.serving import Server

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not list(FOLDER.glob("*.zip")), reason="needs the packages of the shipped models"),
]


def draw_a_seven(page: Page) -> None:
    box = box_of(canvas_of(page))
    page.mouse.move(box["x"] + 70, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 60, steps=5)
    page.mouse.move(box["x"] + 120, box["y"] + 240, steps=5)
    page.mouse.up()


def test_a_drawing_is_read_explained_and_the_network_judged_before_anything_was_fetched(
    page: Page, server: Server
) -> None:
    page.goto(f"{server.url}/draw")
    canvas_of(page)
    expect(page.get_by_text("Comes with MNIST Lab").first).to_be_visible()
    draw_a_seven(page)
    expect(page.locator(".lab-reading strong")).to_have_text("7")

    page.get_by_role("link", name="Explain").click()  # the drawing comes along
    settled(page)
    expect(page.get_by_text("Cover it up")).to_be_visible()

    page.get_by_role("link", name="Evaluate").click()
    settled(page)
    expect(page.get_by_text("Test accuracy", exact=True)).to_be_visible()
    expect(page.get_by_text("Wrong of 10,000")).to_be_visible()
    page.get_by_text("Mistakes", exact=True).click()
    expect(page.get_by_text("they are still to be fetched")).to_be_visible()


@pytest.mark.parametrize("model", SHIPPED.values(), ids=lambda model: model.name)
def test_a_shipped_network_has_a_page_of_its_own_and_nothing_to_change_it_by(
    page: Page, server: Server, model: ShippedModel
) -> None:
    page.goto(f"{server.url}/train?run={model.run_id}")
    expect(page.get_by_role("heading", name=model.title)).to_be_visible()
    expect(page.get_by_text("Trained by those who made MNIST Lab")).to_be_visible()
    expect(page.get_by_role("button", name="Manage")).to_have_count(0)
    expect(page.get_by_role("button", name="Train on")).to_have_count(0)
