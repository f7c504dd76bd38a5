"""Many numbers for each image, drawn as points in a plane."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.analysis.explain.predicting import Map


@dataclass(frozen=True)
class Plane:
    """The plane in which points spread most: principal component analysis.

    Attributes
    ----------
    points : ndarray of shape (n, 2), float64
        Coordinates of each sample, centred.
    shares : ndarray of shape (2,), float64
        Part of the whole variance that each direction shows, 0 to 1.
    """

    points: Map
    shares: Map


@dataclass(frozen=True)
class PrincipalAxes:
    """Where the plane of some samples lies, so that others can be drawn in it too.

    Attributes
    ----------
    mean : ndarray of shape (d,), float64
    directions : ndarray of shape (2, d), float64
        Of length 1.
    shares : ndarray of shape (2,), float64
        As of `Plane`.
    """

    mean: Map
    directions: Map
    shares: Map

    def points(self, features: npt.NDArray[np.floating]) -> Map:
        """Return the coordinates in the plane, of shape (n, 2), of samples of shape (n, d)."""
        return (features.astype(np.float64) - self.mean) @ self.directions.T


def principal_plane(features: npt.NDArray[np.floating]) -> Plane:
    """Return the plane of the first two principal components, the same one every time; see `principal_axes`."""
    axes = principal_axes(features)
    return Plane(axes.points(features), axes.shares)


def principal_axes(features: npt.NDArray[np.floating]) -> PrincipalAxes:
    """Return the first two principal components of samples.

    A direction's sign is arbitrary; here its largest loading is positive, as in scikit-learn.

    Parameters
    ----------
    features : ndarray of shape (n, d)
        At least two samples.
    """
    mean = features.mean(axis=0, dtype=np.float64)
    centred = features.astype(np.float64) - mean
    # The eigenvectors of the scatter are the singular vectors of the samples, four times as fast.
    variances, directions = np.linalg.eigh(centred.T @ centred)
    variances = np.append(np.maximum(variances[::-1], 0.0), 0.0)
    first_two = np.pad(directions.T[::-1][:2], ((0, max(0, 2 - len(directions))), (0, 0)))
    largest = np.abs(first_two).argmax(axis=1)
    first_two = first_two * np.where(first_two[np.arange(2), largest] < 0, -1.0, 1.0)[:, None]
    return PrincipalAxes(mean, first_two, variances[:2] / (variances.sum() or 1.0))


def same_neighbour(points: npt.NDArray[np.floating], labels: npt.NDArray[np.integer]) -> float:
    """Return the share of samples whose nearest neighbour has the same label, 0 to 1.

    Parameters
    ----------
    points : ndarray of shape (n, d)
        Coordinates in a plane, or all numbers of a layer.
    labels : ndarray of shape (n,), int
    """
    centred = points.astype(np.float64) - points.mean(axis=0, dtype=np.float64)
    squares = (centred**2).sum(axis=1)
    distances = squares[:, None] + squares[None] - 2 * centred @ centred.T
    np.fill_diagonal(distances, np.inf)
    return float(np.mean(labels[distances.argmin(axis=1)] == labels))
