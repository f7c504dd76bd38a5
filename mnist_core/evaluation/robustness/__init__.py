"""How well a network reads images that are harder than those it learned from. NumPy only.

It knows corruptions and how to count right answers. What predicts is given to it.
"""

from mnist_core.evaluation.robustness.accuracy import AccuracyCurve, Trial, accuracy_curve, balanced_subset, try_out
from mnist_core.evaluation.robustness.corruptions import CORRUPTIONS, Corruption
from mnist_core.evaluation.robustness.settings import CorruptionSettings

__all__ = [
    "CORRUPTIONS",
    "AccuracyCurve",
    "Corruption",
    "CorruptionSettings",
    "Trial",
    "accuracy_curve",
    "balanced_subset",
    "try_out",
]
