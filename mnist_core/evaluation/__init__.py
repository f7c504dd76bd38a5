"""Judging a model by its probabilities. NumPy only."""

from mnist_core.evaluation.scores import (
    ClassScores,
    ConfusionMatrix,
    accuracy,
    cell_samples,
    class_scores,
    confusion_matrix,
    cross_entropy,
    mistakes,
)
from mnist_core.evaluation.significance import wilson_interval

__all__ = [
    "ClassScores",
    "ConfusionMatrix",
    "accuracy",
    "cell_samples",
    "class_scores",
    "confusion_matrix",
    "cross_entropy",
    "mistakes",
    "wilson_interval",
]
