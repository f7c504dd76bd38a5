"""The robustness page: sliders, answers, curves, and what is said of them."""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.config import Conv2D, DataConfig, Dense, NetworkConfig, RunConfig
from mnist_core.datasets import Dataset
from mnist_core.evaluation.robustness import (
    CORRUPTIONS,
    AccuracyCurve,
    CorruptionSettings,
    Trial,
    balanced_subset,
    try_out,
)
from mnist_core.evaluation.robustness.accuracy import SUBSET_SEED
from mnist_core.figures.robustness import worst_case_alt
from mnist_core.inference import open_classifier
from mnist_core.store import RunRecord, Store
from mnist_core.system.background import shared_background
from mnist_core.text import Translator
from pages._ui.robustness import curves as robustness_curves

OpenPage = Callable[..., AppTest]
FinishedRun = Callable[..., RunRecord]
PATIENCE = 30.0


def words(app: AppTest) -> str:
    kinds = ("markdown", "caption", "error", "info")
    return " ".join(str(element.value) for kind in kinds for element in getattr(app, kind))


def galleries(app: AppTest) -> list[str]:
    return [html.proto.body for html in app.get("html") if '<div class="lab-gallery' in html.proto.body]


def trial(store: Store, run: RunRecord, digits: Dataset, **strengths: float) -> Trial:
    """Return what the page should show, computed without it."""
    subset = balanced_subset(digits.y_test)
    predict = open_classifier(store.files(run.id)).predict
    return try_out(predict, digits.x_test[subset], digits.y_test[subset], CorruptionSettings(**strengths))


def curves_done(app: AppTest, *runs: RunRecord, corruption: str = "shift_x") -> AppTest:
    """Wait for the curves and look again, as the page does by itself in a browser."""
    for run in runs:
        shared_background().wait(("robustness", run.id, corruption, SUBSET_SEED), PATIENCE)
    return app.run()


def test_there_is_a_slider_for_each_corruption_and_all_rest_at_first(
    open_page: OpenPage, finished_run: FinishedRun, store: Store, digits: Dataset
) -> None:
    run = finished_run()
    app = open_page("robustness.py")
    assert {name: app.slider(key=f"robustness_{name}").value for name in CORRUPTIONS} == {
        name: corruption.neutral for name, corruption in CORRUPTIONS.items()
    }
    accuracy = f"{trial(store, run, digits).accuracy:.1%}"
    assert [metric.value for metric in app.metric] == [accuracy, accuracy]
    assert "Nothing is changed yet" in words(app)
    assert app.button(key="robustness_reset").disabled


def test_a_slider_changes_the_images_and_the_accuracy(
    open_page: OpenPage, finished_run: FinishedRun, store: Store, digits: Dataset
) -> None:
    run = finished_run()
    app = open_page("robustness.py")
    before = galleries(app)
    assert before[0] == before[1]
    app.slider(key="robustness_shift_x").set_value(3.0).run()
    now, untouched = trial(store, run, digits, shift_x=3), trial(store, run, digits)
    assert [metric.value for metric in app.metric] == [f"{now.accuracy:.1%}", f"{untouched.accuracy:.1%}"]
    points = 100 * (untouched.accuracy - now.accuracy)
    assert app.metric[0].delta == f"{-points:+.1f} points"
    assert f"This costs **{points:.1f} points**" in words(app)
    assert "all centred" in words(app)
    changed, same = galleries(app)
    assert changed != before[0]
    assert same == before[1]


def test_wrong_answers_are_marked(
    open_page: OpenPage, finished_run: FinishedRun, store: Store, digits: Dataset
) -> None:
    run = finished_run()
    app = open_page("robustness.py")
    app.slider(key="robustness_rotation").set_value(60.0).run()
    labels = digits.y_test[balanced_subset(digits.y_test)][:12]
    wrong = trial(store, run, digits, rotation=60).probabilities[:12].argmax(axis=1) != labels
    assert wrong.any()
    assert galleries(app)[0].count('class="bad"') == wrong.sum()
    assert galleries(app)[0].count("<figure>") == 12


