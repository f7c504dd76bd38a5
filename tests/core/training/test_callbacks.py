"""What is reported while Keras trains, and the three ways in which training ends before its last epoch."""

import math

import numpy as np
import pytest

from mnist_core.config import Dense
from mnist_core.errors import TrainingDivergedError
from mnist_core.training.fit import encode_labels, fit, scale

pytestmark = pytest.mark.slow


@pytest.fixture
def train(shared_digits, sink):
    """Return a function that builds and fits a network of 12 batches an epoch; `sink` takes its points."""
    from mnist_core.models.build import build_model

    def run(config, **options):
        model = build_model(config)
        return model, fit(model, shared_digits, config, sink, **options)

    return run


def stop_after(batches):
    """Return a stop request that comes in the given batch, and the list of calls it saw."""
    calls = []

    def requested():
        calls.append(len(calls) + 1)
        return calls[-1] >= batches

    return requested, calls


# what is reported


def test_epoch_points_equal_the_history_of_keras(train, network, sink):
    model, result = train(network(epochs=3))
    assert set(sink.history()) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert sink.history() == model.history.history
    seconds = [point.seconds for point in sink.of("epoch")]
    assert seconds == sorted(seconds)
    assert sum(result.epoch_seconds) <= seconds[-1]


@pytest.mark.parametrize(("interval", "batch_points"), [(0.0, 24), (1000.0, 0)])
def test_batch_points_come_between_the_epochs_as_often_as_asked(sink, shared_digits, network, interval, batch_points):
    from mnist_core.models.build import build_model
    from mnist_core.training.callbacks import ReportMetrics

    config = network()
    x, y = shared_digits.split("train", config.data)
    build_model(config).fit(
        scale(x),
        encode_labels(y, config, 10),
        batch_size=100,
        epochs=2,
        callbacks=[ReportMetrics(sink, interval)],
        verbose=0,
    )
    assert len(sink.of("batch")) == batch_points
    assert [(point.epoch, point.step) for point in sink.of("epoch")] == [(1, 12), (2, 24)]
    steps = [(point.step, point.kind) for point in sink.all]
    assert steps == sorted(steps), "points are not in the order in which things happened"
    assert all(1 <= point.epoch <= 2 and set(point.values) == {"loss", "accuracy"} for point in sink.all)
    if batch_points:
        # Keras's running mean: the last batch point of an epoch is the epoch's own figure.
        assert sink.of("batch")[11].values == sink.of("epoch")[0].values


# how it ends


@pytest.mark.parametrize("batches", [1, 12, 17])
def test_stop_ends_training_within_one_more_batch_and_keeps_a_model(train, network, sink, shared_digits, batches):
    requested, calls = stop_after(batches)
    model, result = train(network(epochs=50), stop_requested=requested)
    assert len(calls) <= batches + 1
    # An epoch that was cut off has no figures of its own; one that was just complete has.
    assert len(sink.of("epoch")) == len(result.epoch_seconds) == batches // 12
    probabilities = model.predict(scale(shared_digits.x_test), verbose=0)
    assert np.allclose(probabilities.sum(axis=1), 1.0, atol=1e-5)


def test_early_stopping_keeps_the_best_weights(train, network, sink, shared_digits):
    config = network(Dense(units=256), epochs=60, optimizer="adam", learning_rate=0.02, early_stopping=2)
    model, _ = train(config)
    losses = sink.history()["val_loss"]
    assert len(losses) < 60
    assert losses.index(min(losses)) == len(losses) - 3
    x, y = shared_digits.split("validation", config.data)
    kept = model.evaluate(scale(x), encode_labels(y, config, 10), verbose=0, return_dict=True)
    assert kept["loss"] == pytest.approx(min(losses), rel=1e-5)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_training_ends_with_the_first_batch_whose_loss_is_no_number(bad):
    from mnist_core.training.callbacks import StopOnDivergence

    watch = StopOnDivergence(0.001)
    watch.on_epoch_begin(2)
    watch.on_train_batch_end(0, {"loss": 12.5})
    with pytest.raises(TrainingDivergedError, match=r"in epoch 3: .*learning rate of 0\.0001 instead of 0\.001"):
        watch.on_train_batch_end(1, {"loss": bad})


def test_a_validation_loss_that_is_no_number_ends_training():
    from mnist_core.training.callbacks import StopOnDivergence

    watch = StopOnDivergence(0.001)
    watch.on_epoch_begin(0)
    with pytest.raises(TrainingDivergedError, match="in epoch 1"):
        watch.on_epoch_end(0, {"loss": 2.0, "val_loss": math.nan})


def test_what_is_no_number_is_never_reported(train, network, sink):
    config = network(Dense(units=16, activation="linear"), optimizer="sgd", learning_rate=10.0, epochs=20)
    with pytest.raises(TrainingDivergedError):
        train(config)
    assert all(math.isfinite(value) for point in sink.all for value in point.values.values())
