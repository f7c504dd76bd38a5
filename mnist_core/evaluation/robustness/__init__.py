"""How well a network reads images that are harder than those it learned from. NumPy only.

It knows corruptions and how to count right answers. What predicts is given to it.
"""

from mnist_core.evaluation.robustness.accuracy import AccuracyCurve, Trial, accuracy_curve, balanced_subset, try_out
from mnist_core.evaluation.robustness.corruptions import CORRUPTIONS, Corruption
from mnist_core.evaluation.robustness.settings import CorruptionSettings
from mnist_core.evaluation.robustness.sureness import USUAL_SURENESS, sure_from

__all__ = [
    "CORRUPTIONS",
    "USUAL_SURENESS",
    "AccuracyCurve",
    "Corruption",
    "CorruptionSettings",
    "Trial",
    "accuracy_curve",
    "balanced_subset",
    "sure_from",
    "try_out",
]
