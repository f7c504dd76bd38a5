"""One kept moment of a training, and its file: a plain NumPy archive without pickled objects.

========================  ==================  ====================================================================
array                     type                what it is
========================  ==================  ====================================================================
``step``                  int64 ()            batches done before it
``steps_per_epoch``       int64 ()
``answers``               float16 (n, c)      probabilities of the first fixed images
``matrix``                uint16 (c, c)       confusion matrix of fixed images: true down, answers across
``sizes``                 float32 (layers, 5)  see `LayerSizes`; -1 where it is not known
``pictures``              float16 (p, h, w)   weights of the first layer, only where ``weights/...`` are not kept
``weights/01_Dense/...``  float16             all weights, or none of them
========================  ==================  ====================================================================
"""

import math
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.config import RunConfig
from mnist_core.config.sections import NetworkConfig
from mnist_core.film.answering import Judged
from mnist_core.models.summary import layer_rows
from mnist_core.models.weights import layer_names
from mnist_core.store.run_files import PASSING, keyframe_name
from mnist_core.system.files import replacing

PICTURES = 64
"""Most weight pictures of a first layer."""
WEIGHTS = "weights/"
"""How the names of arrays begin that are weights."""
SIZES = ("weight_mean", "weight_spread", "gradient_mean", "gradient_spread", "dead")
"""The columns of the array ``sizes``."""
_UNKNOWN = -1.0


@dataclass(frozen=True)
class LayerSizes:
    """How large a layer's weights and gradients are: of all that is trained in it.

    Attributes
    ----------
    name : str
        Place and class: ``01_Dense``.
    weight_mean, weight_spread : float
        Mean of the absolute values, and standard deviation of the values.
    gradient_mean, gradient_spread : float
        The same of the loss's gradient on some of the fixed images, as the network answers (nothing is dropped); NaN
        where the backend tells none.
    dead : float
        Share of units, 0 to 1, that give 0 for each of the images whose answers are kept; NaN for the last layer.
    """

    name: str
    weight_mean: float
    weight_spread: float
    gradient_mean: float = math.nan
    gradient_spread: float = math.nan
    dead: float = math.nan


@dataclass(frozen=True)
class Keyframe:
    """The figures of a kept moment.

    Attributes
    ----------
    step, steps_per_epoch : int
    answers : ndarray of shape (n, classes), float16
        Probabilities of the first fixed images: see `mnist_core.film.images`.
    matrix : ndarray of shape (classes, classes), int64
        True classes down, answers across, of the first ``matrix.sum()`` fixed images: all, or those of `answers`.
    layers : tuple of LayerSizes
        One for each layer with weights, in their order.
    """

    step: int
    steps_per_epoch: int
    answers: npt.NDArray[np.float16]
    matrix: npt.NDArray[np.int64]
    layers: tuple[LayerSizes, ...]

    @property
    def accuracy(self) -> float:
        """Share of the fixed images that are answered rightly, 0 to 1."""
        return float(np.trace(self.matrix) / max(1, self.matrix.sum()))


def weighted_layers(config: RunConfig) -> list[str]:
    """Return the names of the layers that have weights, in their order."""
    assert isinstance(config.model, NetworkConfig)
    classes = config.spec.num_classes
    named = zip(layer_names(config.model, classes), layer_rows(config.model, classes), strict=True)
    return [name for name, row in named if row.weights]


def keyframe_of(
    step: int,
    steps_per_epoch: int,
    weights: Mapping[str, npt.NDArray[Any]],
    said: Judged,
    gradients: Mapping[str, npt.NDArray[np.float32]],
) -> Keyframe:
    """Return a keyframe from weights, from what they say, and from gradients by layer, where they are known."""
    by_layer: dict[str, list[npt.NDArray[np.float32]]] = {}
    for key, values in weights.items():
        name, _, variable = key.partition("/")
        trained = by_layer.setdefault(name, [])
        if not variable.startswith("moving_"):
            trained.append(np.asarray(values, np.float32).ravel())
    layers = []
    for name, arrays in by_layer.items():
        of_gradient = _sizes(gradients[name]) if name in gradients else (math.nan, math.nan)
        layers.append(LayerSizes(name, *_sizes(np.concatenate(arrays)), *of_gradient, said.dead.get(name, math.nan)))
    return Keyframe(step, steps_per_epoch, said.answers, said.matrix, tuple(layers))


