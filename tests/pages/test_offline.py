"""The pages where downloading is switched off and only the bundled digits are there."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.config.recipes import RECIPE_DATASETS, RECIPES
from mnist_core.datasets import shared_provider
from mnist_core.store import RunRecord
from tests.pages.test_pages import words

OpenPage = Callable[..., AppTest]
PAGES = sorted(path.name for path in (Path(__file__).parents[2] / "pages").glob("[a-z]*.py"))


def offers_no_download(app: AppTest) -> bool:
    fetching = [
        button.label for button in app.button if button.label.startswith("Download ") and " MB)" in button.label
    ]
    bars = [bar.proto.text for bar in app.get("progress")]
    return not fetching and not any("Preparing" in text or "Downloading" in text for text in bars)


@pytest.fixture
def tried(open_page: OpenPage) -> None:
    """As the app's start does: every dataset of a recipe was asked for once."""
    for dataset in RECIPE_DATASETS:
        shared_provider().prepare(dataset)
        shared_provider().wait(dataset, 30)


@pytest.mark.usefixtures("tried")
@pytest.mark.parametrize("page", PAGES)
def test_no_page_offers_a_download_or_waits_for_one(page: str, shipped: list[str], open_page: OpenPage) -> None:
    app = open_page(page)
    assert offers_no_download(app)
    assert not app.error


@pytest.mark.parametrize("page", ["evaluate.py", "explain.py", "robustness.py"])
def test_pages_of_a_network_say_how_its_images_can_be_had(page: str, shipped: list[str], open_page: OpenPage) -> None:
    app = open_page(page)
    if page == "evaluate.py":
        app.segmented_control(key="evaluate_view").set_value("images").run()
    if page == "explain.py":
        app.segmented_control(key="explain_source_now").set_value("test").run()
    assert offers_no_download(app)
    assert "downloading is switched off" in words(app)
    assert "put mnist.npz into a folder" in words(app)


def test_a_dataset_that_can_not_be_had_is_no_error_and_blocks_the_start(open_page: OpenPage) -> None:
    app = open_page("train.py", run="new")
    app.selectbox(key="form_dataset").set_value("fashion_mnist").run()
    assert offers_no_download(app)
    assert not app.error
    assert "fashion-mnist/train-images-idx3-ubyte.gz" in words(app)
    assert app.button(key="train_start").disabled


def test_recipe_cards_promise_what_the_stand_in_gives(open_page: OpenPage) -> None:
    app = open_page("home.py")
    shown = words(app)
    for recipe in RECIPES.values():
        assert recipe.anywhere in shown
        assert recipe.summary not in shown or recipe.summary == recipe.anywhere
        assert recipe.lesson not in shown
    promises = [caption.value for caption in app.caption if "expect" in caption.value.lower()]
    assert [promise.split(",")[0] for promise in promises] == [
        "1"
        if recipe.on_digits is None
        else f"Expect about {recipe.on_digits:.1%} "
        + ("test accuracy" if "test_accuracy" in recipe.expected else "cross-validated accuracy")
        for recipe in RECIPES.values()
    ]
    assert shown.count("1,500 images are too few for it") == sum(r.on_digits is None for r in RECIPES.values())
    assert "Made for Fashion-MNIST, which is not here: it learns the “Small digits” instead." in shown
    assert "downloading is switched off" in app.info[0].value


def test_the_form_says_of_a_recipe_what_its_card_says(open_page: OpenPage) -> None:
    app = open_page("train.py", run="new")
    app.selectbox(key="recipe_choice").set_value("softmax-only").run()
    assert "one for each kind of clothing" not in words(app)
    assert "Made for Fashion-MNIST" in words(app)


@pytest.mark.usefixtures("tried")
def test_files_that_come_later_are_found_without_a_restart(
    open_page: OpenPage, finished_run: Callable[..., RunRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    provider, asked = shared_provider(), []
    monkeypatch.setattr(provider, "is_at_hand", lambda _: True)
    monkeypatch.setattr(provider, "prepare", asked.append)
    app = open_page("explore.py")
    app.selectbox(key="form_dataset").set_value("mnist").run()
    assert set(asked) == {"mnist"}
