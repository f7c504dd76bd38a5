"""The arithmetic of the layer table and the printed code, compared with Keras itself."""

import os

import numpy as np
import pytest

from mnist_core.config import (
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    LogisticConfig,
    MaxPooling2D,
    NetworkConfig,
    RunConfig,
    TrainConfig,
)
from mnist_core.config.activations import ACTIVATIONS
from mnist_core.config.choices import OPTIMIZERS
from mnist_core.config.recipes import RECIPES
from mnist_core.errors import ConfigError
from mnist_core.evaluation import cross_entropy
from mnist_core.models import layer_rows, parameter_count
from mnist_core.models.build import build_model
from mnist_core.script import keras_code

pytestmark = pytest.mark.slow

NETWORKS = {
    **{name: recipe.config.model for name, recipe in RECIPES.items() if isinstance(recipe.config.model, NetworkConfig)},
    "everything": NetworkConfig(
        layers=(
            BatchNormalization(),
            Dropout(rate=0.1),
            Conv2D(filters=4, kernel_size=5, padding="same", activation="elu"),
            BatchNormalization(),
            MaxPooling2D(pool_size=3),
            Conv2D(filters=3, kernel_size=2, activation="linear"),
            Dense(units=11, activation="selu"),
            BatchNormalization(),
            Dense(units=5, activation="linear"),
        )
    ),
    "pooling only": NetworkConfig(layers=(MaxPooling2D(pool_size=4), MaxPooling2D(pool_size=2))),
    "odd filters": NetworkConfig(layers=(Conv2D(kernel_size=1), Conv2D(filters=2, kernel_size=7), MaxPooling2D())),
    "normalised image": NetworkConfig(layers=(BatchNormalization(),)),
}
every_network = pytest.mark.parametrize("name", NETWORKS)


