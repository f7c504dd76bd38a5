"""What a visitor sees of a run's judgement, in each view."""

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.datasets import Dataset
from mnist_core.evaluation import compare, mistakes
from mnist_core.store import RunRecord, Store, Visitor
from tests.pages.charts import charts_of, click
from tests.pages.test_pages import words

OpenPage = Callable[..., AppTest]
FinishedRun = Callable[..., RunRecord]


def show(app: AppTest, **state: str) -> AppTest:
    """Choose in the page's controls, which AppTest can't click."""
    for key, value in state.items():
        app.session_state[key] = value
    return app.run()


def test_shows_the_test_figures(open_page: OpenPage, finished_run: FinishedRun) -> None:
    run = finished_run()
    app = open_page("evaluate.py")
    assert app.metric[0].value == f"{run.outcome.test_accuracy:.2%}"
    assert "297 images kept away" in words(app)


def test_a_click_on_a_cell_shows_its_images_and_the_boxes_follow(
    open_page: OpenPage, finished_run: FinishedRun
) -> None:
    run = finished_run()
    app = open_page("evaluate.py")
    click(app, f"matrix_{run.id}_test_counts", [4, 4, 30])
    assert "**4**, rightly recognised" in words(app)
    assert app.selectbox(key=f"matrix_{run.id}_test_true").value == 4
    assert app.selectbox(key=f"matrix_{run.id}_test_predicted").value == 4


def test_two_boxes_choose_a_cell_without_a_mouse(open_page: OpenPage, finished_run: FinishedRun) -> None:
    run = finished_run()
    app = open_page("evaluate.py")
    app.selectbox(key=f"matrix_{run.id}_test_true").set_value(7).run()
    app.selectbox(key=f"matrix_{run.id}_test_predicted").set_value(7).run()
    assert "**7**, rightly recognised" in words(app)


def test_validation_figures_are_named_as_such(open_page: OpenPage, finished_run: FinishedRun, store: Store) -> None:
    run = finished_run()
    app = show(open_page("evaluate.py"), evaluate_split="validation")
    assert [metric.label for metric in app.metric][:2] == ["Validation accuracy", "Validation loss"]
    table = store.files(run.id).read_probabilities()["validation"]
    assert f"validation set: {len(table)} training images" in words(app)
    assert "Test accuracy" not in words(app)


@pytest.mark.parametrize("view", ["compare", "rules"])
def test_views_on_the_test_set_stand_under_no_validation_figures(
    open_page: OpenPage, finished_run: FinishedRun, view: str
) -> None:
    for _ in range(2):
        finished_run()
    app = show(open_page("evaluate.py"), evaluate_split="validation")
    app = show(app, evaluate_view=view)
    assert "test images" in words(app) or "Test accuracy on" in words(app)
    assert "validation set" not in words(app)
    assert app.metric[0].label == "Test accuracy"


def test_mistakes_come_with_the_second_choice(
    open_page: OpenPage, finished_run: FinishedRun, store: Store, digits: Dataset
) -> None:
    run = finished_run()
    app = show(open_page("evaluate.py"), evaluate_view="mistakes")
    table = store.files(run.id).read_probabilities()["test"]
    wrong = mistakes(table, digits.y_test)
    assert f"{len(wrong)} mistakes." in words(app)
    second = table[wrong[0]].argsort()[-2]
    assert f"then {second} {table[wrong[0]][second]:.1%}" in words(app)


def test_a_class_without_mistakes_is_praised(
    open_page: OpenPage, finished_run: FinishedRun, store: Store, digits: Dataset
) -> None:
    run = finished_run()
    store.files(run.id).write_probabilities({"test": np.eye(10)[digits.y_test]})
    app = show(open_page("evaluate.py", run=run.id), evaluate_view="mistakes")
    assert "There is no mistake here." in app.success[0].value


@pytest.mark.parametrize(("view", "charts"), [("classes", 1), ("confidence", 3), ("images", 0), ("matrix", 1)])
def test_each_chart_has_its_sentence_and_its_data(
    open_page: OpenPage, finished_run: FinishedRun, view: str, charts: int
) -> None:
    finished_run()
    app = show(open_page("evaluate.py"), evaluate_view=view)
    assert not app.error
    shown = charts_of(app)
    assert len(shown) == charts
    assert all(chart["alt"].strip().endswith(".") for chart in shown)
    assert app.get("download_button")


