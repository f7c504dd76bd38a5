"""The numbers of a trained network by name: what a graph is written from, and what a bundle brings along."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mnist_core.config import NetworkConfig
from mnist_core.config.layers import Shape
from mnist_core.config.sections import ModelConfig
from mnist_core.drawing.prepare import SIDE
from mnist_core.models.summary import layer_rows

if TYPE_CHECKING:
    import keras

Weights = Mapping[str, npt.NDArray[np.float32]]
"""Arrays by layer and variable, ``01_Dense/kernel``, in the order of the layers; Keras's shapes."""

UNKNOWN_VARIANCE = np.float32(1 - 1e-3)
"""Of a batch normalization, with Keras's epsilon: divides by 1. Earlier versions' graphs tell only what such a layer
multiplies by and adds, not what it learned of its inputs."""


def is_whole(weights: Weights) -> bool:
    """Whether weights are all that a network learned; otherwise it answers rightly, but can't learn on."""
    return not any(
        name.endswith("/moving_variance") and bool((values == UNKNOWN_VARIANCE).all())
        for name, values in weights.items()
    )


def layer_names(model: NetworkConfig, num_classes: int = 10) -> tuple[str, ...]:
    """Return what the layers are called in graphs and weights: place and class, ``01_Dense``."""
    return tuple(f"{number:02}_{row.name}" for number, row in enumerate(layer_rows(model, num_classes)))


def weight_shapes(model: ModelConfig, num_classes: int = 10) -> dict[str, Shape]:
    """Return the shape of each array of a network, or of the baseline; raises `ConfigError` as `layer_rows`."""
    if not isinstance(model, NetworkConfig):
        return {"kernel": (SIDE * SIDE, num_classes), "bias": (num_classes,)}
    named = zip(layer_names(model, num_classes), layer_rows(model, num_classes), strict=True)
    return {f"{name}/{variable}": shape for name, row in named for variable, shape in row.weights.items()}


def weights_of(network: "keras.Model") -> Weights:
    """Return the weights of a network of `mnist_core.models.build.build_model`."""
    return {
        f"{number:02}_{type(layer).__name__}/{variable.name}": np.asarray(variable.numpy(), np.float32)
        for number, layer in enumerate(network.layers)
        for variable in layer.weights
    }


def put_weights(network: "keras.Model", weights: Weights) -> None:
    """Give a network of `mnist_core.models.build.build_model` its weights; raises `ValueError` for another's."""
    network.set_weights(list(weights.values()))


def check_weights(weights: Mapping[str, npt.NDArray[Any]], model: ModelConfig, num_classes: int) -> None:
    """Raise `ValueError` where weights are not those of a model."""
    shapes = weight_shapes(model, num_classes)
    found = {name: array.shape for name, array in weights.items()}
    if found != shapes:
        raise ValueError(f"weights of another model: {found} instead of {shapes}")
