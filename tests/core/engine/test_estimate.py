"""What a run will take, before it starts."""

from importlib import import_module

import pytest

from mnist_core.config import Conv2D, Dense, NetworkConfig, RunConfig
from mnist_core.config.recipes import RECIPES
from mnist_core.engine import estimate
from mnist_core.errors import ConfigError
from mnist_core.models.speed import DeviceSpeed, Speed, write_speed
from mnist_core.store import Outcome
from mnist_core.store.records import RunState
from mnist_core.system.processes import own_process

FIRST = RECIPES["first-network"].config


def test_the_reference_computer_is_known_within_a_factor_of_two(store):
    # Measured on it; benchmarks/README.md.
    for recipe, seconds in (("first-network", 0.55), ("feedforward-64", 0.21), ("small-cnn", 5.1)):
        guess = estimate(RECIPES[recipe].config, store)
        assert seconds / 2 < guess.epoch_seconds < seconds * 2, recipe
        assert guess.basis == "another computer"


def test_a_measured_computer_is_told_apart(store, settings):
    speed = Speed(dense=1e9, conv=1e9, normalization=1e-8, step=0.001)
    write_speed(DeviceSpeed("CPU: slow", {"float32": speed, "mixed_bfloat16": speed}), settings.speed_path)
    guess = estimate(FIRST, store)
    assert guess.basis == "this computer"
    # 469 steps of 128 images; each weight multiplies and adds twice for the hidden layer (forward and its own
    # gradient) and three times for the output.
    flops = 2 * (2 * 784 * 512 + 3 * 512 * 10)
    assert guess.epoch_seconds == pytest.approx(469 * (0.001 + 128 * flops / 1e9))
    assert guess.seconds > 5 * guess.epoch_seconds


def finish(store, config, epoch_seconds):
    run_id = store.new_runs.create(config, "x")
    store.queue.claim(run_id, own_process())
    store.queue.finish(run_id, RunState.COMPLETED, outcome=Outcome(epoch_seconds=epoch_seconds))


def test_earlier_runs_of_the_same_work_are_the_best_measure(store):
    finish(store, FIRST, [9.0, 2.0, 2.2])  # the first epoch compiles
    guess = estimate(FIRST.with_settings({"epochs": 50, "seed": 3}), store)
    assert (guess.epoch_seconds, guess.basis) == (pytest.approx(2.1), "earlier runs")
    assert estimate(FIRST.with_settings({"batch_size": 64}), store).basis != "earlier runs"
    assert estimate(FIRST.with_settings({"precision": "mixed_bfloat16"}), store).basis != "earlier runs"


def test_augmentation_takes_time_of_its_own(store, monkeypatch):
    monkeypatch.setattr(import_module("mnist_core.engine.estimate"), "_FRESH", 0.0)  # what has just ended counts
    changed = FIRST.with_settings({"rotation": 10})
    assert estimate(changed, store).epoch_seconds == pytest.approx(estimate(FIRST, store).epoch_seconds + 0.6)
    finish(store, FIRST, [9.0, 2.0])
    assert estimate(changed, store).basis != "earlier runs"
    finish(store, changed, [9.0, 3.0])
    again = estimate(FIRST.with_settings({"rotation": 5, "elastic": 1}), store)
    assert (again.epoch_seconds, again.basis) == (3.0, "earlier runs")


def test_a_damaged_measurement_is_as_good_as_none(store, settings):
    settings.home.mkdir(exist_ok=True)
    for text in ("", "[]", "{}", '{"device": "x", "precisions": {"float32": 3}}'):
        settings.speed_path.write_text(text)
        assert estimate(FIRST, store).basis == "another computer"


def test_bigger_networks_and_batches_take_more(store):
    def of(*layers, **train):
        return estimate(RunConfig(model=NetworkConfig(layers=layers)).with_settings(train), store)

    small, large = of(Dense(units=16)), of(Dense(units=4096))
    assert small.epoch_seconds < large.epoch_seconds
    assert small.memory_mb < large.memory_mb
    assert of(Conv2D(filters=8), batch_size=64).memory_mb < of(Conv2D(filters=8), batch_size=4096).memory_mb
    assert of(Dense(units=16), train_size=1000).epoch_seconds < small.epoch_seconds


def test_the_baseline_has_an_estimate_of_its_own(store):
    guess = estimate(RECIPES["logistic-sgd"].config, store)
    assert 10 < guess.seconds < 120  # measured: 5.6 s a fold, five folds and the whole


def test_an_impossible_network_has_no_estimate(store):
    with pytest.raises(ConfigError):
        estimate(RunConfig(model=NetworkConfig(layers=(Dense(), Conv2D()))), store)
