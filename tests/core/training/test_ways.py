"""Settings of how weights are found: they do what they say, on every way to do a step, and across a pause."""

import dataclasses

import numpy as np
import pytest

from mnist_core.config import Dense, Dropout
from mnist_core.config.rising import rising_rate
from mnist_core.evaluation import cross_entropy
from mnist_core.training import fit as fit_module
from mnist_core.training.control import Control
from mnist_core.training.fit import fit, steps_per_epoch
from mnist_core.training.steps import KerasSteps, encode_labels, make_judge, make_steps, scale

pytestmark = pytest.mark.slow

SETTINGS = {
    "label_smoothing": {"label_smoothing": 0.1},
    "label_smoothing of plain labels": {"label_smoothing": 0.2, "loss": "sparse_categorical_crossentropy"},
    "weight_decay": {"weight_decay": 0.1, "optimizer": "rmsprop"},
    "weight_decay of adamw": {"weight_decay": 0.1, "optimizer": "adamw"},
    "initializer": {"initializer": "he_normal"},
    "initializer_spread": {"initializer": "random_normal", "initializer_spread": 0.2},
    "gradient_clip": {"gradient_clip": 0.05, "optimizer": "sgd"},
    "warmup_epochs": {"warmup_epochs": 1},
    "warmup_epochs, then a fall": {"warmup_epochs": 1, "schedule": "cosine"},
    "schedule": {"schedule": "step"},
    "warmup_epochs, then steps": {"warmup_epochs": 1, "schedule": "step"},
    "nesterov": {"optimizer": "sgd", "nesterov": True, "momentum": 0.8},
}
every_setting = pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)


@pytest.fixture(autouse=True)
def report_every_call(monkeypatch):
    monkeypatch.setattr(fit_module, "_REPORT", 0.0)


@pytest.fixture
def built(network, shared_digits):
    """Return a function that builds a network for the bundled digits; 12 steps are an epoch."""
    from mnist_core.models.build import build_model

    def build(settings, *layers, epochs=2):
        config = network(*layers, epochs=epochs).with_settings(settings)
        return config, build_model(config, steps_per_epoch=steps_per_epoch(shared_digits, config))

    return build


@pytest.fixture
def steps_of(built, shared_digits, choose_way):
    """Return a function that does 24 steps on one way and gives loss, accuracy and weights."""

    def run(settings, way, compiled=False):
        choose_way(compiled)
        config, model = built(settings)
        images, labels = shared_digits.split("train", config.data)
        steps, loss, correct = way(model, images, labels, config), 0.0, 0
        for epoch in range(2):
            steps.begin_epoch(np.arange(len(images), dtype=np.int32), epoch)
            position = 0
            while position < 12:
                done = steps.advance(position, 12)
                position, loss, correct = position + done.batches, loss + done.loss_sum, correct + done.correct
        return loss / len(images), correct, model.get_weights()

    return run


@pytest.fixture(scope="module")
def usual():
    """Return what networks without a setting learned, by the settings that are left."""
    return {}


@every_setting
def test_every_way_takes_the_same_steps_and_they_are_others_than_usual(steps_of, usual, settings):
    loss, correct, weights = steps_of(settings, KerasSteps)
    left = {name: value for name, value in settings.items() if name in ("optimizer", "loss", "momentum")}
    if str(left) not in usual:
        usual[str(left)] = steps_of(left, KerasSteps)[2]
    pairs = zip(weights, usual[str(left)], strict=True)
    assert any(not np.allclose(one, other, atol=1e-3) for one, other in pairs)
    for compiled in (False, True):
        other_loss, other_correct, other_weights = steps_of(settings, make_steps, compiled)
        assert other_loss == pytest.approx(loss, rel=1e-4)
        assert other_correct == pytest.approx(correct, abs=2)
        for one, other in zip(weights, other_weights, strict=True):
            np.testing.assert_allclose(other, one, atol=2e-4)


TOGETHER = {
    "cosine": {"schedule": "cosine", "warmup_epochs": 1, "label_smoothing": 0.1, "initializer": "he_normal"}
    | {"optimizer": "adamw", "weight_decay": 0.1, "gradient_clip": 0.05},
    "steps": {"schedule": "step", "warmup_epochs": 1, "loss": "sparse_categorical_crossentropy", "label_smoothing": 0.2}
    | {"optimizer": "sgd", "nesterov": True, "initializer": "random_normal", "initializer_spread": 0.2},
}