def test_the_threshold_says_how_many_images_get_an_answer(open_page: OpenPage, finished_run: FinishedRun) -> None:
    finished_run()
    app = show(open_page("evaluate.py"), evaluate_view="confidence")
    app.slider(key="sure_threshold").set_value(0.0).run()
    assert "It answers **100.0%** of the images" in words(app)


def test_two_runs_are_compared_and_luck_is_named(
    open_page: OpenPage, finished_run: FinishedRun, store: Store, digits: Dataset
) -> None:
    first, second = finished_run(name="first"), finished_run(name="second")
    table = store.files(first.id).read_probabilities()["test"]
    guesses = np.roll(table, 1, axis=1)  # always the next class: nearly always wrong
    store.files(second.id).write_probabilities({"test": guesses})
    app = show(open_page("evaluate.py", run=first.id), evaluate_view="compare")
    result = compare(table, guesses, digits.y_test)
    text = words(app)
    right = len(result.only_first), len(result.only_second)
    # not "they disagree": two that are wrong in different ways disagree too, and are not counted
    assert (
        f"For {sum(right)} images only one of them is right: “first” for {right[0]}, “second” for {right[1]}." in text
    )
    assert right[0] > 24
    assert "The first 24 of them:" in text
    assert "in less than 0.1% of cases: this is hardly luck." in text


def test_runs_that_never_disagree_are_equally_good(open_page: OpenPage, finished_run: FinishedRun) -> None:
    first, _ = finished_run(name="first"), finished_run(name="second")
    app = show(open_page("evaluate.py", run=first.id), evaluate_view="compare")
    assert "So neither is better here." in words(app)


def test_with_one_run_there_is_nothing_to_compare(open_page: OpenPage, finished_run: FinishedRun) -> None:
    finished_run()
    app = show(open_page("evaluate.py"), evaluate_view="compare")
    assert "train a second network" in app.info[0].value


def test_damaged_predictions_are_explained(open_page: OpenPage, finished_run: FinishedRun, store: Store) -> None:
    run = finished_run()
    store.files(run.id).probabilities.write_bytes(b"nonsense")
    app = open_page("evaluate.py", run=run.id)
    assert "missing or damaged" in app.error[0].value


def test_without_a_run_it_says_what_to_do(open_page: OpenPage) -> None:
    assert "No network has been trained yet" in words(open_page("evaluate.py"))


def test_a_run_that_is_not_shown_is_named_as_long_as_another_stands_in_its_place(
    open_page: OpenPage, finished_run: FinishedRun, store: Store
) -> None:
    shown = finished_run(name="Another")
    older = finished_run(name="Older")
    private = finished_run(owner="somebody", name="Hidden")
    store.runs.set_shared(private.id, False, Visitor("somebody"))
    app = open_page("evaluate.py", run=private.id)
    box = app.selectbox(key="evaluate_run").value
    for _ in range(2):  # a page is made anew whenever a result of it is there
        assert "This run is private" in app.error[0].value
        assert app.selectbox(key="evaluate_run").value == box == app.query_params["run"]
        app.run()
    other = next(run.id for run in (shown, older) if run.id != box)
    app.selectbox(key="evaluate_run").set_value(other).run()
    for _ in range(2):
        assert not app.error, "something else was chosen"
        assert app.selectbox(key="evaluate_run").value == other == app.query_params["run"]
        app.run()


def test_a_run_that_was_asked_for_is_shown_once_it_can_be(
    open_page: OpenPage, finished_run: FinishedRun, store: Store
) -> None:
    finished_run(name="Another")
    private = finished_run(owner="somebody", name="Hidden")
    store.runs.set_shared(private.id, False, Visitor("somebody"))
    app = open_page("evaluate.py", run=private.id)
    assert "This run is private" in app.error[0].value
    store.runs.set_shared(private.id, True, Visitor("somebody"))
    for _ in range(2):
        app.run()
        assert not app.error
        assert app.selectbox(key="evaluate_run").value == private.id == app.query_params["run"]
