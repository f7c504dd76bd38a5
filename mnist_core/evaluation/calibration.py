"""Whether a model is as often right as it is sure. NumPy only."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.evaluation.matrix import Labels, Probabilities

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Reliability:
    """Predictions sorted into bins by their confidence, the probability of the predicted class.

    Attributes
    ----------
    edges : ndarray of shape (bins + 1,)
        From 0 to 1; a bin holds its upper edge.
    right, wrong : ndarray of shape (bins,), int64
        Predictions in each bin.
    confidence, accuracy : ndarray of shape (bins,)
        Their mean confidence and the share of right ones; NaN in an empty bin.
    """

    edges: Values
    right: npt.NDArray[np.int64]
    wrong: npt.NDArray[np.int64]
    confidence: Values
    accuracy: Values

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """Predictions in each bin, right or wrong."""
        counts: npt.NDArray[np.int64] = self.right + self.wrong
        return counts

    @property
    def expected_calibration_error(self) -> float:
        """Mean distance of accuracy from confidence, each bin by its number of predictions; 0 is best.

        Naeini, Cooper and Hauskrecht (2015); Guo et al., "On calibration of modern neural networks" (2017).
        """
        filled = self.counts > 0
        gaps = np.abs(self.accuracy[filled] - self.confidence[filled])
        return float(np.average(gaps, weights=self.counts[filled])) if filled.any() else float("nan")


def reliability(probabilities: Probabilities, labels: Labels, bins: int = 10) -> Reliability:
    """Sort predictions into bins of equal width.

    Parameters
    ----------
    probabilities : ndarray of shape (n, classes)
    labels : ndarray of shape (n,), int
    bins : int
    """
    confidence = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == labels
    bin_of = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    counts = np.bincount(bin_of, minlength=bins)
    hits = np.bincount(bin_of, weights=right, minlength=bins)
    with np.errstate(invalid="ignore"):  # 0 / 0 is NaN: nothing is known of an empty bin
        mean_confidence = np.bincount(bin_of, weights=confidence, minlength=bins) / counts
        accuracy = hits / counts
    whole_hits = hits.astype(np.int64)
    return Reliability(np.linspace(0.0, 1.0, bins + 1), whole_hits, counts - whole_hits, mean_confidence, accuracy)


@dataclass(frozen=True)
class SureAnswers:
    """What happens if a model answers only when it is sure.

    Attributes
    ----------
    thresholds : ndarray of shape (n,), 0 to 1
        Least confidence for an answer.
    answered : ndarray of shape (n,)
        Share of samples that get an answer.
    accuracy : ndarray of shape (n,)
        Share of right ones among the answers; NaN where there is none.
    """

    thresholds: Values
    answered: Values
    accuracy: Values


def answer_when_sure(probabilities: Probabilities, labels: Labels, thresholds: Values) -> SureAnswers:
    """Return coverage and accuracy for each threshold.

    Parameters
    ----------
    probabilities : ndarray of shape (n, classes)
    labels : ndarray of shape (n,), int
    thresholds : ndarray of shape (m,), 0 to 1
    """
    confidence = probabilities.max(axis=1).astype(np.float64)
    order = np.argsort(confidence)
    hits = np.append(0, np.cumsum((probabilities.argmax(axis=1) == labels)[order][::-1]))
    answers = len(labels) - np.searchsorted(confidence[order], thresholds, side="left")
    with np.errstate(invalid="ignore", divide="ignore"):
        return SureAnswers(thresholds, answers / len(labels), hits[answers] / answers)


def least_confidence(probabilities: Probabilities, labels: Labels, accuracy: float) -> float:
    """Return the least confidence from which on a share `accuracy` of the answers is right.

    Parameters
    ----------
    probabilities : ndarray of shape (n, classes)
    labels : ndarray of shape (n,), int
    accuracy : float
        0 to 1.

    Returns
    -------
    float
        0 to 1; infinite where not even the surest answers are so often right.
    """
    confidence = probabilities.max(axis=1).astype(np.float64)
    order = np.argsort(-confidence, kind="stable")
    right = np.cumsum((probabilities.argmax(axis=1) == labels)[order])
    # Answers of equal confidence are given together, or not at all.
    last = np.append(np.diff(confidence[order]) != 0, True)[: len(order)]
    enough = np.flatnonzero(last & (right >= accuracy * np.arange(1, len(order) + 1)))
    return float(confidence[order[enough[-1]]]) if len(enough) else float("inf")
