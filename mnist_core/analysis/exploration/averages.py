"""The average image of each class, how far its images spread, and which are typical."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.analysis.exploration.scanning import Images, batches, rows

Labels = npt.NDArray[np.integer]


@dataclass(frozen=True)
class ClassAverages:
    """Mean and spread of the classes' images.

    Attributes
    ----------
    means : ndarray of shape (classes, 28, 28), float64
        Mean of each pixel, 0 to 1; 0 for a class without images.
    spreads : ndarray of shape (classes, 28, 28), float64
        Standard deviation of each pixel (divided by n), 0 to 0.5.
    distances : ndarray of shape (n,), float32
        Euclidean distance of each image from the mean of its class: the root of the summed squared
        pixel differences.
    """

    means: npt.NDArray[np.float64]
    spreads: npt.NDArray[np.float64]
    distances: npt.NDArray[np.float32]


def class_averages(images: Images, labels: Labels, num_classes: int) -> ClassAverages:
    """Return what the images of each class have in common.

    Parameters
    ----------
    images : ndarray of shape (n, 28, 28), uint8
    labels : ndarray of shape (n,), int
    num_classes : int
    """
    sums, squares = np.zeros((num_classes, images[0].size)), np.zeros((num_classes, images[0].size))
    counts = np.maximum(np.bincount(labels, minlength=num_classes), 1)[:, None]
    # Sums, and no products of matrices: beside a training these wait for each other's processor.
    for part, batch in batches(images):
        x = batch.reshape(len(batch), -1)
        for label in range(num_classes):
            sums[label] += x[labels[part] == label].sum(axis=0, dtype=np.uint32)
    means = sums / counts / 255
    # In a second pass: a mean of squares minus the square of the mean loses its digits.
    centres, distances = means.astype(np.float32), np.empty(len(images), np.float32)
    for part, batch in batches(images):
        squared = np.square(rows(batch) - centres[labels[part]])
        distances[part] = np.sqrt(squared.sum(axis=1))
        for label in range(num_classes):
            squares[label] += squared[labels[part] == label].sum(axis=0)
    shape = (num_classes, *images.shape[1:])
    return ClassAverages(means.reshape(shape), np.sqrt(squares / counts).reshape(shape), distances)


def by_typicality(distances: npt.NDArray[np.float32], labels: Labels, label: int) -> npt.NDArray[np.int64]:
    """Return the indices of a class's images, nearest to the class's mean first."""
    indices = np.flatnonzero(labels == label)
    return indices[np.argsort(distances[indices], kind="stable")]


@dataclass(frozen=True)
class PixelHistogram:
    """How often each strength of ink occurs.

    Attributes
    ----------
    counts : ndarray of shape (256,), int64
        Number of pixels of each value.
    """

    counts: npt.NDArray[np.int64]

    @property
    def empty_share(self) -> float:
        """Share of the pixels without ink (value 0), 0 to 1."""
        return float(self.counts[0] / self.counts.sum())

    def binned(self, bins: int = 15) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return the first value of each bin and its number of pixels, for the values 1 to 255.

        `bins` should divide 255, so that all bins are equally wide.
        """
        edges = np.linspace(1, 256, bins + 1).astype(np.int64)
        return edges[:-1], np.add.reduceat(self.counts, edges[:-1])


def pixel_histogram(images: Images) -> PixelHistogram:
    """Count the pixel values of all images of shape (n, 28, 28), uint8."""
    counts = np.zeros(256, np.int64)
    for _, batch in batches(images):
        counts += np.bincount(batch.ravel(), minlength=256)
    return PixelHistogram(counts)
