"""Tasks are reached by the reader's own finished runs, and by nothing else."""

from dataclasses import replace

import pytest

from mnist_core.config import Conv2D, DataConfig, Dense, NetworkConfig, RunConfig, TrainConfig
from mnist_core.lessons import Wanted, best_attempt, binary, categorical, is_met
from mnist_core.store import Outcome, RunRecord, RunState, Store


@pytest.fixture
def run(store: Store) -> RunRecord:
    """Return a finished run of a small dense network."""
    config = RunConfig(
        data=DataConfig(dataset="mnist"),
        model=NetworkConfig(layers=(Dense(units=32),)),
        train=TrainConfig(epochs=3),
    )
    record = store.runs.get(store.new_runs.create(config, "a run", recipe="first-network"))
    return replace(record, state=RunState.COMPLETED, outcome=Outcome(test_accuracy=0.96, parameters=25_450))


@pytest.mark.parametrize(
    ("wanted", "met"),
    [
        (Wanted(), True),
        (Wanted(dataset="mnist", test_accuracy=0.96), True),
        (Wanted(test_accuracy=0.961), False),
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
    ],
)
def test_a_run_is_all_that_is_wanted_or_not(wanted: Wanted, met: bool, run: RunRecord) -> None:
    assert is_met(wanted, run) is met


def test_a_run_that_did_not_come_to_its_end_reaches_nothing(run: RunRecord) -> None:
    assert not is_met(Wanted(), replace(run, state=RunState.STOPPED))
    assert best_attempt(Wanted(), [replace(run, state=RunState.FAILED)]) is None


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
