"""The training images that are nearest to an image."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.analysis.exploration.scanning import Images, batches, rows, squared_lengths


@dataclass(frozen=True)
class Neighbours:
    """The nearest images of each query, nearest first.

    Attributes
    ----------
    indices : ndarray of shape (queries, k), int64
    distances : ndarray of shape (queries, k), float32
        Euclidean, with pixels from 0 to 1: two images of 784 pixels are at most 28 apart.
    """

    indices: npt.NDArray[np.int64]
    distances: npt.NDArray[np.float32]


def nearest(images: Images, queries: Images, k: int) -> Neighbours:
    """Return the `k` images nearest to each query. Exact: every image is looked at.

    Parameters
    ----------
    images : ndarray of shape (n, 28, 28), uint8
    queries : ndarray of shape (m, 28, 28), uint8
        Memory grows with m: 16 kB for each query.
    k : int
        At most n.
    """
    x = rows(queries)
    lengths = squared_lengths(x)[:, None]
    best_indices = np.zeros((len(x), 0), np.int64)
    best = np.zeros((len(x), 0), np.float32)
    for part, batch in batches(images):
        y = rows(batch)
        # |x - y|^2 = |x|^2 - 2 x.y + |y|^2: a product of matrices is much faster than differences.
        squared = lengths - 2 * (x @ y.T) + squared_lengths(y)
        best = np.hstack([best, squared])
        best_indices = np.hstack([best_indices, np.broadcast_to(np.arange(part.start, part.stop), squared.shape)])
        if best.shape[1] > k:
            keep = np.argpartition(best, k - 1, axis=1)[:, :k]
            best, best_indices = np.take_along_axis(best, keep, 1), np.take_along_axis(best_indices, keep, 1)
    order = np.lexsort((best_indices, best), axis=1)
    squared = np.take_along_axis(best, order, 1)
    return Neighbours(np.take_along_axis(best_indices, order, 1), np.sqrt(np.maximum(squared, 0.0)))
