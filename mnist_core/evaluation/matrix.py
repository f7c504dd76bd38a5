"""The confusion matrix, and the samples in its cells. NumPy only."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Labels = npt.NDArray[np.integer]
Probabilities = npt.NDArray[np.floating]


def share_of(part: npt.NDArray[Any], whole: npt.NDArray[Any] | float) -> npt.NDArray[np.float64]:
    """Return part / whole, element by element; 0 where the whole is 0."""
    whole = np.broadcast_to(whole, part.shape)
    shares: npt.NDArray[np.float64] = np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0)
    return shares


@dataclass(frozen=True)
class ConfusionMatrix:
    """How often each class was taken for each other.

    Attributes
    ----------
    counts : ndarray of shape (classes, classes), int64
        ``counts[i, j]`` samples of true class i were predicted as class j.
    """

    counts: npt.NDArray[np.int64]

    @property
    def total(self) -> int:
        """How many samples were predicted."""
        return int(self.counts.sum())

    @property
    def right(self) -> int:
        """How many of them rightly."""
        return int(np.trace(self.counts))

    def shares(self, by: Literal["row", "column"]) -> npt.NDArray[np.float64]:
        """Return each row or column divided by its sum, 0 to 1; 0 where it has no samples.

        The diagonal then holds each class's recall (rows) or precision (columns).
        """
        return share_of(self.counts, self.counts.sum(axis=1 if by == "row" else 0, keepdims=True))

    def most_confused(self) -> tuple[int, int, int] | None:
        """Return (true, predicted, count) of the most frequent mistake, or None without mistakes."""
        mistakes = self.counts.copy()
        np.fill_diagonal(mistakes, 0)
        if not mistakes.any():
            return None
        true, predicted = np.unravel_index(int(mistakes.argmax()), mistakes.shape)
        return int(true), int(predicted), int(mistakes[true, predicted])


def confusion_matrix(probabilities: Probabilities, labels: Labels) -> ConfusionMatrix:
    """Count true against predicted classes.

    Parameters
    ----------
    probabilities : ndarray of shape (n, classes)
    labels : ndarray of shape (n,), int
    """
    classes = probabilities.shape[1]
    cells = labels.astype(np.int64) * classes + probabilities.argmax(axis=1)
    return ConfusionMatrix(np.bincount(cells, minlength=classes * classes).reshape(classes, classes))


def cell_samples(probabilities: Probabilities, labels: Labels, true: int, predicted: int) -> npt.NDArray[np.int64]:
    """Return the indices of one matrix cell's samples, the surest prediction first."""
    indices = np.flatnonzero((labels == true) & (probabilities.argmax(axis=1) == predicted))
    return indices[np.argsort(-probabilities[indices, predicted], kind="stable")]
