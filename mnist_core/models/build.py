"""From a configuration to a compiled Keras model. Imported by workers and the command line only."""

from typing import TYPE_CHECKING, Any

from mnist_core.config import Layer, NetworkConfig, RunConfig
from mnist_core.config.choices import OPTIMIZERS
from mnist_core.drawing.prepare import SIDE
from mnist_core.errors import ConfigError
from mnist_core.models.summary import layer_rows
from mnist_core.system.libraries import DATA_FORMAT, load_keras

if TYPE_CHECKING:
    import keras


def build_model(config: RunConfig, num_classes: int = 10, steps_per_epoch: int = 1) -> "keras.Model":
    """Seed Keras and return the compiled network.

    The same configuration and seed give the same initial weights as the code of
    `mnist_core.script.network.keras_code`.

    Parameters
    ----------
    config : RunConfig
        With a `NetworkConfig` as its model.
    num_classes : int
        Units of the softmax layer.
    steps_per_epoch : int
        Batches in an epoch; only a learning rate that changes from step to step asks for it.

    Returns
    -------
    keras.Sequential
        Input of shape (batch, 28, 28), float32 in 0 to 1; output of shape (batch, num_classes).

    Raises
    ------
    ConfigError
        If layers don't fit together, or the model is not a network.
    """
    keras = load_keras()
    if not isinstance(config.model, NetworkConfig):
        raise ConfigError("Only networks are built with Keras. Received: model={kind}", kind=config.model.kind)
    keras.utils.set_random_seed(config.train.seed)
    model = keras.Sequential([keras.Input((SIDE, SIDE))])
    for row in layer_rows(config.model, num_classes):
        model.add(_layer(row.layer, config.train.precision))
    model.compile(optimizer=_optimizer(config, steps_per_epoch), loss=config.train.loss, metrics=["accuracy"])
    return model


def in_float32(model: "keras.Model", config: RunConfig, num_classes: int = 10) -> "keras.Model":
    """Return the network as everybody else sees it: trained weights, calculating in float32.

    Mixed precision is a way of training; ONNX Runtime does not take such a graph, and a file that
    answers otherwise than the page would be a riddle. Weights are float32 in both.
    """
    if config.train.precision == "float32":
        return model
    twin = build_model(config.with_settings({"precision": "float32"}), num_classes)
    twin.set_weights(model.get_weights())
    return twin


def _optimizer(config: RunConfig, steps_per_epoch: int) -> "keras.Optimizer":
    keras = load_keras()
    choice = OPTIMIZERS[config.train.optimizer]
    arguments: dict[str, Any] = {"learning_rate": config.effective_learning_rate}
    if config.train.schedule == "cosine":
        arguments["learning_rate"] = keras.optimizers.schedules.CosineDecay(
            config.effective_learning_rate, decay_steps=config.train.epochs * steps_per_epoch
        )
    if choice.id == "sgd":
        arguments["momentum"] = config.train.momentum
    return getattr(keras.optimizers, choice.keras_class)(**arguments)


def _layer(layer: Layer, precision: str) -> "keras.Layer":
    keras = load_keras()
    args, named = layer.call()
    order = {"data_format": DATA_FORMAT} if layer.ordered else {}
    dtype = "float32" if layer.exact else precision
    return getattr(keras.layers, layer.title)(*args, **named, **order, dtype=dtype)
