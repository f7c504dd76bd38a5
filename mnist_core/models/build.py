"""From a configuration to a compiled Keras model. Imported by workers and the command line only."""

from typing import TYPE_CHECKING, Any

from mnist_core.config import Layer, NetworkConfig, RunConfig
from mnist_core.config.choices import INITIALIZERS
from mnist_core.drawing.prepare import SIDE
from mnist_core.errors import ConfigError
from mnist_core.models.optimizer import make_optimizer
from mnist_core.models.summary import layer_rows
from mnist_core.system.libraries import DATA_FORMAT, load_keras

if TYPE_CHECKING:
    import keras


def build_model(config: RunConfig, num_classes: int = 10, steps_per_epoch: int = 1) -> "keras.Model":
    """Seed Keras and return the compiled network.

    The same configuration and seed give the same initial weights as the code of
    `mnist_core.script.network.keras_code` on TensorFlow, whatever Keras calculates with here.

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
        weights = {"kernel_initializer": _initializer(config)} if "kernel" in row.weights else {}
        model.add(_layer(row.layer, config.train.precision, weights))
    if keras.config.backend() != "tensorflow":
        _take_first_weights(model)
    model.compile(optimizer=make_optimizer(config, steps_per_epoch), loss=_loss(config), metrics=["accuracy"])
    return model


def finished_network(model: "keras.Model", config: RunConfig, num_classes: int = 10) -> "keras.Model":
    """Return the network as everybody else sees it: trained weights, with the settings of `RunConfig.finished`.

    Mixed precision is a way of training; ONNX Runtime does not take such a graph, and a file that answers otherwise
    than the page would be a riddle. Weights are float32 in both. So are smoothed labels: the finished network is judged
    by the plain ones.
    """
    if config.finished == config:
        return model
    twin = build_model(config.finished, num_classes)
    twin.set_weights(model.get_weights())
    return twin


def _loss(config: RunConfig) -> "str | keras.Loss":
    """Return the loss; a smoothed label is no whole number, so then both losses are the one of one-hot labels.

    Keras's sparse loss knows no smoothing. Both losses are the same function: only labels are written otherwise.
    """
    if config.train.label_smoothing:
        return load_keras().losses.CategoricalCrossentropy(label_smoothing=config.train.label_smoothing)
    return config.train.loss


def _initializer(config: RunConfig) -> "keras.Initializer":
    """Return a way to draw weights, for one layer: each draws a seed of its own."""
    keras = load_keras()
    train = config.train
    spread = {"stddev": train.initializer_spread} if train.initializer == "random_normal" else {}
    return getattr(keras.initializers, INITIALIZERS[train.initializer].keras_class)(**spread)


def _take_first_weights(model: "keras.Model") -> None:
    from mnist_core.models.first_weights import first_kernel

    for layer in model.layers:
        if hasattr(layer, "kernel"):
            layer.kernel.assign(first_kernel(layer.kernel_initializer, layer.kernel.shape))


def _layer(layer: Layer, precision: str, weights: dict[str, Any]) -> "keras.Layer":
    keras = load_keras()
    args, named = layer.call()
    order = {"data_format": DATA_FORMAT} if layer.ordered else {}
    dtype = "float32" if layer.exact else precision
    return getattr(keras.layers, layer.title)(*args, **named, **weights, **order, dtype=dtype)
