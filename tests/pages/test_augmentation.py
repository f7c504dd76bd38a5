"""Augmentation in the sidebar: settings, preview, and what it does to the run."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.config import AugmentationConfig, DataConfig, RunConfig
from mnist_core.store import RunRecord, Store

OpenPage = Callable[..., AppTest]
SLIDERS = [name for name in AugmentationConfig.model_fields if name != "mirror"]


@pytest.fixture
def form(open_page: OpenPage) -> AppTest:
    app = open_page("train.py", run="new")
    app.selectbox(key="form_dataset").set_value("digits").run()
    return app


def preview(app: AppTest) -> list[str]:
    """Return the preview's HTML, or nothing."""
    return [element.proto.body for element in app.get("html") if 'class="lab-gallery lab-four"' in element.proto.body]


def code(app: AppTest) -> str:
    return str(app.code[0].value)


def test_everything_is_off_and_the_form_says_what_it_is_for(form: AppTest) -> None:
    assert all(form.slider(key=f"form_{name}").value == 0 for name in SLIDERS)
    assert not form.toggle(key="form_mirror").value
    assert any("changed a little at random" in caption.value for caption in form.caption)
    assert not preview(form)
    assert "change(" not in code(form)


@pytest.mark.parametrize("name", [*SLIDERS, "mirror"])
def test_a_setting_shows_sixteen_changed_images_and_reaches_the_code(form: AppTest, name: str) -> None:
    widget = form.toggle(key="form_mirror") if name == "mirror" else form.slider(key=f"form_{name}")
    widget.set_value(True if name == "mirror" else widget.max / 2).run()
    assert not form.exception
    [shown] = preview(form)
    assert shown.count("<img") == 16
    assert "A changed image of" in shown
    assert "def change(images)" in code(form)


def test_the_preview_follows_the_settings_and_others_are_shown_on_request(form: AppTest) -> None:
    form.slider(key="form_rotation").set_value(10.0).run()
    first = preview(form)
    form.slider(key="form_rotation").set_value(30.0).run()
    second = preview(form)
    assert first != second
    form.button(key="augmentation_others").click().run()
    assert preview(form) != second
    form.slider(key="form_rotation").set_value(0.0).run()
    assert not preview(form)


def test_settings_survive_a_page_switch_and_reach_the_run(form: AppTest, store: Store) -> None:
    form.slider(key="form_shift").set_value(1.5).run()
    form.selectbox(key="form_schedule").set_value("cosine").run()
    form.switch_page("glossary.py").run()
    form.switch_page("train.py").run()
    assert form.slider(key="form_shift").value == 1.5
    form.button(key="train_start").click().run()
    [record] = store.runs.find()
    assert record.config.augment == AugmentationConfig(shift=1.5)
    assert record.config.train.schedule == "cosine"


def test_habits_of_writing_are_not_offered_for_clothes(form: AppTest) -> None:
    form.selectbox(key="form_dataset").set_value("fashion_mnist").run()
    assert "form_habits" not in [slider.key for slider in form.slider]
    assert "form_mirror" in [toggle.key for toggle in form.toggle]


@pytest.mark.parametrize("rotation", [0.0, 10.0])
def test_a_run_says_that_its_training_images_were_changed(
    open_page: OpenPage, finished_run: Callable[..., RunRecord], rotation: float
) -> None:
    config = RunConfig(data=DataConfig(dataset="digits"), augment=AugmentationConfig(rotation=rotation))
    app = open_page("train.py", run=finished_run(config=config).id)
    captions = " ".join(caption.value for caption in app.caption)
    assert ("· Augmentation" in captions) == (rotation > 0)


def test_the_baseline_has_no_augmentation(form: AppTest) -> None:
    form.selectbox(key="recipe_choice").set_value("logistic-sgd").run()
    assert "form_rotation" not in [slider.key for slider in form.slider]


def test_pen_strokes_are_offered_beside_mnist_where_their_file_is_at_hand(
    form: AppTest, monkeypatch: pytest.MonkeyPatch, store: Store
) -> None:
    def offered() -> bool:
        return "form_pen_strokes" in [toggle.key for toggle in form.toggle]

    form.selectbox(key="form_dataset").set_value("mnist").run()
    assert not offered()
    monkeypatch.setattr(
        "mnist_core.datasets.provider.DatasetProvider.offered", lambda _: ("mnist", "fashion_mnist", "pen_strokes")
    )
    form.run()
    form.toggle(key="form_pen_strokes").set_value(True).run()
    assert form.session_state["draft"]["data"]["pen_strokes"]
    form.selectbox(key="form_dataset").set_value("fashion_mnist").run()
    assert offered()  # it has to be switched off, and the page says why
    assert any("Pen strokes can only be added to these datasets: MNIST" in error.value for error in form.error)
