"""Judging a model by its stored probabilities. NumPy only."""

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

__all__ = [
    "ClassScores",
    "ConfusionMatrix",
    "accuracy",
    "cell_samples",
    "class_scores",
    "confusion_matrix",
    "cross_entropy",
    "mistakes",
]
