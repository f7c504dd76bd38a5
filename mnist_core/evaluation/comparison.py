"""Two models on the same samples. NumPy only."""

from dataclasses import dataclass
from math import comb

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
        share: float = 2 * sum(comb(tosses, k) for k in range(smaller + 1)) / (1 << tosses)
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


def _surest(probabilities: Probabilities, chosen: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    indices = np.flatnonzero(chosen)
    return indices[np.argsort(-probabilities[indices].max(axis=1), kind="stable")]
