"""What a table of probabilities says about a model. NumPy only: no model, no files."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.evaluation.matrix import ConfusionMatrix, Labels, Probabilities, share_of

# Keras clips probabilities to [1e-7, 1 - 1e-7] before the logarithm (keras.config.epsilon()).
_EPSILON = 1e-7


def accuracy(probabilities: Probabilities, labels: Labels) -> float:
    """Return the share of samples whose most probable class is the right one, 0 to 1.

    Parameters
    ----------
    probabilities : ndarray of shape (n, classes)
    labels : ndarray of shape (n,), int
    """
    return float(np.mean(probabilities.argmax(axis=1) == labels)) if len(labels) else float("nan")


def cross_entropy(probabilities: Probabilities, labels: Labels) -> float:
    """Return the mean of -log(probability of the right class), as Keras computes it."""
    if not len(labels):
        return float("nan")
    normalised = probabilities / probabilities.sum(axis=1, keepdims=True)
    right = normalised[np.arange(len(labels)), labels].astype(np.float64)
    return float(np.mean(-np.log(np.clip(right, _EPSILON, 1.0 - _EPSILON))))


@dataclass(frozen=True)
class ClassScores:
    """Precision, recall and F1 of each class, arrays of shape (classes,), 0 to 1.

    A value without a meaning (no sample predicted as the class, say) is 0, as in scikit-learn.
    """

    precision: npt.NDArray[np.float64]
    recall: npt.NDArray[np.float64]
    f1: npt.NDArray[np.float64]
    support: npt.NDArray[np.int64]


def class_scores(matrix: ConfusionMatrix) -> ClassScores:
    """Return the scores of each class."""
    right = np.diag(matrix.counts).astype(np.float64)
    predicted, support = matrix.counts.sum(axis=0), matrix.counts.sum(axis=1)
    precision = share_of(right, predicted)
    recall = share_of(right, support)
    return ClassScores(precision, recall, share_of(2 * precision * recall, precision + recall), support)


def mistakes(probabilities: Probabilities, labels: Labels) -> npt.NDArray[np.int64]:
    """Return the indices of all wrongly predicted samples, the surest mistake first."""
    indices = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    return indices[np.argsort(-probabilities[indices].max(axis=1), kind="stable")]
