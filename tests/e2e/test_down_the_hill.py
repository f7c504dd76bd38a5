"""Down the hill in a real browser: the ball rolls by itself, and a path lies on the slice of its surface."""

import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from mnist_core.datasets import load_dataset
from mnist_core.settings import Settings
from mnist_core.store import Store
from tests.conftest import Models, recorder
from tests.film_files import put_film
from tests.serving import Server, running_server

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def lab(
    tmp_path_factory: pytest.TempPathFactory, _digits_home: Settings, _digits_models: Models
) -> Iterator[tuple[Server, str]]:
    """Return a dashboard with a run that has a film, and its id."""
    home = tmp_path_factory.mktemp("hill") / "home"
    settings = Settings(home=home, keras_dir=home / "none", data_dir=None, offline=True)
    shutil.copytree(_digits_home.datasets_dir, settings.datasets_dir)
    store, digits = Store(settings), load_dataset("digits", settings)
    run = recorder(store, digits, _digits_models)(name="Patient")
    put_film(store, run, digits, steps=(0, 6, 12, 24, 36))
    store.close()
    with running_server(home, MNIST_LAB_WARM_SPARE="0") as server:
        yield server, run.id


def test_a_ball_rolls_and_a_path_lies_on_its_surface(page: Page, lab: tuple[Server, str]) -> None:
    server, run = lab
    page.goto(f"{server.url}/explain?run={run}")
    page.get_by_role("tab", name="Down the hill").click()
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_text(re.compile("^Step [3-9]: weight"))).to_be_visible()
    page.get_by_role("button", name="To the start").click()
    expect(page.get_by_text(re.compile("^Step 0: weight"))).to_be_visible()
    page.get_by_role("button", name=re.compile("^Compute the slice")).click()
    expect(page.get_by_text("is a network of its own")).to_be_visible()
    chart = page.get_by_role("img", name=re.compile("^Map of the loss"))
    expect(chart.locator(".contourlayer .contour")).to_have_count(1)
    expect(chart.locator(".scatterlayer .point")).to_have_count(4)  # one moment of five has no weights
    # Charts that were drawn in a tab that was not shown are as wide as the page all the same.
    for one in page.locator(".js-plotly-plot:visible").all():
        outer, inner = one.bounding_box(), one.locator(".main-svg").first.bounding_box()
        assert outer
        assert inner
        assert abs(outer["width"] - inner["width"]) < 2