@pytest.fixture(scope="module")
def keras():
    """Import Keras once, with the messages of TensorFlow switched off."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import keras

    return keras


@every_network
def test_keras_agrees_on_names_shapes_and_parameters(keras, name):
    model = build_model(RunConfig(model=NETWORKS[name]))
    rows = layer_rows(NETWORKS[name])
    assert [
        (layer.__class__.__name__, tuple(layer.output.shape[1:]), layer.count_params()) for layer in model.layers
    ] == [(row.name, row.output_shape, row.parameters) for row in rows]
    assert model.count_params() == parameter_count(NETWORKS[name])


@every_network
def test_the_printed_code_builds_the_same_model_with_the_same_weights(keras, name):
    config = RunConfig(model=NETWORKS[name], train=TrainConfig(seed=7, optimizer="sgd", momentum=0.25))
    text = keras_code(config)
    names = {"keras": keras}
    exec(text[text.index("keras.utils.set_random_seed") : text.index("history = ")], names)
    theirs, ours = names["model"], build_model(config)
    assert [_without_names(layer.get_config()) for layer in theirs.layers] == [
        _without_names(layer.get_config()) for layer in ours.layers
    ]
    for their_weights, our_weights in zip(theirs.get_weights(), ours.get_weights(), strict=True):
        np.testing.assert_array_equal(their_weights, our_weights)
    assert theirs.loss == ours.loss
    assert _optimizer(theirs) == _optimizer(ours)


WAYS = {
    "label_smoothing": {"label_smoothing": 0.1, "loss": "sparse_categorical_crossentropy"},
    "weight_decay": {"weight_decay": 1e-4},
    "he_normal": {"initializer": "he_normal"},
    "random_normal": {"initializer": "random_normal", "initializer_spread": 0.2, "precision": "mixed_bfloat16"},
    "zeros": {"initializer": "zeros"},
    "gradient_clip": {"gradient_clip": 1.5},
    "warmup_epochs": {"warmup_epochs": 2},
    "step": {"schedule": "step"},
    "step after warm-up": {"schedule": "step", "warmup_epochs": 1},
    "cosine after warm-up": {"schedule": "cosine", "warmup_epochs": 3},
    "one cycle": {"schedule": "one_cycle", "warmup_epochs": 9},
    "rising": {"schedule": "rising", "warmup_epochs": 9, "learning_rate": 0.5},
    "nesterov": {"optimizer": "sgd", "nesterov": True},
}


@pytest.mark.parametrize("settings", WAYS.values(), ids=WAYS)
def test_the_printed_code_trains_as_the_settings_say(keras, settings):
    """Same weights, seeds of dropout, optimizer, learning rate in every step, and loss."""
    config = RunConfig(model=NETWORKS["small-cnn"], train=TrainConfig(seed=7, epochs=8, batch_size=10))
    config = config.with_settings(settings)
    names = {"keras": keras, "x_train": np.zeros(100)}
    text = keras_code(config)
    begin = "keras.config.set_dtype_policy" if "mixed" in text else "keras.utils.set_random_seed"
    try:
        exec(text[text.index(begin) : text.index("history = ")], names)
    finally:
        keras.config.set_dtype_policy("float32")
    theirs, ours = names["model"], build_model(config, steps_per_epoch=8)
    for their_weights, our_weights in zip(theirs.get_weights(), ours.get_weights(), strict=True):
        np.testing.assert_array_equal(their_weights, our_weights)
    for model in (theirs, ours):
        model.losses_told = [float(model.compute_loss(y=np.eye(10)[:4], y_pred=np.full((4, 10), 0.1, np.float32)))]
    assert theirs.losses_told == ours.losses_told
    assert _without_names(theirs.optimizer.get_config()) == _without_names(ours.optimizer.get_config())
    for step in range(0, 64, 3):
        for model in (theirs, ours):
            model.optimizer.iterations.assign(step)
        assert float(theirs.optimizer.learning_rate) == pytest.approx(float(ours.optimizer.learning_rate), rel=1e-6)


def _without_names(config):
    # Names count up within a process. The rate is left out too: Keras keeps it in float32.
    return {key: value for key, value in config.items() if key not in ("name", "learning_rate")}


def _optimizer(model):
    return type(model.optimizer), float(model.optimizer.learning_rate), _without_names(model.optimizer.get_config())


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_listed_learning_rates_are_the_defaults_of_keras(keras, optimizer):
    choice = OPTIMIZERS[optimizer]
    default = getattr(keras.optimizers, choice.keras_class)()
    assert float(default.learning_rate) == pytest.approx(choice.default_learning_rate)
    built = build_model(RunConfig(train=TrainConfig(optimizer=optimizer, momentum=0.0))).optimizer
    assert type(built) is type(default)
    assert _without_names(built.get_config()) == _without_names(default.get_config())


def test_momentum_reaches_sgd(keras):
    model = build_model(RunConfig(train=TrainConfig(optimizer="sgd", momentum=0.75, learning_rate=0.5)))
    assert model.optimizer.momentum == 0.75
    assert float(model.optimizer.learning_rate) == 0.5


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_falling_learning_rate_begins_where_it_is_set_and_ends_at_0_with_the_last_step(optimizer):
    train = TrainConfig(optimizer=optimizer, learning_rate=0.4, schedule="cosine", epochs=3)
    built = build_model(RunConfig(train=train), steps_per_epoch=20).optimizer
    rates = []
    for step in (0, 30, 60):
        built.iterations.assign(step)
        rates.append(float(built.learning_rate))
    assert rates == pytest.approx([0.4, 0.2, 0.0], abs=1e-6)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_exists_in_keras(keras, activation):
    model = build_model(RunConfig(model=NetworkConfig(layers=(Dense(units=2, activation=activation),))))
    assert np.isfinite(model.predict(np.ones((1, 28, 28), np.float32), verbose=0)).all()


def test_the_seed_decides_the_weights(keras):
    first, same, other = (build_model(RunConfig(train=TrainConfig(seed=seed))).get_weights()[0] for seed in (3, 3, 4))
    assert np.array_equal(first, same)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("loss", ["categorical_crossentropy", "sparse_categorical_crossentropy"])
def test_losses_are_those_that_evaluation_computes(keras, loss):
    model = build_model(RunConfig(train=TrainConfig(loss=loss)))
    rng = np.random.default_rng(0)
    images, labels = rng.random((50, 28, 28), np.float32), rng.integers(0, 10, 50)
    targets = np.eye(10)[labels] if loss == "categorical_crossentropy" else labels
    keras_loss, _ = model.evaluate(images, targets, verbose=0)
    assert cross_entropy(model.predict(images, verbose=0), labels) == pytest.approx(keras_loss, rel=1e-5)


def test_the_output_is_a_probability_for_each_class(keras):
    table = build_model(RunConfig(), num_classes=4).predict(np.zeros((2, 28, 28), np.float32), verbose=0)
    assert table.shape == (2, 4)
    assert table.sum(axis=1) == pytest.approx(1)


def test_the_baseline_is_no_keras_model(keras):
    with pytest.raises(ConfigError, match="Received: model=logistic_sgd"):
        build_model(RunConfig(model=LogisticConfig()))
