"""Simple rules that a network has to beat, judged on the same test set."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.analysis.exploration.neighbours import nearest
from mnist_core.analysis.exploration.projection import sample_indices
from mnist_core.analysis.exploration.scanning import batches, choose, rows, squared_lengths
from mnist_core.datasets import Dataset

VOTERS = 3  # nearest neighbours that vote, where nothing else is said
_QUERIES = 500


@dataclass(frozen=True)
class RuleResult:
    """What a rule reached.

    Attributes
    ----------
    test_accuracy : float
        Share of right answers on the whole test set, 0 to 1.
    train_size : int
        Number of training images that it used.
    """

    test_accuracy: float
    train_size: int


def majority_class(dataset: Dataset) -> RuleResult:
    """Judge the answer that is always the class most frequent in the training set (the first of equals)."""
    answer = int(np.bincount(dataset.y_train).argmax())
    return RuleResult(float(np.mean(dataset.y_test == answer)), len(dataset.y_train))


def nearest_mean(dataset: Dataset, means: npt.NDArray[np.float64]) -> RuleResult:
    """Answer with the class whose average training image is nearest.

    Parameters
    ----------
    dataset : Dataset
    means : ndarray of shape (classes, 28, 28), float64
        Of the training set, as `class_averages` gives them.
    """
    centres = means.reshape(len(means), -1).astype(np.float32)
    right = 0
    for part, batch in batches(dataset.x_test):
        # |x|^2 is the same for all classes.
        answers = (squared_lengths(centres) - 2 * (rows(batch) @ centres.T)).argmin(axis=1)
        right += int(np.sum(answers == dataset.y_test[part]))
    return RuleResult(right / len(dataset.y_test), len(dataset.y_train))


def k_nearest(
    dataset: Dataset, k: int, train_size: int, seed: int, progress: Callable[[float], None] = lambda _: None
) -> RuleResult:
    """Let the `k` nearest of `train_size` training images vote; the lowest class wins a tie.

    Parameters
    ----------
    dataset : Dataset
    k : int
    train_size : int
        So many training images, chosen by `seed`, are compared with each test image.
    seed : int
    progress : callable
        Told the share that is done, 0 to 1.
    """
    chosen = sample_indices(len(dataset.x_train), train_size, seed)
    images, labels = choose(dataset.x_train, chosen), dataset.y_train[chosen]
    tests, right = len(dataset.x_test), 0
    for start in range(0, tests, _QUERIES):
        part = slice(start, min(start + _QUERIES, tests))
        found = labels[nearest(images, dataset.x_test[part], min(k, len(images))).indices]
        votes = np.eye(dataset.spec.num_classes, dtype=np.int64)[found].sum(axis=1)
        right += int(np.sum(votes.argmax(axis=1) == dataset.y_test[part]))
        progress(part.stop / tests)
    return RuleResult(right / tests, len(chosen))
