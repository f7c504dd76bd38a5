"""Runs that differ in their seed only, side by side and together."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.evaluation.spread import spread
from mnist_core.store import RunRecord, Store
from tests.made_studies import BASE, made_study
from tests.pages.test_compare import ids, look, tables

OpenPage = Callable[..., AppTest]
FinishedRun = Callable[..., RunRecord]
TOGETHER = "Runs that differ in their seed only, together"


def test_a_repetition_is_chosen_as_a_whole_and_has_mean_deviation_and_interval(
    open_page: OpenPage, store: Store, finished_run: FinishedRun
) -> None:
    other = finished_run(BASE.with_settings({"epochs": 5}), name="Other")
    study_id, members = made_study(store, finished_run, name="Luck")
    app = open_page("compare.py", runs=other.id)
    assert TOGETHER not in tables(app)
    app.button(key=f"compare_add_{study_id}").click().run()
    assert app.multiselect(key="compare_runs").value == [other.id, *(run.id for run in members)]
    found = spread([run.outcome.test_accuracy or 0.0 for run in members])
    heads, row = tables(app)[TOGETHER]
    assert heads == ["Run", "Runs", "Mean test accuracy", "Standard deviation", "95% interval of the mean"]
    assert row[:4] == ["Luck", "3", f"{found.mean:.2%}", f"{found.standard_deviation:.2%}"]


def test_curves_of_repetitions_are_a_mean_in_a_band_unless_they_are_wanted_one_by_one(
    open_page: OpenPage, store: Store, finished_run: FinishedRun
) -> None:
    seeds = [finished_run(BASE.with_settings({"seed": seed}), name="First") for seed in (1, 2)]
    app = look(open_page("compare.py", runs=ids(seeds)), "curves")
    assert app.toggle(key="compare_together").value is True
    app.toggle(key="compare_together").set_value(False).run()
    assert not app.exception


def test_runs_that_differ_otherwise_are_no_group(open_page: OpenPage, finished_run: FinishedRun) -> None:
    runs = [finished_run(BASE.with_settings({"seed": 1, "epochs": n})) for n in (2, 3)]
    app = open_page("compare.py", runs=ids(runs))
    assert TOGETHER not in tables(app)
    assert "compare_together" not in {toggle.key for toggle in look(app, "curves").toggle}


@pytest.mark.parametrize("kind", ["try", "search"])
def test_only_repetitions_are_offered(open_page: OpenPage, store: Store, finished_run: FinishedRun, kind: str) -> None:
    made_study(store, finished_run, kind=kind, over="batch_size", values=(50, 100, 200))  # type: ignore[arg-type]
    app = open_page("compare.py")
    assert not [button.key for button in app.button if (button.key or "").startswith("compare_add_")]
