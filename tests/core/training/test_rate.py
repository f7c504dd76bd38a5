"""Tests of learning rates, really trained: how they end, and that the rate which they suggest is a good one."""

import dataclasses
import math

import numpy as np
import pytest

from mnist_core.config import Dense, RunConfig
from mnist_core.config.study.rate import rate_config
from mnist_core.datasets import load_dataset
from mnist_core.errors import TrainingDivergedError
from mnist_core.evaluation import find_rate
from mnist_core.store import RunState
from mnist_core.system.processes import own_process
from mnist_core.training import fit as fit_module
from mnist_core.training.control import Control
from mnist_core.training.fit import fit, steps_per_epoch
from tests.core.training.conftest import ListSink

pytestmark = pytest.mark.slow


@pytest.fixture
def trained():
    """Return a function that trains a configuration on a dataset; it returns the points, and all steps planned."""
    from mnist_core.models.build import build_model

    def train(config, dataset, **options):
        sink, each = ListSink(), steps_per_epoch(dataset, config)
        model = build_model(config, dataset.spec.num_classes, each)
        result = fit(model, dataclasses.replace(dataset, x_test=None, y_test=None), config, sink, **options)
        return sink, each * config.train.epochs, model, result

    return train


@pytest.fixture
def best_of_three(trained):
    """Return a function that finds a rate and says how its validation loss is beside those of a tenth and ten times."""

    def compare(config, dataset):
        sink, steps, *_ = trained(rate_config(config), dataset)
        found = find_rate(sink.all, steps)
        assert found is not None
        losses = []
        for factor in (0.1, 1, 10):
            other = config.with_settings({"learning_rate": min(10.0, found.suggested * factor)})
            try:
                losses.append(trained(other, dataset)[0].history()["val_loss"][-1])
            except TrainingDivergedError:
                losses.append(math.inf)
        return losses

    return compare


@pytest.mark.parametrize("settings", [{}, {"optimizer": "sgd"}, {"optimizer": "rmsprop", "batch_size": 32}])
def test_the_suggested_rate_is_better_than_a_tenth_and_ten_times_of_it(best_of_three, shared_digits, network, settings):
    config = network(Dense(units=32), epochs=8, batch_size=64).with_settings(settings)
    tenth, suggested, tenfold = best_of_three(config, shared_digits)
    assert suggested < tenth
    assert suggested < tenfold


@pytest.mark.parametrize(("optimizer", "nearly"), [("adam", 1.0), ("sgd", 1.0), ("adagrad", 1.3)])
def test_on_real_digits_the_suggested_rate_is_best_or_nearly(best_of_three, real_settings, optimizer, nearly):
    """Adagrad's steps only shrink, so in a short training it still gains from far larger ones."""
    config = RunConfig().with_settings(
        {"train_size": 10000, "epochs": 6, "optimizer": optimizer, "layers": [{"kind": "dense", "units": 64}]}
    )
    tenth, suggested, tenfold = best_of_three(config, load_dataset("mnist", real_settings))
    assert suggested < tenth
    assert suggested < nearly * tenfold


def test_each_step_is_told_with_its_own_loss(trained, shared_digits, network):
    sink, steps, *_ = trained(rate_config(network()), shared_digits)
    told = sorted({point.step for point in sink.all})
    assert told == list(range(1, told[-1] + 1))
    assert 30 < len(told) <= steps


def test_a_long_one_is_told_in_some_hundred_points(trained, shared_digits, network, monkeypatch):
    monkeypatch.setattr(fit_module, "_MOST_RATES", 40)
    sink, steps, *_ = trained(rate_config(network()), shared_digits)
    assert steps / 4 < len(sink.of("batch")) <= 40


def test_it_ends_where_the_loss_flies_up_with_numbers_alone(trained, shared_digits, network):
    config = rate_config(network(Dense(units=16, activation="linear"), optimizer="sgd"))
    sink, steps, model, result = trained(config, shared_digits)
    assert result.complete
    assert result.steps < steps
    last = sink.of("epoch")[-1]
    assert (last.step, last.epoch) == (result.steps, (result.steps - 1) // (steps // config.train.epochs) + 1)
    assert all(np.isfinite(weights).all() for weights in model.get_weights())
    assert all(math.isfinite(value) for point in sink.all for value in point.values.values())
    found = find_rate(sink.all, steps)
    assert found is not None
    assert found.diverges is not None


class PausedAt(Control):
    """Asks for a pause once so many batches are done."""

    def __init__(self, steps):
        super().__init__()
        self._left = steps

    @property
    def halting(self):
        self._left -= 1
        if self._left < 0:
            self.pause()
        return super().halting


def test_it_ends_at_the_same_step_after_a_pause(trained, shared_digits, network, tmp_path):
    config = rate_config(network(Dense(units=16, activation="linear"), optimizer="sgd"))
    whole, _, model, result = trained(config, shared_digits)
    path = tmp_path / "checkpoint.npz"
    first, _, _, paused = trained(config, shared_digits, control=PausedAt(25), checkpoint_path=path)
    assert not paused.complete
    rest, _, resumed, ended = trained(config, shared_digits, checkpoint_path=path)
    assert ended.steps == result.steps
    for one, other in zip(model.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)
    assert {point.step for point in (*first.all, *rest.all)} == {point.step for point in whole.all}


def test_a_run_that_diverged_as_it_was_meant_to_is_completed_and_keeps_its_curve(module_store, network):
    from mnist_core.training.run import execute

    config = rate_config(network(Dense(units=16, activation="linear"), optimizer="sgd"))
    run_id = module_store.new_runs.create(config, "Which rate?", owner=None)
    assert module_store.queue.claim(run_id, own_process())
    record = execute(run_id, module_store, Control())
    assert (record.state, record.error) == (RunState.COMPLETED, None)
    assert record.step < config.train.epochs * record.steps_per_epoch
    found = find_rate(module_store.metrics.points(run_id), config.train.epochs * record.steps_per_epoch)
    assert found is not None
    assert record.outcome.test_loss is not None
    assert math.isfinite(record.outcome.test_loss)


def test_a_loss_that_is_no_number_all_the_same_is_no_mistake_of_a_setting(trained, shared_digits, network, monkeypatch):
    monkeypatch.setattr(fit_module, "_FLOWN", math.inf)
    config = rate_config(
        network(Dense(units=16, activation="linear"), Dense(units=16, activation="linear"), optimizer="sgd")
    )
    with pytest.raises(TrainingDivergedError, match="The curve up to there shows which learning rates are right"):
        trained(config, shared_digits)
