"""The loss on a slice through the space of all weights: the real one, answered by the network of each point."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mnist_core.analysis.explain.cost import expected_seconds
from mnist_core.analysis.hill.paths import Points, kept_path, path_plane
from mnist_core.config import RunConfig
from mnist_core.datasets import Dataset
from mnist_core.evaluation import cross_entropy
from mnist_core.evaluation.robustness import balanced_subset
from mnist_core.film import Film, KeptWeights
from mnist_core.models.weights import Weights

IMAGES, FEWEST_IMAGES = 1000, 200
_SIDES = (41, 33, 25, 21, 17, 13)
_SECONDS = 25.0  # as `expected_seconds` counts, which is half as many again as it takes (benchmarks/README.md)
_POINT = 2e-3  # seconds for the weights of a point, and for giving them to a graph
_ROOM = 0.2  # of what paths span, on each side
_FLATTEST = 0.25  # the slice's height as a share of its width, at least: else it would show a line


@dataclass(frozen=True)
class Resolution:
    """How fine a slice is.

    Attributes
    ----------
    side : int
        Points along each side.
    images : int
        By so many images each is judged.
    seconds : float
        How long it takes at most, about, on one core.
    """

    side: int
    images: int
    seconds: float


def resolution(config: RunConfig) -> Resolution:
    """Return how fine a slice of a network is: coarser, and then of fewer images, where it takes long to answer."""
    whole = _POINT + expected_seconds(config, IMAGES)
    side = next((side for side in _SIDES if side**2 * whole <= _SECONDS), _SIDES[-1])
    affordable = int(IMAGES * _SECONDS / (side**2 * whole))
    images = min(IMAGES, max(FEWEST_IMAGES, affordable))
    return Resolution(side, images, side**2 * whole * images / IMAGES)


@dataclass(frozen=True)
class PathOnSlice:
    """A path as it is seen on a slice.

    Attributes
    ----------
    epochs : ndarray of shape (n,), float64
    points : ndarray of shape (n, 2), float64
        The nearest points of the slice.
    beside : ndarray of shape (n,), float64
        How far from the slice the weights are, Euclidean distance of all of them.
    losses, shown : ndarray of shape (n,), float64
        The loss of the kept weights, and that of the slice at those points.
    share : float
        Of the variance of its weights, that the slice shows, 0 to 1.
    lost : int
        How many moments are missing, whose weights are beyond all numbers.
    """

    epochs: Points
    points: Points
    beside: Points
    losses: Points
    shown: Points
    share: float
    lost: int

    @property
    def gap(self) -> float:
        """How far the slice's losses are from those of the kept weights, at most."""
        return float(np.nanmax(np.abs(self.shown - self.losses)))


@dataclass(frozen=True)
class LossSlice:
    """The loss on a grid, and paths over it.

    Attributes
    ----------
    x, y : ndarray of shape (side,), float64
        Rising; Euclidean distance of all trained weights from the end of the first path.
    losses : ndarray of shape (side, side), float64
        Mean cross-entropy, one row for each `y`; NaN where the network gives no numbers. At most 16.1 as Keras's.
    paths : tuple of PathOnSlice
    images : int
        By how many images.
    """

    x: Points
    y: Points
    losses: Points
    paths: tuple[PathOnSlice, ...]
    images: int

    def table(self, names: Sequence[str]) -> dict[str, list[float | str | None]]:
        """Return all of it as columns: the grid's points, then each path's with the name of its run."""
        x, y = np.meshgrid(self.x, self.y)
        rows: list[tuple[float | str | None, ...]] = [
            ("", None, *point, None) for point in zip(x.ravel(), y.ravel(), self.losses.ravel(), strict=True)
        ]
        for name, path in zip(names, self.paths, strict=True):
            columns = (path.epochs, *path.points.T, path.shown, path.losses)
            rows += [(name, *row) for row in zip(*columns, strict=True)]
        heads = ("run", "epoch", "x", "y", "loss_on_slice", "loss_of_weights")
        return dict(zip(heads, map(list, zip(*rows, strict=True)), strict=True))


def mean_loss(
    kept: KeptWeights, weights: Weights, images: npt.NDArray[np.uint8], labels: npt.NDArray[np.integer]
) -> float:
    """Return the mean cross-entropy of the network with some weights on images; NaN where it gives no numbers."""
    network = kept.network(weights)
    names = network.output_names[:1]
    rows = [network.outputs(images[at : at + kept.batch], names)[0] for at in range(0, len(images), kept.batch)]
    return cross_entropy(np.concatenate(rows), labels)


def loss_slice(
    report: Callable[[float], None],
    config: RunConfig,
    films: Sequence[Film],
    dataset: Dataset,
    *,
    near: bool = False,
) -> LossSlice:
    """Return the loss of a network on the plane of the paths that trainings of it took.

    Judged is by images that the first one learned from, each class equally often: they make the surface that it went
    down. Penalties for large weights are no part of it, nor is anything dropped or augmented.

    Parameters
    ----------
    report : callable
        Told the share that is done, 0 to 1.
    config : RunConfig
        Of the first run; others have the same network.
    films : sequence of Film
        Of the runs.
    dataset : Dataset
    near : bool
        Whether the slice ends around the first path, though others may go further.

    Raises
    ------
    ArtifactMissingError
        If the films keep too little: see `kept_path` and `path_plane`.
    AbandonedError
        If nobody waits for it any more.
    """
    paths = [kept_path(film) for film in films]
    plane = path_plane(paths)
    fine = resolution(config)
    images, labels = dataset.split("train", config.data)
    places = np.sort(balanced_subset(labels, fine.images))
    images, labels = np.asarray(images[places]), np.asarray(labels[places])
    kept = KeptWeights(config)
    x, y = _axes(plane.points[:1] if near else plane.points, fine.side)
    todo = fine.side**2 + 2 * sum(map(len, plane.points))
    done = 0

    def loss(weights: Weights) -> float:
        nonlocal done
        found = mean_loss(kept, weights, images, labels)
        done += 1
        report(done / todo)
        return found

    def along(number: int) -> PathOnSlice:
        path, points = paths[number], plane.points[number]
        own = np.array([loss({name: a.astype(np.float32) for name, a in one.items()}) for one in path.weights])
        shown = np.array([loss(plane.weights_at(*point)) for point in points])
        epochs = np.array(path.epochs)
        return PathOnSlice(epochs, points, plane.beside[number], own, shown, plane.shares[number], path.lost)

    found = tuple(map(along, range(len(paths))))
    losses = np.array([[loss(plane.weights_at(across, up)) for across in x] for up in y])
    return LossSlice(x, y, losses, found, len(labels))


def _axes(points: Sequence[Points], side: int) -> tuple[Points, Points]:
    """Return the places of a grid around points; their smallest and largest are not at its edge."""
    together = np.concatenate(points)
    low, high = together.min(axis=0), together.max(axis=0)
    span = high - low
    span = np.maximum(span, _FLATTEST * span.max())
    middle, half = (low + high) / 2, span * (0.5 + _ROOM)
    x, y = (np.linspace(middle[axis] - half[axis], middle[axis] + half[axis], side) for axis in (0, 1))
    return x, y
