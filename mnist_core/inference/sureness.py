"""From which confidence on a network's answer to a drawing may be given as an answer."""

import numpy as np

from mnist_core.config import DataConfig
from mnist_core.datasets import Dataset
from mnist_core.evaluation import least_confidence
from mnist_core.evaluation.robustness.accuracy import Labels, Predict, balanced_subset
from mnist_core.evaluation.robustness.corruptions import Images
from mnist_core.evaluation.robustness.geometry import affine
from mnist_core.inference.classifier import open_classifier
from mnist_core.store import RunFiles

USUAL_SURENESS = 0.95
"""What is taken until the network's own value is known; those of the recipes lie between 0.85 and 0.995."""

# Drawings differ more from one another than the images a network learned from, and on those it is too sure: where 99 %
# of a small CNN's answers to MNIST are right, 90 % of those to strangers' drawings are. Turned and resized images are
# about as hard as drawings (benchmarks/README.md has both).
_RIGHT = 0.99
_TURN = 25.0  # degrees
_RESIZE = 1.25  # factor
_IMAGES = 2000
_WAYS = 50
_SEED = 0


def sure_from(predict: Predict, images: Images, labels: Labels) -> float:
    """Return the least confidence at which 99 % of a network's answers to turned and resized images are right.

    Parameters
    ----------
    predict : callable
        See `Predict`.
    images : ndarray of shape (n, 28, 28), uint8
        None that the network learned from; of many only 2,000 are used.
    labels : ndarray of shape (n,), int

    Returns
    -------
    float
        0 to 1; infinite for a network that may never be sure.
    """
    chosen = balanced_subset(labels, _IMAGES, _SEED)
    varied = np.array(images[chosen])
    rng = np.random.default_rng(_SEED)
    for way in range(_WAYS):
        turn, size = rng.uniform(-_TURN, _TURN), _RESIZE ** rng.uniform(-1, 1)
        varied[way::_WAYS] = affine(varied[way::_WAYS], rotation=turn, scale=size)
    return least_confidence(predict(varied), labels[chosen], _RIGHT)


def measure_sureness(files: RunFiles, dataset: Dataset, config: DataConfig) -> float:
    """Return the confidence from which on a run's network counts as sure, measured on images it did not learn from.

    Those of its validation set, or of the test set where it has none; see `sure_from`. Takes a second.

    Raises
    ------
    ArtifactMissingError
        As `open_classifier`.
    """
    images, labels = dataset.split("validation", config)
    if not len(labels):
        images, labels = dataset.split("test", config)
    return sure_from(open_classifier(files).predict, images, labels)