def _sizes(values: npt.NDArray[np.float32]) -> tuple[float, float]:
    """Return mean of absolute values, and standard deviation."""
    return float(np.abs(values).mean()), float(values.std())


def first_pictures(config: RunConfig, weights: Mapping[str, npt.NDArray[Any]]) -> npt.NDArray[np.float16]:
    """Return the weights of the first layer that has any as pictures of what each unit looks for.

    Returns
    -------
    ndarray of shape (n, height, width), float16
        Of the first 64 units or filters; of shape (0, 0, 0) where that layer sees no picture of one channel.
    """
    assert isinstance(config.model, NetworkConfig)
    classes = config.spec.num_classes
    rows = layer_rows(config.model, classes)
    shape = rows[0].input_shape
    for name, row in zip(layer_names(config.model, classes), rows, strict=True):
        if len(row.input_shape) > 1:
            shape = row.input_shape
        kernel = weights.get(f"{name}/kernel")
        if kernel is None:
            continue
        height, width = kernel.shape[:2] if kernel.ndim == 4 else shape[:2]
        if prod(shape[2:]) != 1 or height * width != prod(kernel.shape[:-1]):
            break
        pictures = kernel.reshape(height, width, -1)[..., :PICTURES]
        return np.ascontiguousarray(np.moveaxis(pictures, -1, 0), np.float16)
    return np.zeros((0, 0, 0), np.float16)


def arrays_of(
    keyframe: Keyframe, weights: Mapping[str, npt.NDArray[Any]] | None, pictures: npt.NDArray[np.float16] | None
) -> dict[str, npt.NDArray[Any]]:
    """Return a keyframe as the arrays of its file; either weights or pictures are given."""
    sizes = np.array([astuple(layer)[1:] for layer in keyframe.layers], np.float32).reshape(-1, len(SIZES))
    arrays: dict[str, npt.NDArray[Any]] = {
        "step": np.int64(keyframe.step),  # type: ignore[dict-item]
        "steps_per_epoch": np.int64(keyframe.steps_per_epoch),  # type: ignore[dict-item]
        "answers": keyframe.answers,
        "matrix": keyframe.matrix.astype(np.uint16),
        "sizes": np.where(np.isfinite(sizes), sizes, np.float32(_UNKNOWN)),
    }
    if pictures is not None:
        arrays["pictures"] = pictures
    return arrays | {WEIGHTS + name: np.asarray(values, np.float16) for name, values in (weights or {}).items()}


def keyframe_from(arrays: Mapping[str, npt.NDArray[Any]], config: RunConfig) -> Keyframe:
    """Return the keyframe in the arrays of a file; raises `KeyError` or `ValueError` where they are no keyframe's."""
    names, sizes = weighted_layers(config), np.asarray(arrays["sizes"], np.float64)
    if sizes.shape != (len(names), len(SIZES)):
        raise ValueError("figures of another network")
    sizes[sizes == _UNKNOWN] = math.nan
    return Keyframe(
        int(arrays["step"]),
        int(arrays["steps_per_epoch"]),
        np.asarray(arrays["answers"], np.float16),
        np.asarray(arrays["matrix"], np.int64),
        tuple(LayerSizes(name, *row) for name, row in zip(names, sizes.tolist(), strict=True)),
    )


def images_of(path: Path) -> int:
    """Return by how many of the fixed images a keyframe's file is judged; raises whatever NumPy does."""
    with np.load(path, allow_pickle=False) as archive:
        return int(archive["matrix"].sum())


def write_keyframe(
    folder: Path,
    keyframe: Keyframe,
    weights: Mapping[str, npt.NDArray[Any]] | None,
    pictures: npt.NDArray[np.float16] | None,
    *,
    passing: bool = False,
) -> None:
    """Write a keyframe's file in one step; raises `StorageError`. See `arrays_of`.

    One of a moment that is passing takes the place of the last such, and is no part of the film.
    """
    with replacing(folder / (PASSING if passing else keyframe_name(keyframe.step))) as path:
        np.savez(path, allow_pickle=False, **arrays_of(keyframe, weights, pictures))


def weights_in(arrays: Mapping[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[np.float16]]:
    """Return the kept weights among the arrays of a file, by layer and variable; empty where none were kept."""
    return {name.removeprefix(WEIGHTS): arrays[name] for name in arrays if name.startswith(WEIGHTS)}
