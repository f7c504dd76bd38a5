"""Which moments of a training are kept, and what of each: by the settings alone, so that equal runs keep the same."""

import math
from dataclasses import dataclass
from math import prod
from typing import TypeVar

import numpy as np

from mnist_core.config import RunConfig
from mnist_core.config.sections import NetworkConfig
from mnist_core.film.images import ANSWERED, JUDGED, answered
from mnist_core.film.keyframe import first_pictures
from mnist_core.models.cost import prediction_cost, training_cost
from mnist_core.models.speed import REFERENCE
from mnist_core.models.weights import weight_shapes
from mnist_core.settings import Settings

MomentT = TypeVar("MomentT")

MOST = 24
"""Most keyframes of a film."""
GRADIENT_IMAGES = 30
"""So many of the fixed images give the gradient."""
_FIRST_EPOCH = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)  # shares of it after which a moment is kept
_EPOCHS = 16  # most of the others whose ends are kept
_ENOUGH = 9  # so many moments are worth more than gradients, and than a matrix of all fixed images

# Seconds of processor time, measured on two cores of an Intel Xeon; benchmarks/README.md. What a run takes is reckoned
# for the same ones, in seconds of which each is so many of processor time.
_AROUND = 2.0  # building, compiling, judging and exporting a run
_PROCESSORS = 1.3
_FIRST = 0.03  # opening a graph, choosing the images
_KEYFRAME, _NUMBER = 2e-3, 1.3e-8  # of a keyframe, and of each of its weights
_OPERATION = 2.0e-11  # of a multiplication for each image, and addition
_FIRST_GRADIENT = {
    "tensorflow": 0.12,
    "jax": 0.25,
    "torch": math.inf,
}  # making the program; nobody makes one for PyTorch
_GRADIENT = 1.5e-3  # starting it
_GRADIENT_OPERATION = 5e-11  # with so few images

_BYTES, _BYTES_OF_ARRAY = 2500, 450  # of a keyframe's file beside numbers, and for one more array in it


@dataclass(frozen=True)
class Schedule:
    """What is kept of a training.

    Attributes
    ----------
    steps : tuple of int
        Batches done before each keyframe, rising: 0 first, and all batches of the run last. Nothing where no film fits.
    weighted : frozenset of int
        Those of them that keep their weights. The others keep their figures and pictures.
    images : int
        Of how many of the fixed images there is a confusion matrix.
    gradients : bool
        Whether gradients are measured.
    """

    steps: tuple[int, ...] = ()
    weighted: frozenset[int] = frozenset()
    images: int = 0
    gradients: bool = False


def schedule_of(config: RunConfig, steps_per_epoch: int, settings: Settings) -> Schedule:
    """Return what is kept of the training of a network: at least how it began and ended, where films are wanted.

    Parameters
    ----------
    config : RunConfig
    steps_per_epoch : int
    settings : Settings
        How large a film may be: where not all weights find room, fewer keyframes keep theirs, and then there are fewer.
        Which share of the training's time it may take, as that is reckoned beforehand; what calculates.
    """
    marks = _marks(steps_per_epoch, config.train.epochs)
    count, images, gradients = _affordable(config, steps_per_epoch, len(marks), settings)
    weights, pictures, rest = _bytes_of(config)
    most_bytes = int(settings.film_mb * 1e6)
    count = min(count, most_bytes // (rest + min(weights, pictures)))
    if count < 2:
        return Schedule()
    steps = spread(marks, count)
    room = len(steps)
    if weights > pictures:
        room = min(room, (most_bytes - len(steps) * (rest + pictures)) // (weights - pictures))
    weighted = spread(steps, room) if room > 1 else steps[-1:] * room
    return Schedule(tuple(steps), frozenset(weighted), images, gradients)


def _marks(steps_per_epoch: int, epochs: int) -> list[int]:
    """Return all steps worth keeping, at most `MOST`."""
    first = {0, *(max(1, round(share * steps_per_epoch)) for share in _FIRST_EPOCH)}
    ends = spread([steps_per_epoch * epoch for epoch in range(2, epochs + 1)], _EPOCHS)
    return sorted({*first, *ends})


def spread(moments: list[MomentT], count: int) -> list[MomentT]:
    """Return so many of some moments, evenly spaced in their order, the first and the last among them."""
    if len(moments) <= count:
        return moments
    return [moments[place] for place in np.linspace(0, len(moments) - 1, count).round().astype(int)]


def _affordable(config: RunConfig, steps_per_epoch: int, wanted: int, settings: Settings) -> tuple[int, int, bool]:
    """Return how many keyframes take at most a share of the training's time, of how many images, and with gradients.

    Where not all of it fits, the matrix is of fewer images first, and then gradients are left out.
    """
    assert isinstance(config.model, NetworkConfig)
    classes = config.spec.num_classes
    seconds = _AROUND + steps_per_epoch * config.train.epochs * REFERENCE.step_seconds(config)
    budget = settings.film_percent / 100 * _PROCESSORS * seconds - _FIRST
    numbers = sum(map(prod, weight_shapes(config.model, classes).values()))
    each = _KEYFRAME + numbers * _NUMBER
    image = prediction_cost(config.model, classes).operations * _OPERATION
    cost = training_cost(config.model, classes)
    gradient = _GRADIENT + GRADIENT_IMAGES * (cost.dense_flops + cost.conv_flops) / 2 * _GRADIENT_OPERATION
    few, first = answered(JUDGED, classes), _FIRST_GRADIENT[settings.backend]
    ways = ((JUDGED, True), (few, True), (JUDGED, False), (few, False))
    for images, gradients in ways:
        left, dearer = (budget - first, gradient) if gradients else (budget, 0.0)
        count = max(0.0, left / (each + images * image + dearer))
        if count >= min(wanted, _ENOUGH):
            return min(wanted, int(count)), images, gradients
    return min(wanted, max(2, int(count))) if settings.film_percent else 0, few, False


def most_bytes_of(config: RunConfig, keyframes: int, weighted: int) -> int:
    """Return how many bytes so many keyframes take at most, of which some keep their weights."""
    weights, pictures, rest = _bytes_of(config)
    return keyframes * rest + weighted * weights + (keyframes - weighted) * pictures


def _bytes_of(config: RunConfig) -> tuple[int, int, int]:
    """Return the bytes of a keyframe's weights, with their places in an archive, of its pictures, and of the rest."""
    classes = config.spec.num_classes
    shapes = weight_shapes(config.model, classes)
    pictures = first_pictures(config, {name: np.broadcast_to(np.float16(0), shape) for name, shape in shapes.items()})
    weights = sum(2 * prod(shape) + _BYTES_OF_ARRAY for shape in shapes.values())
    rest = _BYTES + 2 * ANSWERED * classes + 2 * classes**2 + 20 * len(shapes)
    return weights, pictures.nbytes + _BYTES_OF_ARRAY, rest
