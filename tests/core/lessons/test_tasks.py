"""Tasks are reached by the reader's own finished runs, and by nothing else."""

from dataclasses import replace

import pytest

from mnist_core.config import (
    Conv2D,
    DataConfig,
    Dense,
    FineTuneConfig,
    LogisticConfig,
    NetworkConfig,
    RunConfig,
    TrainConfig,
)
from mnist_core.lessons import Wanted, best_attempt, binary, categorical, is_met
from mnist_core.store import Imported, Outcome, RunRecord, RunState, Store


@pytest.fixture
def run(store: Store) -> RunRecord:
    """Return a finished run of a small dense network."""
    config = RunConfig(
        data=DataConfig(dataset="mnist"),
        model=NetworkConfig(layers=(Dense(units=32),)),
        train=TrainConfig(epochs=3),
    )
    record = store.runs.get(store.new_runs.create(config, "a run", recipe="first-network"))
    return replace(
        record, state=RunState.COMPLETED, outcome=Outcome(test_accuracy=0.96, val_accuracy=0.95, parameters=25_450)
    )


@pytest.mark.parametrize(
    ("wanted", "met"),
    [
        (Wanted(), True),
        (Wanted(dataset="mnist", test_accuracy=0.96), True),
        (Wanted(test_accuracy=0.961), False),
        (Wanted(validation_accuracy=0.95), True),
        (Wanted(validation_accuracy=0.951), False),
        (Wanted(test_accuracy=0.96, validation_accuracy=0.951), False),
        (Wanted(dataset="fashion_mnist"), False),
        (Wanted(recipe="first-network"), True),
        (Wanted(recipe="softmax-only"), False),
        (Wanted(most_parameters=25_450), True),
        (Wanted(most_parameters=25_449), False),
        (Wanted(most_epochs=3), True),
        (Wanted(most_epochs=2), False),
        (Wanted(most_hidden_layers=1), True),
        (Wanted(most_hidden_layers=0), False),
        (Wanted(layer="dense"), True),
        (Wanted(layer="conv2d"), False),
        (Wanted(augmented=False), True),
        (Wanted(augmented=True), False),
        (Wanted(fine_tuned=True), False),
    ],
)
def test_a_run_is_all_that_is_wanted_or_not(wanted: Wanted, met: bool, run: RunRecord) -> None:
    assert is_met(wanted, run) is met


def test_a_run_that_did_not_come_to_its_end_reaches_nothing(run: RunRecord) -> None:
    assert not is_met(Wanted(), replace(run, state=RunState.STOPPED))
    assert best_attempt(Wanted(), [replace(run, state=RunState.FAILED)]) is None


def test_a_fine_tuned_run_counts_only_where_it_is_asked_for(run: RunRecord) -> None:
    tuning = FineTuneConfig(base="0123", drawings="0" * 16, copies=100, rehearsal=100)
    tuned = replace(run, config=run.config.model_copy(update={"fine_tune": tuning}))
    assert is_met(Wanted(fine_tuned=True, most_epochs=3), tuned)
    assert not is_met(Wanted(most_epochs=3), tuned), "it begins with what another run learned"
    assert best_attempt(Wanted(), [tuned]) is None


def test_figures_that_came_in_a_file_reach_nothing(run: RunRecord) -> None:
    claimed = Imported(run_id="0123", created="2026-01-01T00:00:00+00:00", moment="2026-01-02T00:00:00+00:00")
    assert not is_met(Wanted(), replace(run, imported=claimed))


def test_the_baseline_is_no_network_without_hidden_layers(run: RunRecord) -> None:
    baseline = replace(run, config=run.config.model_copy(update={"model": LogisticConfig()}))
    assert is_met(Wanted(test_accuracy=0.96), baseline)
    assert not is_met(Wanted(most_hidden_layers=0), baseline)
    assert not is_met(Wanted(most_epochs=3), baseline)


def test_an_augmented_run_is_told_from_others(run: RunRecord) -> None:
    augmented = replace(run, config=run.config.with_settings({"habits": 0.5}))
    assert is_met(Wanted(augmented=True), augmented)
    assert not is_met(Wanted(augmented=False), augmented)


def test_the_best_attempt_is_the_best_of_its_kind(run: RunRecord) -> None:
    better = replace(run, id="better", outcome=replace(run.outcome, test_accuracy=0.97))
    convolution = run.config.model_copy(update={"model": NetworkConfig(layers=(Conv2D(filters=8),))})
    other = replace(run, id="other", config=convolution, outcome=replace(run.outcome, test_accuracy=0.99))
    found = best_attempt(Wanted(dataset="mnist", layer="dense", test_accuracy=0.999), [run, better, other])
    assert found is not None
    assert found.id == "better"


def test_cross_entropy_is_minus_the_logarithm_of_the_right_answer() -> None:
    example = categorical((0.2, 0.7, 0.1), 1)
    assert example.right == (0, 1, 0)
    assert example.parts == (0, pytest.approx(0.356675), 0)
    assert example.loss == pytest.approx(0.356675)
    assert binary(0.7, True) == pytest.approx(0.356675)
    assert binary(0.7, False) == pytest.approx(1.203973)
