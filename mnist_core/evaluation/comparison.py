"""Two models on the same samples. NumPy only."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from mnist_core.evaluation.matrix import Labels, Probabilities


@dataclass(frozen=True)
class Comparison:
    """Which of two models is right about each sample.

    Attributes
    ----------
    only_first, only_second : ndarray of int64
        Indices of the samples that only one of them gets right, the surest right answer first.
    both, neither : int
        How many samples both or none get right.
    """

    only_first: npt.NDArray[np.int64]
    only_second: npt.NDArray[np.int64]
    both: int
    neither: int

    @property
    def p_value(self) -> float:
        """Chance of a difference at least this large if both were equally good: McNemar's exact test.

        Each sample about which they disagree is then a coin toss. Q. McNemar, Psychometrika 12 (1947); the
        exact form, two-sided: 2 * P(X <= smaller), X binomial with p = 1/2, at most 1.
        """
        smaller, larger = sorted((len(self.only_first), len(self.only_second)))
        tosses = smaller + larger
        if smaller == larger:
            return 1.0
        ways = of_k = 1
        # Each coefficient from the one before: they have thousands of digits.
        for k in range(1, smaller + 1):
            of_k = of_k * (tosses - k + 1) // k
            ways += of_k
        share: float = 2 * ways / (1 << tosses)
        return min(1.0, share)


def compare(first: Probabilities, second: Probabilities, labels: Labels) -> Comparison:
    """Compare two models on the same samples.

    Parameters
    ----------
    first, second : ndarray of shape (n, classes)
        Probabilities of both models.
    labels : ndarray of shape (n,), int
    """
    one, two = first.argmax(axis=1) == labels, second.argmax(axis=1) == labels
    return Comparison(
        _surest(first, one & ~two), _surest(second, two & ~one), int((one & two).sum()), int((~one & ~two).sum())
    )


@dataclass(frozen=True)
class RecallDifference:
    """By how much one of two models finds more of each class; arrays of shape (classes,).

    Attributes
    ----------
    difference : ndarray of float64
        Recall of the first minus that of the second, -1 to 1; 0 for a class without samples.
    low, high : ndarray of float64
        95 % interval of the difference, -1 to 1.
    only_first, only_second : ndarray of int64
        How many samples of the class only one of them gets right.
    support : ndarray of int64
        Samples of the class.
    """

    difference: npt.NDArray[np.float64]
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]
    only_first: npt.NDArray[np.int64]
    only_second: npt.NDArray[np.int64]
    support: npt.NDArray[np.int64]


def recall_difference(
    first: Probabilities, second: Probabilities, labels: Labels, confidence: float = 0.95
) -> RecallDifference:
    """Compare how much two models find of each class, on the same samples; parameters as for `compare`.

    Both saw the same samples, so only those about which they disagree count, which makes the interval narrower than
    that of two separate test sets. It is Wald's with half a sample added to each of the four cells: A. Agresti and
    Y. Min, "Simple improved confidence intervals for comparing matched proportions", Statistics in Medicine 24 (2005).
    """
    classes = first.shape[1]
    one, two = first.argmax(axis=1) == labels, second.argmax(axis=1) == labels
    counts = [np.bincount(labels[chosen], minlength=classes) for chosen in (one & ~two, two & ~one)]
    support = np.bincount(labels, minlength=classes)
    n, b, c = support + 2.0, counts[0] + 0.5, counts[1] + 0.5
    centre = (b - c) / n
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * np.sqrt(b + c - (b - c) ** 2 / n) / n
    return RecallDifference(
        (counts[0] - counts[1]) / np.maximum(support, 1),
        np.maximum(centre - half, -1.0),
        np.minimum(centre + half, 1.0),
        counts[0],
        counts[1],
        support,
    )


def _surest(probabilities: Probabilities, chosen: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    indices = np.flatnonzero(chosen)
    return indices[np.argsort(-probabilities[indices].max(axis=1), kind="stable")]
