"""What is in a dataset: averages, typical images, neighbours, duplicates, a map, simple rules. NumPy only.

It knows arrays and their labels, and no network. It runs in the app's process too, so it hands the memory of a mapped
dataset back after each look at all of it (`scanning`).
"""

from mnist_core.analysis.exploration.averages import (
    ClassAverages,
    PixelHistogram,
    by_typicality,
    class_averages,
    pixel_histogram,
)
from mnist_core.analysis.exploration.doubts import Doubts, doubtful_labels
from mnist_core.analysis.exploration.duplicates import MOST_DIFFERENCE, exact_duplicates, near_duplicates
from mnist_core.analysis.exploration.neighbours import Neighbours, nearest
from mnist_core.analysis.exploration.projection import Projection, pca, sample_indices
from mnist_core.analysis.exploration.reviewed import REVIEWED, ReviewedLabel
from mnist_core.analysis.exploration.rules import VOTERS, RuleResult, k_nearest, majority_class, nearest_mean
from mnist_core.analysis.exploration.scanning import choose

__all__ = [
    "MOST_DIFFERENCE",
    "REVIEWED",
    "VOTERS",
    "ClassAverages",
    "Doubts",
    "Neighbours",
    "PixelHistogram",
    "Projection",
    "ReviewedLabel",
    "RuleResult",
    "by_typicality",
    "choose",
    "class_averages",
    "doubtful_labels",
    "exact_duplicates",
    "k_nearest",
    "majority_class",
    "near_duplicates",
    "nearest",
    "nearest_mean",
    "pca",
    "pixel_histogram",
    "sample_indices",
]
