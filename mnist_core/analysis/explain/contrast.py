"""Which ink decides between two classes: pixels are taken away."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.analysis.explain.predicting import Image, Map, Predict, Probabilities, log_probabilities, predict_all


@dataclass(frozen=True)
class Removal:
    """What each pixel's ink does for one class against another.

    Attributes
    ----------
    effect : ndarray of shape (28, 28), float64
        How much log p(label) - log p(other) falls when this pixel alone becomes black. Positive:
        its ink speaks for `label`. 0 where there is no ink.
    order : ndarray of shape (n, 2), int
        Row and column of the pixels that speak for `label`, the strongest first.
    probabilities : ndarray of shape (n + 1, classes)
        After none, one, two ... of them have been taken away together.
    needed : int or None
        How many must go until `other` is more probable than `label`; 0 if it is so already, None
        if not even all of them are enough.
    """

    effect: Map
    order: npt.NDArray[np.int64]
    probabilities: Probabilities
    needed: int | None

    def without(self, image: Image, count: int) -> Image:
        """Return a copy of the image without its `count` most telling pixels."""
        changed = image.copy()
        rows, columns = self.order[:count].T
        changed[rows, columns] = 0
        return changed


def remove_pixels(predict: Predict, image: Image, label: int, other: int) -> Removal:
    """Take ink away pixel by pixel, first each alone, then the most telling ones together.

    Parameters
    ----------
    predict : callable
        See `Predict`.
    image : ndarray of shape (28, 28), uint8
    label, other : int
        Two classes: why this and not that?
    """
    ink = np.argwhere(image > 0)
    images = np.repeat(image[None].astype(np.float32), len(ink) + 1, axis=0)
    images[np.arange(1, len(ink) + 1), ink[:, 0], ink[:, 1]] = 0.0
    margins = _margins(predict_all(predict, images), label, other)
    falls = margins[0] - margins[1:]
    effect = np.zeros(image.shape)
    effect[ink[:, 0], ink[:, 1]] = falls

    strongest = np.argsort(-falls, kind="stable")
    order = ink[strongest[: int((falls > 0).sum())]]
    together = np.repeat(image[None].astype(np.float32), len(order) + 1, axis=0)
    for count, (row, column) in enumerate(order, start=1):
        together[count:, row, column] = 0.0
    probabilities = predict_all(predict, together)
    turned = np.flatnonzero(_margins(probabilities, label, other) < 0)
    return Removal(effect, order, probabilities, int(turned[0]) if len(turned) else None)


def _margins(probabilities: Probabilities, label: int, other: int) -> Map:
    logs = log_probabilities(probabilities)
    margins: Map = logs[:, label] - logs[:, other]
    return margins
