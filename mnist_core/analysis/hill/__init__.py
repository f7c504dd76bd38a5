"""Down the hill: the loss along the path that training took, and the same with a single weight.

Knows kept moments of runs (`mnist_core.film`), and how the network of any weights answers. Nothing here trains, and
nothing is drawn: `mnist_core.figures.hill` does.
"""

from mnist_core.analysis.hill.one_weight import RATES, START, STEPS, OneWeight, Rolling, one_weight
from mnist_core.analysis.hill.paths import KeptPath, PathPlane, kept_path, path_plane
from mnist_core.analysis.hill.surface import LossSlice, PathOnSlice, Resolution, loss_slice, mean_loss, resolution

__all__ = [
    "RATES",
    "START",
    "STEPS",
    "KeptPath",
    "LossSlice",
    "OneWeight",
    "PathOnSlice",
    "PathPlane",
    "Resolution",
    "Rolling",
    "kept_path",
    "loss_slice",
    "mean_loss",
    "one_weight",
    "path_plane",
    "resolution",
]
