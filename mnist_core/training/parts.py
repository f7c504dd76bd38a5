"""What a page shows of a network's inside: weights as pictures, and what the last hidden layer makes of images."""

from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mnist_core.config import RunConfig
from mnist_core.models.build import build_model
from mnist_core.system.libraries import load_keras
from mnist_core.training.protocol import Bytes
from mnist_core.training.steps import scale

if TYPE_CHECKING:
    import keras

SAMPLES = 1000
"""How many test images are shown on the map of the last hidden layer."""
_MOST_FEATURES = 512
_AT_ONCE = 250  # a convolution's answers to so many images take some tens of megabytes


def network_parts(
    model: "keras.Model",
    config: RunConfig,
    images: Bytes,
    num_classes: int = 10,
    initial: "keras.Model | None" = None,
) -> dict[str, npt.NDArray[np.floating[Any]]]:
    """Return the parts of a trained network, named as in `RunFiles.read_parts`.

    The weights before training are built anew from the seed, so that nothing has to be kept for them
    while a run is paused or continued.

    Parameters
    ----------
    model : keras.Sequential
        In float32.
    config : RunConfig
        What the model was built from.
    images : ndarray of shape (n, 28, 28), uint8
        The test images.
    num_classes : int
    initial : keras.Sequential, optional
        What training began with, where that were not random weights.
    """
    parts: dict[str, npt.NDArray[np.floating[Any]]] = dict(_kernels(model))
    if any(layer.weights for layer in model.layers[:-1]):
        scaled = scale(images[:SAMPLES])
        initial = initial or build_model(config.finished, num_classes)
        parts |= {"before": _last_hidden(initial, scaled), "after": _last_hidden(model, scaled)}
    return parts


def _kernels(model: "keras.Model") -> "dict[str, npt.NDArray[np.float32]]":
    keras = load_keras()
    kernels = {}
    for number, layer in enumerate(model.layers):
        if not hasattr(layer, "kernel"):
            continue
        kernel = keras.ops.convert_to_numpy(layer.kernel)
        if kernel.ndim == 4 or len(kernel) == _pixels(model, number):
            kernels[f"kernel_{number:02}"] = kernel
        if kernel.ndim == 2:
            break  # what comes after the first dense layer sees no picture
    return kernels


def _pixels(model: "keras.Model", number: int) -> int | None:
    """Return how many pixels the picture before a layer has; None where it has several channels."""
    shape = model.input_shape[1:]
    for layer in model.layers[:number]:
        if len(layer.output.shape) > 2:
            shape = layer.output.shape[1:]
    return prod(shape) if len(shape) == 2 or shape[-1] == 1 else None


def _last_hidden(model: "keras.Model", images: npt.NDArray[np.float32]) -> npt.NDArray[np.float16]:
    """Return what goes into the softmax layer, of shape (n, d), for images of shape (n, 28, 28)."""
    keras = load_keras()
    hidden = keras.Model(model.inputs[0], model.layers[-2].output)
    parts = []
    for first in range(0, len(images), _AT_ONCE):
        output = keras.ops.convert_to_numpy(hidden(images[first : first + _AT_ONCE], training=False))
        # Of very many numbers, as after a convolution, evenly spaced ones show the same picture.
        parts.append(output[:, :: -(-output.shape[1] // _MOST_FEATURES)])
    largest = float(np.finfo(np.float16).max)
    features: npt.NDArray[np.float16] = np.clip(np.concatenate(parts), -largest, largest).astype(np.float16)
    return features
