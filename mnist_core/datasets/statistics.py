"""Counting what is in a dataset."""

import numpy as np
import numpy.typing as npt

from mnist_core.config import DataConfig, RunConfig
from mnist_core.config.datasets import PEN_STROKES, get_spec
from mnist_core.datasets.load import SPLITS, STROKES_COUNT, Dataset


def class_counts(dataset: Dataset, config: DataConfig) -> dict[str, npt.NDArray[np.int64]]:
    """Return the number of images of each class, for each split.

    Returns
    -------
    dict of split name to ndarray of shape (classes,), int64
    """
    return {name: np.bincount(dataset.split(name, config)[1], minlength=dataset.spec.num_classes) for name in SPLITS}


def training_images(config: RunConfig) -> int:
    """Return how many images an epoch of a run goes through, without those that are kept aside for validation."""
    if config.fine_tune is not None:
        return config.fine_tune.size
    images = config.data.n_used
    if config.uses_validation:
        images = int(images * (1.0 - config.data.validation_split))
    if config.data.pen_strokes:
        images += STROKES_COUNT * get_spec(PEN_STROKES.id).n_train
    return images


def indices_of_class(labels: npt.NDArray[np.uint8], label: int | None) -> npt.NDArray[np.int64]:
    """Return the positions of one class in `labels`, or all positions where `label` is None."""
    if label is None:
        return np.arange(len(labels))
    return np.flatnonzero(labels == label)


def one_hot(label: int, num_classes: int) -> npt.NDArray[np.float32]:
    """Return a label as a vector of zeros with a single one, float32."""
    vector = np.zeros(num_classes, dtype=np.float32)
    vector[label] = 1.0
    return vector
