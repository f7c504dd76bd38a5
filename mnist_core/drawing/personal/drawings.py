"""What a visitor collected, as arrays, and what any drawing must be like."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.errors import DrawingsError

SIDE = 28

Images = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class PersonalSet:
    """Drawings of one visitor with their right answers, oldest first.

    Attributes
    ----------
    images : ndarray of shape (n, 28, 28), uint8
        As a network sees them: 0 = background, 255 = full ink.
    labels : ndarray of shape (n,), uint8
        What they are: the places of the dataset's classes.
    ids : tuple of int
        By which single drawings are deleted.
    held_out : ndarray of shape (n,), bool
        Whether no network learns from it, so that it can judge all: see `held_out`.
    owner : str or None
        Who drew them, and so the only one who may look at them; None where that is not known.
    """

    images: Images
    labels: Labels
    ids: tuple[int, ...]
    held_out: npt.NDArray[np.bool_]
    owner: str | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def counts(self, classes: int) -> npt.NDArray[np.int64]:
        """Return how many drawings there are of each class, of shape (classes,)."""
        return np.bincount(self.labels, minlength=classes)


def content_hash(images: Images, labels: Labels) -> str:
    """Return 16 hex digits that are equal for the same drawings in the same order."""
    content = hashlib.sha256(np.ascontiguousarray(images).tobytes())
    content.update(np.ascontiguousarray(labels).tobytes())
    return content.hexdigest()[:16]


def checked(images: npt.NDArray[Any], labels: npt.NDArray[Any], classes: int) -> tuple[Images, Labels]:
    """Return images and labels as bytes, if they can be.

    Parameters
    ----------
    images : ndarray of shape (n, 28, 28), (n, 28, 28, 1) or (n, 784)
        Whole numbers from 0 to 255, or fractions from 0 to 1.
    labels : ndarray of shape (n,) or (n, 1)
    classes : int
        How many there are: labels are below that.

    Raises
    ------
    DrawingsError
        Naming the first drawing that is wrong, counted from 1.
    """
    if images.ndim < 1 or images.shape[1:] not in ((SIDE, SIDE), (SIDE, SIDE, 1), (SIDE * SIDE,)):
        raise DrawingsError(
            "Images of 28 x 28 pixels were expected, as an array of shape (n, 28, 28) or (n, 784). "
            "Received: shape {shape}",
            shape=images.shape,
        )
    if labels.shape not in ((len(images),), (len(images), 1)):
        raise DrawingsError(
            "One label for each image was expected. Received: {n} images and labels of shape {shape}",
            n=len(images),
            shape=labels.shape,
        )
    if not len(images):
        raise DrawingsError("There is no drawing in this file.")
    return _checked_images(images.reshape(-1, SIDE, SIDE)), _checked_labels(labels.reshape(-1), classes)


def _checked_images(images: npt.NDArray[Any]) -> Images:
    if images.dtype.kind not in "buif":
        raise DrawingsError("Pixels are numbers from 0 to 255. Received: {kind}", kind=str(images.dtype))
    values = images.astype(np.float64)
    if _within(values, 1.0).all():  # no pixel is brighter than 1: black and white, or fractions
        values *= 255.0
    wrong = np.flatnonzero(~_within(values, 255.0).all(axis=(1, 2)))
    if len(wrong):
        raise DrawingsError(
            "Pixels are numbers from 0 to 255, or from 0 to 1. Drawing {number} has others.", number=wrong[0] + 1
        )
    pixels = np.rint(values).astype(np.uint8)
    empty = np.flatnonzero(~pixels.any(axis=(1, 2)))
    if len(empty):
        raise DrawingsError(
            "Drawing {number} is empty: all its pixels are 0. Take it out of the file.", number=empty[0] + 1
        )
    return pixels


def _within(values: npt.NDArray[np.float64], most: float) -> npt.NDArray[np.bool_]:
    within: npt.NDArray[np.bool_] = (values >= 0) & (values <= most)  # NaN compares as false
    return within


def _checked_labels(labels: npt.NDArray[Any], classes: int) -> Labels:
    if labels.dtype.kind not in "uif":
        raise DrawingsError(
            "Labels are whole numbers from 0 to {last}. Received: {kind}", last=classes - 1, kind=str(labels.dtype)
        )
    wrong = np.flatnonzero(~np.isin(labels, np.arange(classes)))
    if len(wrong):
        raise DrawingsError(
            "Labels are whole numbers from 0 to {last}. Drawing {number} has another: {label}",
            last=classes - 1,
            number=wrong[0] + 1,
            label=labels[wrong[0]],
        )
    return labels.astype(np.uint8)