@pytest.mark.parametrize("settings", TOGETHER.values(), ids=TOGETHER)
def test_a_pause_changes_no_bit(built, shared_digits, sink, tmp_path, monkeypatch, settings):
    def trained(**options):
        config, model = built(settings, Dense(units=8), Dropout(rate=0.2), epochs=3)
        return model, fit(model, shared_digits, config, sink, **options)

    whole, _ = trained()
    control, report = Control(), fit_module._Fit._report

    def watched(fit, *what):
        report(fit, *what)
        if fit._state.step >= 17:  # within the second epoch
            control.pause()

    path = tmp_path / "checkpoint.npz"
    with monkeypatch.context() as patch:
        patch.setattr(fit_module._Fit, "_report", watched)
        assert not trained(control=control, checkpoint_path=path)[1].complete
    model, result = trained(checkpoint_path=path)
    assert result.complete
    for one, other in zip(whole.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


# what each one does


@pytest.mark.parametrize("loss", ["categorical_crossentropy", "sparse_categorical_crossentropy"])
def test_smoothed_labels_are_learned_from_and_the_finished_network_is_judged_by_plain_ones(built, shared_digits, loss):
    from mnist_core.models.build import finished_network

    config, model = built({"label_smoothing": 0.3, "loss": loss})
    x, y = shared_digits.x_test, shared_digits.y_test
    table = model.predict(scale(x), verbose=0).astype(np.float64)
    smoothed = np.eye(10)[y] * 0.7 + 0.03
    assert encode_labels(y, config, 10).shape == (len(y), 10)
    assert make_judge(model, config).judge(x, y)[1] == pytest.approx(
        -(smoothed * np.log(table)).sum(1).mean(), rel=1e-4
    )
    finished = finished_network(model, config)
    probabilities, plain = make_judge(finished, config.finished).judge(x, y)
    assert plain == pytest.approx(cross_entropy(probabilities, y), rel=1e-4)
    np.testing.assert_allclose(probabilities, table, atol=1e-6)
    assert finished.loss == loss


@pytest.mark.parametrize("optimizer", ["sgd", "rmsprop", "adam", "adamw", "adagrad", "nadam"])
def test_weight_decay_pulls_weights_to_0_whatever_the_optimizer(built, optimizer):
    """Without a gradient nothing else moves them: learning rate times weight decay in each step."""
    _, model = built({"optimizer": optimizer, "weight_decay": 0.5, "learning_rate": 0.1})
    before = model.get_weights()
    variables = model.trainable_variables
    model.optimizer.build(variables)
    model.optimizer.apply([np.zeros(variable.shape, np.float32) for variable in variables], variables)
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_allclose(other, one * 0.95, rtol=1e-5, atol=1e-7)


def test_without_weight_decay_each_optimizer_has_its_own(built):
    decays = {name: built({"optimizer": name})[1].optimizer.weight_decay for name in ("adam", "adamw", "sgd")}
    assert decays == {"adam": None, "adamw": 0.004, "sgd": None}


def test_a_clipped_gradient_keeps_its_direction(built):
    _, model = built({"gradient_clip": 2.0, "optimizer": "sgd", "momentum": 0, "learning_rate": 1.0})
    before = model.get_weights()
    variables = model.trainable_variables
    model.optimizer.apply([np.ones(variable.shape, np.float32) for variable in variables], variables)
    moved = np.concatenate([(one - other).ravel() for one, other in zip(before, model.get_weights(), strict=True)])
    assert np.linalg.norm(moved) == pytest.approx(2.0, rel=1e-3)
    assert moved.std() == pytest.approx(0, abs=1e-6)


def rates(model, steps):
    found = []
    for step in steps:
        model.optimizer.iterations.assign(step)
        found.append(float(model.optimizer.learning_rate))
    return found


def test_the_learning_rate_rises_and_stays(built):
    _, model = built({"warmup_epochs": 2, "learning_rate": 0.4}, epochs=8)
    assert rates(model, [0, 6, 12, 24, 50, 95]) == pytest.approx([0, 0.1, 0.2, 0.4, 0.4, 0.4], abs=1e-6)


def test_the_learning_rate_falls_in_two_steps(built):
    _, model = built({"schedule": "step", "learning_rate": 0.4}, epochs=8)
    assert rates(model, [0, 48, 49, 72, 73, 95]) == pytest.approx([0.4, 0.4, 0.04, 0.04, 0.004, 0.004], abs=1e-6)


def test_the_learning_rate_rises_first_and_falls_in_what_is_left(built):
    _, model = built({"schedule": "cosine", "warmup_epochs": 2, "learning_rate": 0.4}, epochs=10)
    assert rates(model, [0, 12, 24, 72, 120]) == pytest.approx([0, 0.2, 0.4, 0.2, 0], abs=1e-6)
    _, model = built({"schedule": "step", "warmup_epochs": 2, "learning_rate": 0.4}, epochs=10)
    assert rates(model, [0, 12, 24, 72, 73, 97]) == pytest.approx([0.04, 0.2, 0.4, 0.4, 0.04, 0.004], abs=1e-6)


def test_the_learning_rate_of_one_cycle_rises_and_falls_whatever_the_warm_up_says(built):
    _, model = built({"schedule": "one_cycle", "warmup_epochs": 7, "learning_rate": 0.4}, epochs=5)
    assert rates(model, [0, 9, 18, 39, 60]) == pytest.approx([0, 0.2, 0.4, 0.2, 0], abs=1e-6)


def test_the_learning_rate_of_a_test_rises_whatever_else_is_set(built):
    _, model = built({"schedule": "rising", "warmup_epochs": 7, "learning_rate": 0.4}, epochs=5)
    assert rates(model, [0, 9, 30, 59]) == pytest.approx([rising_rate(step, 60) for step in (0, 9, 30, 59)], rel=1e-4)


def test_of_zeros_a_hidden_layer_learns_nothing(built, shared_digits, sink):
    """Only the last biases move, to how frequent each class is: the network says the same of every image."""
    config, model = built({"initializer": "zeros"}, epochs=3)
    before = model.get_weights()
    fit(model, dataclasses.replace(shared_digits, x_test=None, y_test=None), config, sink)
    moved = [not np.array_equal(one, other) for one, other in zip(before, model.get_weights(), strict=True)]
    assert moved == [False, False, False, True]
    table = model.predict(scale(shared_digits.x_test), verbose=0)
    assert np.ptp(table, axis=0).max() == 0


def test_the_spread_of_weights_is_the_chosen_one(built):
    _, model = built({"initializer": "random_normal", "initializer_spread": 0.2}, Dense(units=64))
    for kernel in model.get_weights()[::2]:
        assert kernel.std() == pytest.approx(0.2, rel=0.1)
