"""One class against all others, at every threshold: ROC and precision-recall curves. NumPy only."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.evaluation.matrix import Labels, Probabilities, share_of

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class RankingCurve:
    """A curve over all thresholds, the strictest first.

    Attributes
    ----------
    x, y : ndarray of shape (n,), float64, 0 to 1
        ROC: share of the others that pass (false positive rate) and share of the class that passes (true
        positive rate, recall). Precision-recall: recall and precision.
    thresholds : ndarray of shape (n,), float64
        A sample passes if its probability is at least this; infinity where none does.
    area : float
        ROC: area under the curve, the chance that a sample of the class gets a higher probability than one of
        the others. Precision-recall: average precision, the sum of precision times the step in recall. NaN where
        the class has no samples, or the others have none.
    """

    x: Values
    y: Values
    thresholds: Values
    area: float


def roc_curve(probabilities: Probabilities, labels: Labels, label: int) -> RankingCurve:
    """Return the ROC curve of one class (Fawcett, "An introduction to ROC analysis", 2006).

    Parameters
    ----------
    probabilities : ndarray of shape (n, classes)
    labels : ndarray of shape (n,), int
    label : int
        The class.
    """
    thresholds, hits, false_alarms = _cumulated(probabilities[:, label], labels == label)
    x = np.concatenate([[0.0], share_of(false_alarms, false_alarms[-1])])
    y = np.concatenate([[0.0], share_of(hits, hits[-1])])
    known = hits[-1] > 0 and false_alarms[-1] > 0
    return RankingCurve(x, y, np.concatenate([[np.inf], thresholds]), float(np.trapezoid(y, x)) if known else np.nan)


def precision_recall_curve(probabilities: Probabilities, labels: Labels, label: int) -> RankingCurve:
    """Return the precision-recall curve of one class; parameters as of `roc_curve`."""
    thresholds, hits, false_alarms = _cumulated(probabilities[:, label], labels == label)
    precision = share_of(hits, hits + false_alarms)
    recall = share_of(hits, hits[-1])
    area = float(np.sum(np.diff(recall, prepend=0.0) * precision)) if hits[-1] else np.nan
    return RankingCurve(recall, precision, thresholds, area)


def _cumulated(scores: Probabilities, positive: npt.NDArray[np.bool_]) -> tuple[Values, Values, Values]:
    """Return each threshold at which something changes, with the hits and false alarms from it upwards."""
    order = np.argsort(-scores, kind="stable")
    thresholds = scores[order].astype(np.float64)
    # Samples of one probability pass together.
    last = np.append(np.flatnonzero(np.diff(thresholds)), len(thresholds) - 1)
    hits = np.cumsum(positive[order])[last].astype(np.float64)
    return thresholds[last], hits, last + 1.0 - hits
