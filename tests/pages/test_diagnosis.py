"""What a run is told on Train: words with figures, a button that fills the form, and switches of the charts."""

from collections.abc import Callable
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from mnist_core.config import Dense, RunConfig
from mnist_core.datasets import Dataset
from mnist_core.film import Film
from mnist_core.store import MetricPoint, Outcome, RunRecord, RunState, Store
from mnist_core.system.processes import own_process
from tests.film_files import put_film
from tests.pages.charts import charts_of
from tests.pages.test_pages import words
from tests.recorded_runs import run_of

OpenPage = Callable[..., AppTest]


def axis(app: AppTest, place: int) -> dict[str, Any]:
    """Return the upright axis of a page's chart."""
    found: dict[str, Any] = charts_of(app)[place]["figure"]["layout"]["yaxis"]
    return found


def test_a_diverging_run_is_told_so_and_the_button_fills_the_form(open_page: OpenPage, store: Store) -> None:
    app = open_page("train.py", run=run_of(store, "diverges"))
    shown = words(app)
    assert "It diverges: the training loss is 10.68" in shown
    assert "by heart" not in shown.split("Network, code and log")[0]
    button = app.button(key="try_change")
    assert button.label == "Try a learning rate of 0.1 instead of 1"
    button.click().run()
    assert not app.exception
    assert app.sidebar.text_input(key="form_learning_rate").value == "0.1"
    assert app.sidebar.number_input(key="form_epochs").value == 6
    assert "A variant of “A run” with one change: a learning rate of 0.1 instead of 1." in words(app)
    assert app.button(key="train_start").disabled is False
    assert len(store.runs.find()) == 1, "nothing begins by itself"


def test_a_layer_can_be_the_change(open_page: OpenPage, store: Store) -> None:
    app = open_page("train.py", run=run_of(store, "softmax-only"))
    app.button(key="try_change").click().run()
    assert not app.exception
    app.button(key="train_start").click().run()
    (started,) = [run for run in store.runs.find() if run.state is not RunState.COMPLETED]
    assert started.config.model.layers == (Dense(units=128),)


def test_another_recipe_ends_the_variant_and_its_change(open_page: OpenPage, store: Store) -> None:
    app = open_page("train.py", run=run_of(store, "diverges"))
    app.button(key="try_change").click().run()
    app.sidebar.selectbox(key="recipe_choice").set_value("softmax-only").run()
    assert "with one change" not in words(app)


@pytest.mark.parametrize("name", ["guesses-zeros", "overfits", "dropout", "good", "slow", "noisy-rate"])
def test_each_finding_stands_below_the_curves_with_its_button(name: str, open_page: OpenPage, store: Store) -> None:
    app = open_page("train.py", run=run_of(store, name))
    app.button(key="try_change").click().run()
    assert not app.exception
    assert "with one change" in words(app)


def test_a_baseline_has_dots_and_is_told_nothing(open_page: OpenPage, store: Store) -> None:
    run_id = store.new_runs.create(RunConfig.parse({"model": {"kind": "logistic_sgd"}}), "A baseline")
    assert store.queue.claim(run_id, own_process())
    values = {"loss": 0.5, "accuracy": 0.85, "val_loss": 0.6, "val_accuracy": 0.8}
    folds = [MetricPoint(kind="epoch", step=n, epoch=n, seconds=n, values=values) for n in (1, 2, 3, 4, 5)]
    store.metrics.add(run_id, folds)
    assert store.queue.finish(run_id, RunState.COMPLETED, outcome=Outcome(test_accuracy=0.8))
    app = open_page("train.py", run=run_id)
    assert {trace["mode"] for chart in charts_of(app)[:2] for trace in chart["figure"]["data"]} == {"markers"}
    assert not [button for button in app.button if button.key == "try_change"]


def test_the_switches_change_the_charts_and_hold_on_other_pages(open_page: OpenPage, store: Store) -> None:
    run = run_of(store, "good")
    app = open_page("train.py", run=run)
    assert "type" not in axis(app, 0)
    before = axis(app, 0)["uirevision"], charts_of(app)[0]["revision"]
    app.toggle(key="curves_log_loss").set_value(True).run()
    app.toggle(key="curves_close").set_value(True).run()
    assert axis(app, 0)["type"] == "log"
    assert axis(app, 1)["autorangeoptions"]["clipmin"] == 90
    assert axis(app, 0)["uirevision"] != before[0], "a zoom into another scale shows nothing"
    assert charts_of(app)[0]["revision"] == before[1], "a zoom into epochs stays"
    app.query_params["runs"] = run
    app.switch_page("compare.py").run()
    app.segmented_control(key="compare_view").set_value("curves").run()
    assert app.toggle(key="curves_log_loss").value
    assert axis(app, 0)["type"] == "log"


def test_the_test_set_stands_on_the_curves_where_the_kept_weights_are(open_page: OpenPage, store: Store) -> None:
    app = open_page("train.py", run=run_of(store, "stopped-early"))
    loss = {trace["name"]: trace for trace in charts_of(app)[0]["figure"]["data"]}
    assert loss["test"]["x"] == [13.0], "early stopping brought back the weights of epoch 13"
    smoothed = open_page("train.py", run=run_of(store, "good", label_smoothing=0.1))
    names = [{trace["name"] for trace in chart["figure"]["data"]} for chart in charts_of(smoothed)[:2]]
    assert "test" not in names[0], "its loss is of other labels than the curve's"
    assert "test" in names[1]


def test_dead_units_are_told_from_the_film(
    open_page: OpenPage, finished_run: Callable[..., RunRecord], store: Store, digits: Dataset, monkeypatch: Any
) -> None:
    run = finished_run()
    put_film(store, run, digits)
    assert "Dead units" not in words(open_page("train.py", run=run.id))
    st.cache_resource.clear()
    monkeypatch.setattr(Film, "dead", (0.97,))
    shown = words(open_page("train.py", run=run.id))
    assert "Dead units: 97% of the units in ReLU layer 1 are 0 for every image tried." in shown
