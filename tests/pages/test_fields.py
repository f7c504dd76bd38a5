"""What a field of the form shows, its run trains with, or nothing starts."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.config import Dropout, NetworkConfig, RunConfig
from mnist_core.config.links import read_link, write_link
from mnist_core.store import Store
from tests.pages.test_pages import words

OpenPage = Callable[..., AppTest]


def form(open_page: OpenPage) -> AppTest:
    return open_page("train.py", run="new")


def started(app: AppTest, store: Store) -> RunConfig:
    app.button(key="train_start").click().run()
    assert not app.exception
    return store.runs.find()[0].config


@pytest.mark.parametrize(
    ("typed", "rate"),
    [("5e-6", 5e-6), ("1e-6", 1e-6), ("1e-4", 1e-4), ("0,001", 0.001), ("0.00012345678", 0.00012345678), ("", None)],
)
def test_the_learning_rate_means_what_it_says(
    typed: str, rate: float | None, open_page: OpenPage, store: Store
) -> None:
    app = form(open_page)
    app.text_input(key="form_learning_rate").set_value(typed).run()
    link = next(code.value for code in app.code if "config=" in code.value)
    assert read_link(link).config.train.learning_rate == rate
    script = next(code.value for code in app.code if "keras" in code.value)
    if rate is not None:
        assert float(re.search(r"learning_rate=([\d.e-]+)", script)[1]) == rate  # type: ignore[index]
    assert started(app, store).train.learning_rate == rate


@pytest.mark.parametrize("rate", [float(f"{10**power:.4g}") for power in np.linspace(-7, 0, 8)])
def test_the_field_shows_the_learning_rate_that_is_trained_with(rate: float, open_page: OpenPage, store: Store) -> None:
    config = RunConfig().with_settings({"dataset": "digits", "learning_rate": rate})
    app = open_page("train.py", config=write_link(config))
    shown = app.text_input(key="form_learning_rate").value
    assert float(shown) == rate
    assert started(app, store).train.learning_rate == rate


@pytest.mark.parametrize("typed", ["abc", "1,000", "0", "-1e-3", "11", "1e-4 or so", "nan"])
def test_with_a_learning_rate_that_can_not_be_used_nothing_starts(
    typed: str, open_page: OpenPage, store: Store
) -> None:
    app = form(open_page)
    app.text_input(key="form_learning_rate").set_value(typed).run()
    assert app.text_input(key="form_learning_rate").value == typed
    assert 'role="alert"' in words(app)
    assert app.button(key="train_start").disabled
    assert not [code for code in app.code if "config=" in code.value]
    assert not app.exception
    app.text_input(key="form_learning_rate").set_value("1e-3").run()
    assert 'role="alert"' not in words(app)
    assert started(app, store).train.learning_rate == 1e-3


@pytest.mark.parametrize(("name", "value"), [("epochs", 0), ("epochs", 201), ("epochs", 2.5), ("batch_size", 8193)])
@pytest.mark.parametrize("just_before_the_click", [False, True])
def test_with_a_number_that_can_not_be_used_nothing_starts(
    name: str, value: float, just_before_the_click: bool, open_page: OpenPage, store: Store
) -> None:
    app = form(open_page)
    app.number_input(key=f"form_{name}").set_value(value)
    if just_before_the_click:  # the browser sends both at once
        app.button(key="train_start").click()
    app.run()
    assert app.button(key="train_start").disabled
    assert not store.runs.find()
    assert "A whole number from 1 to" in words(app)


@pytest.mark.parametrize(("typed", "size"), [(1e2, 100), (64.0, 64)])
def test_whole_numbers_may_be_typed_with_an_exponent(
    typed: float, size: int, open_page: OpenPage, store: Store
) -> None:
    app = form(open_page)
    app.number_input(key="form_batch_size").set_value(typed).run()
    assert started(app, store).train.batch_size == size


def test_what_lies_between_the_steps_of_a_slider_is_shown_and_trained_with(open_page: OpenPage, store: Store) -> None:
    config = RunConfig(model=NetworkConfig(layers=(Dropout(rate=0.125),))).with_settings(
        {"dataset": "digits", "validation_split": 0.00625, "scale": 0.123456, "optimizer": "sgd", "momentum": 1e-5}
    )
    app = open_page("train.py", config=write_link(config))
    sliders = {slider.label: slider for slider in app.slider}
    for label, value in (("Rate", 0.125), ("Validation split", 0.00625), ("Scale", 0.123456), ("Momentum", 1e-5)):
        assert sliders[label].value == value
        assert sliders[label].proto.format == "%g", label
    assert started(app, store) == config


def test_a_wrong_number_survives_a_page_switch_as_it_was_typed(open_page: OpenPage) -> None:
    app = form(open_page)
    app.text_input(key="form_learning_rate").set_value("abc").run()
    app.number_input(key="form_epochs").set_value(2.5).run()
    app.switch_page("glossary.py").run()
    app.switch_page("train.py").run()
    assert app.text_input(key="form_learning_rate").value == "abc"
    assert app.number_input(key="form_epochs").value == 2.5
    assert not app.exception


# what a beginner may leave alone


def advanced(app: AppTest) -> bool:
    (box,) = (box for box in app.expander if box.label == "Advanced")
    return bool(box.proto.expanded)


def test_every_advanced_setting_reaches_the_run(open_page: OpenPage, store: Store) -> None:
    app = form(open_page)
    assert not advanced(app)
    app.selectbox(key="form_optimizer").select("sgd").run()
    app.toggle(key="form_nesterov").set_value(True)
    app.selectbox(key="form_schedule").select("step")
    app.selectbox(key="form_initializer").select("random_normal").run()
    app.text_input(key="form_initializer_spread").set_value("0.2")
    app.number_input(key="form_warmup_epochs").set_value(1.0)
    app.slider(key="form_label_smoothing").set_value(0.1)
    app.text_input(key="form_weight_decay").set_value("5e-4")
    app.text_input(key="form_gradient_clip").set_value("1,5").run()
    assert not advanced(app), "a change opens or closes nothing"
    train = started(app, store).train
    assert train.model_dump() == train.model_dump() | {
        "nesterov": True,
        "schedule": "step",
        "initializer": "random_normal",
        "initializer_spread": 0.2,
        "warmup_epochs": 1,
        "label_smoothing": 0.1,
        "weight_decay": 5e-4,
        "gradient_clip": 1.5,
    }


def test_a_link_with_an_advanced_setting_shows_it(open_page: OpenPage) -> None:
    app = open_page(
        "train.py", config=write_link(RunConfig().with_settings({"dataset": "digits", "weight_decay": 0.1}))
    )
    assert advanced(app)
    app.text_input(key="form_weight_decay").set_value("").run()
    assert app.text_input(key="form_weight_decay").placeholder == "off"
    app.selectbox(key="form_optimizer").select("adamw").run()
    assert app.text_input(key="form_weight_decay").placeholder == "0.004 (default)"
    assert "**Weight decay:**" in app.text_input(key="form_weight_decay").help


def test_an_advanced_number_out_of_bounds_says_so_and_starts_nothing(open_page: OpenPage, store: Store) -> None:
    app = form(open_page)
    app.text_input(key="form_weight_decay").set_value("2").run()
    assert "A number from 0 to 1, please." in words(app)
    app.text_input(key="form_weight_decay").set_value("").run()
    app.number_input(key="form_warmup_epochs").set_value(9.0).run()
    assert "Choose fewer warm-up epochs than epochs" in words(app)
    assert not store.runs.find()
