"""Figures of runs side by side, and many runs as columns."""

from collections.abc import Callable

import pytest

from mnist_core.config import DataConfig, Dense, FineTuneConfig, LogisticConfig, NetworkConfig, RunConfig, TrainConfig
from mnist_core.datasets import Dataset, training_images
from mnist_core.evaluation import wilson_interval
from mnist_core.evaluation.comparing import columns_that_vary, run_result
from mnist_core.store import RunRecord, Store

FinishedRun = Callable[..., RunRecord]
DIGITS = DataConfig(dataset="digits")


def test_a_finished_run_has_accuracy_with_its_interval_speed_and_size(finished_run: FinishedRun, store: Store) -> None:
    run = finished_run()
    result = run_result(run, store.files(run.id))
    right = round(run.outcome.test_accuracy * 297)
    assert (result.low, result.high) == wilson_interval(right, 297)
    assert result.low < result.accuracy < result.high
    assert result.test_images == 297
    assert result.seconds == pytest.approx(2.3)
    assert (result.epochs, result.epoch_seconds) == (3, 0.3)
    assert result.images_per_second == pytest.approx(training_images(run.config) / 0.3)
    assert result.onnx_bytes == store.files(run.id).onnx.stat().st_size
    assert result.keras_bytes is None  # this one was made without Keras


def test_a_run_that_has_not_begun_has_no_figures(store: Store) -> None:
    run_id = store.new_runs.create(RunConfig(data=DIGITS), "waiting")
    result = run_result(store.runs.get(run_id), store.files(run_id))
    assert (result.accuracy, result.low, result.seconds, result.images_per_second) == (None, None, None, None)
    assert result.epochs == 0


@pytest.mark.parametrize(
    ("config", "images"),
    [
        (RunConfig(), 48_000),
        (RunConfig(data=DataConfig(train_size=1000, validation_split=0.1)), 900),
        (RunConfig(data=DataConfig(dataset="digits", validation_split=0.0)), 1500),
        (RunConfig(fine_tune=FineTuneConfig(base="a", drawings="0" * 16, copies=10, rehearsal=5)), 15),
        # the baseline keeps no validation set aside: it is judged by folds
        (RunConfig(model=LogisticConfig()), 60_000),
    ],
)
def test_training_images_are_those_of_an_epoch(config: RunConfig, images: int) -> None:
    assert training_images(config) == images


def test_training_images_are_those_of_the_split(digits: Dataset) -> None:
    assert training_images(RunConfig(data=DIGITS)) == len(digits.split("train", DIGITS)[0])


def test_columns_are_those_that_vary_and_the_results(finished_run: FinishedRun, store: Store) -> None:
    def run(units: int, **train: object) -> RunRecord:
        model = NetworkConfig(layers=(Dense(units=units),))
        return finished_run(RunConfig(data=DIGITS, model=model, train=TrainConfig(epochs=3, **train)))

    records = [run(8), run(16, optimizer="sgd"), run(16, batch_size=32)]
    records.append(finished_run(RunConfig(data=DIGITS, model=LogisticConfig())))
    records.append(store.runs.get(store.new_runs.create(RunConfig(data=DIGITS), "waiting")))
    kept, columns = columns_that_vary(records)
    assert kept == records[:3]
    assert [column.name for column in columns] == [
        "optimizer",
        "learning_rate",
        "batch_size",
        "test_loss",
        "test_accuracy",
    ]
    assert columns[0].values == ("Adam", "SGD", "Adam")
    assert columns[1].values == (0.001, 0.01, 0.001)


def test_without_networks_the_columns_are_empty(finished_run: FinishedRun) -> None:
    kept, columns = columns_that_vary([finished_run(RunConfig(data=DIGITS, model=LogisticConfig()))])
    assert kept == []
    assert all(column.values == () for column in columns)
