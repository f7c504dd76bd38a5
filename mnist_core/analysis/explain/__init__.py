"""What a network looked at, and what its parts do.

Maps over an image need only a function that predicts, so they work with every exported model, of any version. It
knows nothing of runs, and draws nothing: `mnist_core.figures.explain` does.
"""

from mnist_core.analysis.explain.contrast import Removal, remove_pixels
from mnist_core.analysis.explain.cost import expected_seconds
from mnist_core.analysis.explain.kernels import filter_slices, kernel_images
from mnist_core.analysis.explain.occlusion import Occlusion, occlude
from mnist_core.analysis.explain.plane import Plane, principal_plane, same_neighbour
from mnist_core.analysis.explain.predicting import Predict, log_probabilities
from mnist_core.analysis.explain.sensitivity import Sensitivity, measure_sensitivity
from mnist_core.analysis.explain.worst_case import EPSILONS, WorstCase, find_worst_case, worst_case_curves

__all__ = [
    "EPSILONS",
    "Occlusion",
    "Plane",
    "Predict",
    "Removal",
    "Sensitivity",
    "WorstCase",
    "expected_seconds",
    "filter_slices",
    "find_worst_case",
    "kernel_images",
    "log_probabilities",
    "measure_sensitivity",
    "occlude",
    "principal_plane",
    "remove_pixels",
    "same_neighbour",
    "worst_case_curves",
]
