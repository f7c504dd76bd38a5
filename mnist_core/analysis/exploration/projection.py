"""Images as points in few dimensions, by principal component analysis."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.analysis.exploration.scanning import Images, rows


@dataclass(frozen=True)
class Projection:
    """The directions in which images differ most.

    Attributes
    ----------
    mean : ndarray of shape (784,), float64
    components : ndarray of shape (dimensions, 784), float64
        Orthogonal directions of length 1, the one with most variance first. The largest entry of
        each is positive, so that the same images give the same map everywhere.
    explained : ndarray of shape (dimensions,), float64
        Share of the variance along each direction, 0 to 1.
    """

    mean: npt.NDArray[np.float64]
    components: npt.NDArray[np.float64]
    explained: npt.NDArray[np.float64]

    def __call__(self, x: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """Return the coordinates, of shape (n, dimensions), of rows of shape (n, 784)."""
        coordinates: npt.NDArray[np.float64] = (x - self.mean) @ self.components.T
        return coordinates


def pca(images: Images, dimensions: int) -> Projection:
    """Find the `dimensions` directions in which images of shape (n, 28, 28), uint8, differ most."""
    x = rows(images).astype(np.float64)
    mean = x.mean(axis=0)
    covariance = (x - mean).T @ (x - mean) / max(len(x) - 1, 1)
    variances, directions = np.linalg.eigh(covariance)  # smallest first
    components = directions[:, ::-1][:, :dimensions].T
    largest = np.take_along_axis(components, np.abs(components).argmax(axis=1)[:, None], axis=1)
    total = max(float(variances.sum()), np.finfo(np.float64).tiny)
    return Projection(mean, components * np.where(largest < 0, -1.0, 1.0), variances[::-1][:dimensions] / total)


def sample_indices(n: int, samples: int, seed: int) -> npt.NDArray[np.int64]:
    """Return `samples` different indices below `n` by chance, in rising order; all where there are fewer."""
    if samples >= n:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, samples, replace=False))
