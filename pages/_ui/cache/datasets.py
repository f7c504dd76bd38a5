"""What many visitors ask about a dataset, computed once; results are shared and must not be changed."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.analysis.exploration import (
    ClassAverages,
    Neighbours,
    PixelHistogram,
    RuleResult,
    choose,
    class_averages,
    exact_duplicates,
    majority_class,
    nearest,
    nearest_mean,
    pca,
    pixel_histogram,
    sample_indices,
)
from mnist_core.store import MAP_SAMPLES
from pages._ui.cache.results import dataset
from pages._ui.parts.gallery import sheet
from pages._ui.shell.kept import kept


@kept(max_entries=4)
def averages(dataset_id: str) -> ClassAverages:
    """Return what the training images of each class have in common."""
    data = dataset(dataset_id)
    return class_averages(data.x_train, data.y_train, data.spec.num_classes)


@kept(max_entries=4)
def pixels(dataset_id: str) -> PixelHistogram:
    """Return how often each strength of ink occurs in the training set."""
    return pixel_histogram(dataset(dataset_id).x_train)


@kept(max_entries=4)
def copies(dataset_id: str) -> npt.NDArray[np.int64]:
    """Return (training index, test index) of equal images."""
    data = dataset(dataset_id)
    return exact_duplicates(data.x_train, data.x_test)


@kept(max_entries=4)
def simple_rules(dataset_id: str) -> tuple[RuleResult, RuleResult]:
    """Return what the majority class and the nearest class mean reach."""
    data = dataset(dataset_id)
    return majority_class(data), nearest_mean(data, averages(dataset_id).means)


@kept(max_entries=256)
def neighbours(dataset_id: str, split: str, index: int, k: int) -> Neighbours:
    """Return the `k` training images nearest to a training or test image, without the image itself."""
    data = dataset(dataset_id)
    if split == "test":
        return nearest(data.x_train, data.x_test[index : index + 1], k)
    found = nearest(data.x_train, data.x_train[index : index + 1], k + 1)
    others = np.flatnonzero(found.indices[0] != index)[:k]
    return Neighbours(found.indices[:, others], found.distances[:, others])


@dataclass(frozen=True)
class SampleMap:
    """Training images as points.

    Attributes
    ----------
    indices : ndarray of shape (n,), int64
        In the training set.
    points : ndarray of shape (n, 2)
    explained : float
        Share of the variance that the two directions hold, 0 to 1.
    sheet : str
        All images side by side as one picture, `SHEET_COLUMNS` in a row.
    """

    indices: npt.NDArray[np.int64]
    points: npt.NDArray[np.float64]
    explained: float
    sheet: str


@kept(max_entries=4)
def pca_map(dataset_id: str) -> SampleMap:
    """Return the map along the two directions in which the images differ most."""
    data = dataset(dataset_id)
    indices = sample_indices(len(data.x_train), MAP_SAMPLES, seed=0)
    images = choose(data.x_train, indices)
    projection = pca(images, 2)
    points = projection(images.reshape(len(images), -1) / 255.0)
    return SampleMap(indices, points, float(projection.explained.sum()), sheet(images))
