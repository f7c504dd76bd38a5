"""Judging a model by its probabilities. NumPy only.

It is given probabilities and labels, or a function that predicts. It knows no run, no file and no chart.
"""

from mnist_core.evaluation.calibration import (
    Reliability,
    SureAnswers,
    answer_when_sure,
    least_confidence,
    reliability,
)
from mnist_core.evaluation.change import Change, change
from mnist_core.evaluation.comparison import Comparison, RecallDifference, compare, recall_difference
from mnist_core.evaluation.matrix import ConfusionMatrix, cell_samples, confusion_matrix
from mnist_core.evaluation.overfitting import Overfitting, overfitting
from mnist_core.evaluation.ranking import RankingCurve, precision_recall_curve, roc_curve
from mnist_core.evaluation.rate import RateFinding, Zone, find_rate, rate_phrase, rate_words
from mnist_core.evaluation.scores import ClassScores, accuracy, class_scores, cross_entropy, mistakes
from mnist_core.evaluation.significance import holm, wilson_interval

__all__ = [
    "Change",
    "ClassScores",
    "Comparison",
    "ConfusionMatrix",
    "Overfitting",
    "RankingCurve",
    "RateFinding",
    "RecallDifference",
    "Reliability",
    "SureAnswers",
    "Zone",
    "accuracy",
    "answer_when_sure",
    "cell_samples",
    "change",
    "class_scores",
    "compare",
    "confusion_matrix",
    "cross_entropy",
    "find_rate",
    "holm",
    "least_confidence",
    "mistakes",
    "overfitting",
    "precision_recall_curve",
    "rate_phrase",
    "rate_words",
    "recall_difference",
    "reliability",
    "roc_curve",
    "wilson_interval",
]