def test_reset_puts_all_sliders_back(open_page: OpenPage, finished_run: FinishedRun) -> None:
    finished_run()
    app = open_page("robustness.py")
    app.slider(key="robustness_noise").set_value(50.0)
    app.slider(key="robustness_scale").set_value(0.6).run()
    assert "Nothing is changed" not in words(app)
    app.button(key="robustness_reset").click().run()
    assert "Nothing is changed" in words(app)
    assert app.slider(key="robustness_scale").value == 1.0


def test_sliders_survive_a_page_switch(open_page: OpenPage, finished_run: FinishedRun) -> None:
    finished_run()
    app = open_page("robustness.py")
    app.slider(key="robustness_blur").set_value(2.0).run()
    app.switch_page("glossary.py").run()
    app.switch_page("robustness.py").run()
    assert app.slider(key="robustness_blur").value == 2.0
    assert not app.warning


def test_a_change_within_chance_is_called_so(open_page: OpenPage, finished_run: FinishedRun) -> None:
    finished_run()
    app = open_page("robustness.py")
    app.slider(key="robustness_contrast").set_value(1.1).run()
    assert "could be chance" in words(app)


def test_the_curve_is_said_in_words_where_the_network_begins_to_fail(
    open_page: OpenPage, finished_run: FinishedRun, store: Store, digits: Dataset
) -> None:
    run = finished_run(name="My network")
    app = curves_done(open_page("robustness.py"), run)
    task = shared_background().wait(("robustness", run.id, "shift_x", SUBSET_SEED))
    assert task is not None
    curve: AccuracyCurve = task.result
    strength = curve.breaking_strength()
    after = trial(store, run, digits, shift_x=strength).accuracy
    assert f"Shift sideways at {strength:g} pixels:".replace("-", "−") in words(app)
    assert f"**My network**: {curve.untouched:.1%} become {after:.1%}" in words(app)


def test_the_words_follow_the_slider(
    open_page: OpenPage, finished_run: FinishedRun, store: Store, digits: Dataset
) -> None:
    run = finished_run(name="My network")
    app = open_page("robustness.py")
    app.slider(key="robustness_shift_x").set_value(-3.0).run()
    app = curves_done(app, run)
    assert "Shift sideways at −3 pixels:" in words(app)
    assert f"become {trial(store, run, digits, shift_x=-3).accuracy:.1%}" in words(app)


