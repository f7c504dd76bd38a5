"""What a network looked at, and what its parts do.

Maps over an image need only a function that predicts, so they work with every exported model, of any version; what
moved while a network learned needs its film. It knows nothing else of runs, and draws nothing:
`mnist_core.figures.explain` and `mnist_core.figures.film` do.
"""

from mnist_core.analysis.explain.contrast import Removal, remove_pixels
from mnist_core.analysis.explain.cost import expected_seconds
from mnist_core.analysis.explain.film_map import FilmMap, Followed, film_map, follow
from mnist_core.analysis.explain.kernels import filter_slices, kernel_images
from mnist_core.analysis.explain.occlusion import Occlusion, occlude
from mnist_core.analysis.explain.plane import Plane, PrincipalAxes, principal_axes, principal_plane, same_neighbour
from mnist_core.analysis.explain.predicting import Predict, log_probabilities
from mnist_core.analysis.explain.sensitivity import Sensitivity, measure_sensitivity
from mnist_core.analysis.explain.worst_case import EPSILONS, WorstCase, find_worst_case, worst_case_curves

__all__ = [
    "EPSILONS",
    "FilmMap",
    "Followed",
    "Occlusion",
    "Plane",
    "Predict",
    "PrincipalAxes",
    "Removal",
    "Sensitivity",
    "WorstCase",
    "expected_seconds",
    "film_map",
    "filter_slices",
    "find_worst_case",
    "follow",
    "kernel_images",
    "log_probabilities",
    "measure_sensitivity",
    "occlude",
    "principal_axes",
    "principal_plane",
    "remove_pixels",
    "same_neighbour",
    "worst_case_curves",
]
