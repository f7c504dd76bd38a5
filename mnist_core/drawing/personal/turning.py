"""Drawings that lie otherwise than a network expects: dark on light, rows and columns swapped, turned, mirrored."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.drawing.personal.drawings import Images, Labels

Predict = Callable[[npt.NDArray[np.uint8]], npt.NDArray[np.float32]]
"""From images of shape (n, 28, 28), uint8, to probabilities of shape (n, 10)."""

TURNS: Mapping[str, Callable[[Images], Images]] = MappingProxyType(
    {
        "none": lambda images: images,
        "transposed": lambda images: images.transpose(0, 2, 1),
        "left": lambda images: np.rot90(images, 1, axes=(1, 2)),
        "right": lambda images: np.rot90(images, -1, axes=(1, 2)),
        "around": lambda images: np.rot90(images, 2, axes=(1, 2)),
        "mirrored": lambda images: images[:, :, ::-1],
        "upside_down": lambda images: images[:, ::-1],
        "transposed_around": lambda images: np.rot90(images, 2, axes=(1, 2)).transpose(0, 2, 1),
    }
)
"""Each way to turn drawings, "none" first: all that keep a square a square."""
_JUDGED = 100  # drawings that a network is asked about, in each way
_FAR_BETTER = 0.3  # of the drawings that are judged: what is turned by mistake is read so much better when turned back
_FEWEST = 3  # drawings that have to be read better
_MIDDLE = 127.5


@dataclass(frozen=True)
class Lie:
    """How drawings lie, as far as can be told.

    Attributes
    ----------
    inverted : ndarray of shape (n,), bool
        Which drawings to invert: those that are dark on light, or all of them where that is most.
    judged : int
        How many drawings the network was asked about.
    right : dict of str to int
        Of how many of those its answer is the label, after inverting, by the names of `TURNS`.
    turn : str
        The way in which it reads far more than as they are, else "none".
    """

    inverted: npt.NDArray[np.bool_]
    judged: int
    right: dict[str, int]
    turn: str


def find_lie(images: Images, labels: Labels, predict: Predict) -> Lie:
    """Find out how drawings lie, with a network that knows what they show.

    Parameters
    ----------
    images, labels : ndarray of shape (n, 28, 28) and (n,), uint8
        At least one.
    predict : callable
        See `Predict`.
    """
    inverted = dark_on_light(images)
    if inverted.mean() > 0.5:
        inverted = np.ones(len(images), dtype=bool)
    chosen = np.unique(np.linspace(0, len(images) - 1, _JUDGED).astype(int))
    upright = turned(images[chosen], "none", inverted[chosen])
    right = {turn: int((predict(turned(upright, turn)).argmax(axis=1) == labels[chosen]).sum()) for turn in TURNS}
    best = max(TURNS, key=right.__getitem__)
    better = right[best] - right["none"] >= max(_FAR_BETTER * len(chosen), _FEWEST)
    return Lie(inverted, len(chosen), right, best if better else "none")


def dark_on_light(images: Images) -> npt.NDArray[np.bool_]:
    """Return for each image whether it is inverted: bright along its border and on the whole.

    Parameters
    ----------
    images : ndarray of shape (n, 28, 28), uint8

    Returns
    -------
    ndarray of shape (n,), bool
    """
    border = np.concatenate([images[:, 0], images[:, -1], images[:, 1:-1, 0], images[:, 1:-1, -1]], axis=1)
    bright: npt.NDArray[np.bool_] = (np.median(border, axis=1) > _MIDDLE) & (images.mean(axis=(1, 2)) > _MIDDLE)
    return bright


def turned(images: Images, turn: str, inverted: npt.NDArray[np.bool_] | None = None) -> Images:
    """Return images turned in one of the ways of `TURNS`, those that are `inverted` made light on dark."""
    made: npt.NDArray[Any] = np.ascontiguousarray(TURNS[turn](images))
    return made if inverted is None else np.where(inverted[:, None, None], 255 - made, made)