def test_the_page_shows_progress_while_the_curve_is_computed(
    open_page: OpenPage, finished_run: FinishedRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = finished_run()
    half, go = threading.Event(), threading.Event()
    real = robustness_curves.accuracy_curve

    def slow(report: Callable[[float], None], *args: Any) -> AccuracyCurve:
        report(0.5)
        half.set()
        assert go.wait(PATIENCE)
        return real(lambda _: None, *args)

    monkeypatch.setattr(robustness_curves, "accuracy_curve", slow)
    try:
        app = open_page("robustness.py")
        assert half.wait(PATIENCE)
        app.run()
        assert app.get("progress")[0].proto.value == 50
        assert "become" not in words(app)
    finally:
        go.set()
    curves_done(app, run)
    assert not app.get("progress")
    assert "become" in words(app)


def test_up_to_five_runs_of_the_same_dataset_are_compared(open_page: OpenPage, finished_run: FinishedRun) -> None:
    run, *others = (finished_run(name=name) for name in ("One", "Two", "Two"))
    fashion = RunConfig(data=DataConfig(dataset="fashion_mnist"), model=NetworkConfig(layers=(Dense(units=8),)))
    finished_run(fashion.with_settings({"validation_split": 0.0}))
    app = open_page("robustness.py", run=run.id)
    box = app.multiselect(key="robustness_others")
    assert len(box.options) == 2
    box.set_value([other.id for other in others]).run()
    curves_done(app, run, *others)
    # Runs of one name have their start beside it, those of one minute a number too.
    assert "**One**" in words(app)
    assert all(f" ({number})**" in words(app) for number in (1, 2))
    assert "intervals overlap" in words(app)


def test_names_are_shown_as_they_were_typed(open_page: OpenPage, finished_run: FinishedRun) -> None:
    run, other = finished_run(name="![x](http://b/x.png)"), finished_run(name="[Log in](http://b)")
    app = open_page("robustness.py", run=run.id)
    app.multiselect(key="robustness_others").set_value([other.id]).run()
    shown = words(curves_done(app, run, other))
    assert r"**\!\[x\](http\:" "\u2060" r"//b/x.png)**" in shown
    assert "[x](http" not in shown
    assert "[Log in](http" not in shown


def test_a_better_network_is_named_and_explained_only_by_what_was_measured(
    open_page: OpenPage, finished_run: FinishedRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    layers = (Conv2D(filters=4), Dense(units=8))
    dense = finished_run(name="Dense")
    cnn = finished_run(RunConfig(data=DataConfig(dataset="digits"), model=NetworkConfig(layers=layers)), name="CNN")
    strengths = np.array(CORRUPTIONS["shift_x"].strengths())

    def made_up(_report: object, files: Any, _images: object, _labels: object, corruption: str) -> AccuracyCurve:
        right = np.where(strengths == 0, 98, 90 if files.folder.name == cnn.id else 40)
        return AccuracyCurve(corruption, strengths, right, 100)

    monkeypatch.setattr(robustness_curves, "_compute", made_up)
    app = open_page("robustness.py", run=dense.id)
    app.multiselect(key="robustness_others").set_value([cnn.id]).run()
    curves_done(app, dense, cnn)
    assert "Here **CNN** still reads more than **Dense**, by 50.0 points" in words(app)
    assert "filters look for the same strokes everywhere" in words(app)


def test_a_damaged_model_of_another_run_is_explained_and_the_rest_is_shown(
    open_page: OpenPage, finished_run: FinishedRun, store: Store
) -> None:
    run, other = finished_run(name="Sound"), finished_run(name="Damaged")
    good = store.files(other.id).onnx.read_bytes()
    store.files(other.id).onnx.write_bytes(b"nonsense")
    app = open_page("robustness.py", run=run.id)
    app.multiselect(key="robustness_others").set_value([other.id]).run()
    curves_done(app, run, other)
    assert "missing or damaged" in app.error[0].value
    assert "**Sound**" in words(app)
    store.files(other.id).onnx.write_bytes(good)
    next(button for button in app.button if button.label == "Try again").click().run()
    curves_done(app, run, other)
    assert not app.error
    assert "**Damaged**" in words(app)


def test_the_curves_can_be_taken_away(open_page: OpenPage, finished_run: FinishedRun) -> None:
    run = finished_run()
    app = curves_done(open_page("robustness.py"), run)
    assert [button.proto.label for button in app.get("download_button")] == ["*Download as CSV: robustness shift x*"]


def test_a_damaged_model_is_explained(open_page: OpenPage, finished_run: FinishedRun, store: Store) -> None:
    run = finished_run()
    store.files(run.id).onnx.write_bytes(b"nonsense")
    app = open_page("robustness.py", run=run.id)
    assert "missing or damaged" in app.error[0].value


def test_without_a_run_it_says_what_to_do(open_page: OpenPage) -> None:
    assert "There is no network yet to put to the test" in words(open_page("robustness.py"))


def test_the_worst_case_is_looked_for_on_demand_and_told_in_words(
    open_page: OpenPage, finished_run: FinishedRun, store: Store, digits: Dataset
) -> None:
    run = finished_run()
    app = open_page("robustness.py")
    key = ("worst_case", run.id)
    assert shared_background().wait(key) is None, "nobody asked for it"
    app.button(key="worst_case_start").click().run()
    task = shared_background().wait(key, PATIENCE)
    assert task is not None
    worst, by_chance = task.result
    app.run()
    assert worst_case_alt(worst, by_chance, Translator("en")) in words(app)
    # without a change, the accuracy of the first hundred images
    subset = balanced_subset(digits.y_test)[:100]
    answers = open_classifier(store.files(run.id)).predict(digits.x_test[subset]).argmax(axis=1)
    assert worst.right[0] == by_chance.right[0] == (answers == digits.y_test[subset]).sum()
    assert (worst.right[-1], worst.total) < (by_chance.right[-1], 101)
