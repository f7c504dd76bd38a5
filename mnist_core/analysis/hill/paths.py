"""The paths that trainings took through the space of all weights, and the plane in which they spread most.

As in Li et al. 2018, "Visualizing the Loss Landscape of Neural Nets", section 7.2: principal components of the kept
weights, less those of the end; the plane goes through the end (https://arxiv.org/abs/1712.09913).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.errors import ArtifactMissingError
from mnist_core.film import Film
from mnist_core.models.weights import Weights

Points = npt.NDArray[np.float64]

_FEWEST = 3  # points that span a plane
_ROUNDING = 1e-9  # of the largest variance: what is smaller comes from rounding, and is no direction


@dataclass(frozen=True)
class KeptPath:
    """Where a training came by.

    Attributes
    ----------
    epochs : tuple of float
        Of each kept moment, rising; 0 is before training.
    weights : tuple of mapping of str to ndarray
        The weights of each, by layer and variable, in half precision.
    lost : int
        How many moments more kept weights that are beyond all numbers, as those of a training that diverges.
    """

    epochs: tuple[float, ...]
    weights: tuple[Mapping[str, npt.NDArray[np.float16]], ...]
    lost: int = 0


def kept_path(film: Film) -> KeptPath:
    """Return the path of a run's film.

    Raises
    ------
    ArtifactMissingError
        If fewer than three moments have weights that are numbers, or if they are damaged.
    """
    kept = [(moment.epoch, film.weights(at)) for at, moment in enumerate(film.moments) if moment.has_weights]
    whole = [(epoch, weights) for epoch, weights in kept if all(np.isfinite(a).all() for a in weights.values())]
    if len(whole) < _FEWEST:
        raise ArtifactMissingError(
            "The film of this run keeps the weights of too few moments for a path: {n}. Three are needed.",
            n=len(whole),
        )
    epochs, weights = zip(*whole, strict=True)
    return KeptPath(epochs, weights, len(kept) - len(whole))


@dataclass(frozen=True)
class PathPlane:
    """A plane in the space of all weights.

    Means and variances of batch normalization are found out and not trained: they say nothing about where the plane
    lies, and go along with the weights (by least squares over the moments).

    Attributes
    ----------
    origin : mapping of str to ndarray, float32
        The weights at (0, 0): those with which the first path ends.
    across, up : mapping of str to ndarray, float32
        Its two directions. All trained weights in a row, they have length 1 and stand at right angles.
    points : tuple of ndarray of shape (n, 2), float64
        Of each path the points of the plane that are nearest to its moments.
    beside : tuple of ndarray of shape (n,), float64
        Of each path the Euclidean distances of its moments from the plane.
    shares : tuple of float
        Of each path: which part of the variance of its weights the plane shows, 0 to 1.
    """

    origin: Weights
    across: Weights
    up: Weights
    points: tuple[Points, ...]
    beside: tuple[Points, ...]
    shares: tuple[float, ...]

    def weights_at(self, x: float, y: float) -> Weights:
        """Return the weights at a point of the plane, float32."""
        found = {}
        for name, start in self.origin.items():
            moved = start + np.float32(x) * self.across[name] + np.float32(y) * self.up[name]
            found[name] = np.maximum(moved, 0) if name.endswith("/moving_variance") else moved
        return found


def path_plane(paths: Sequence[KeptPath]) -> PathPlane:
    """Return the plane of the two directions in which some paths of one network spread most.

    Of several each counts as much as another: moments are weighted by one over the variance of their path.

    A direction's sign is arbitrary; here the first path comes from the left and from above.

    Parameters
    ----------
    paths : sequence of KeptPath
        At least one.

    Raises
    ------
    ArtifactMissingError
        If they don't spread in two directions: nothing was learned.
    """
    moments = [weights for path in paths for weights in path.weights]
    end = len(paths[0].weights) - 1
    products = _products(moments, end)
    borders = np.cumsum([len(path.weights) for path in paths])[:-1]
    parts = np.split(np.arange(len(moments)), borders)
    # Each path counts as much as another, however far it went: a short one would have no say beside one that diverges.
    counts = np.concatenate([np.full(len(part), 1 / (_variance(products[np.ix_(part, part)]) or 1)) for part in parts])
    centring = np.sqrt(counts)[:, None] * (np.eye(len(counts)) - counts / counts.sum())
    variances, vectors = np.linalg.eigh(centring @ products @ centring.T)
    largest = variances[:-3:-1]
    if largest[1] <= _ROUNDING * max(largest[0], np.finfo(np.float64).tiny):
        raise ArtifactMissingError("The weights of this run went in one direction only, or not at all: no plane.")
    mixes = centring.T @ vectors[:, :-3:-1] / np.sqrt(largest)
    points = products @ mixes
    turned = np.where(points[0] * (1, -1) > 0, -1.0, 1.0)
    mixes, points = mixes * turned, points * turned
    beside = np.sqrt(np.maximum(np.diag(products) - (points**2).sum(axis=1), 0.0))
    return PathPlane(
        {name: np.asarray(values, np.float32) for name, values in moments[end].items()},
        _mixed(moments, end, mixes[:, 0]),
        _mixed(moments, end, mixes[:, 1]),
        tuple(points[part] for part in parts),
        tuple(beside[part] for part in parts),
        tuple(_share(points[part], products[np.ix_(part, part)]) for part in parts),
    )


def _products(moments: Sequence[Mapping[str, npt.NDArray[np.float16]]], end: int) -> Points:
    """Return the inner products of all moments' differences from one of them, over all that is trained."""
    products = np.zeros((len(moments), len(moments)))
    for name in moments[end]:
        if "/moving_" not in name:
            rows = _differences(moments, end, name)
            products += rows @ rows.T
    return products


def _differences(moments: Sequence[Mapping[str, npt.NDArray[np.float16]]], end: int, name: str) -> Points:
    rows: Points = np.stack([weights[name].ravel() for weights in moments]).astype(np.float64)
    rows -= rows[end].copy()
    return rows


def _mixed(moments: Sequence[Mapping[str, npt.NDArray[np.float16]]], end: int, mix: Points) -> Weights:
    """Return the sum of all moments' differences from one of them, each times its number."""
    return {
        name: (mix @ _differences(moments, end, name)).astype(np.float32).reshape(values.shape)
        for name, values in moments[end].items()
    }


def _variance(products: Points) -> float:
    """Return the sum of the squared distances of a path's moments from their mean."""
    return float(np.trace(products) - products.sum() / len(products))


def _share(points: Points, products: Points) -> float:
    """Return which part of a path's variance its points show."""
    whole = _variance(products)
    shown = ((points - points.mean(axis=0)) ** 2).sum()
    return float(min(1.0, shown / whole)) if whole > 0 else 1.0
