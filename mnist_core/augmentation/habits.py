"""Strokes that many people write and few of MNIST's writers did, added to their digits.

In much of the world a one has a flag and often a foot, a seven has a bar, and a nine ends in a
curl. Most of MNIST's writers, American pupils and officials, left these out, so that a network of
MNIST alone takes a flagged one for a seven.
"""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from mnist_core.augmentation.sampling import SIDE, Bytes, Floats

_PIECES = 4  # straight ones that a curved stroke is painted of
_AT_ONCE = 256  # images; what is worked on stays in the processor's own memory
_INK = 100  # from here on a pixel counts as ink, not as its soft edge
_CENTRE = 14  # pixel that a digit's centre of mass belongs on, as in `mnist_core.drawing.prepare`

_ROWS, _COLUMNS = (axis[None] for axis in np.indices((SIDE, SIDE), np.float32))


def add_habits(images: Bytes, labels: npt.NDArray[np.uint8], share: float, rng: np.random.Generator) -> Bytes:
    """Give some ones a flag and perhaps a foot, some sevens a bar, some nines a curl.

    Parameters
    ----------
    images : ndarray of shape (n, 28, 28), uint8
        Digits as in MNIST, 0 is background.
    labels : ndarray of shape (n,), uint8
        Which digits they are.
    share : float
        How many of them get such a stroke, 0 to 1.
    rng : numpy.random.Generator
        The same state gives the same strokes.

    Returns
    -------
    ndarray of shape (n, 28, 28), uint8
        New images; those with a new stroke have their centre of mass on pixel 14 again, by whole pixels.
    """
    changed = images.copy()
    for label, add in _HABITS.items():
        chosen = np.flatnonzero((labels == label) & (rng.random(len(labels)) < share))
        for first in range(0, len(chosen), _AT_ONCE):
            part = chosen[first : first + _AT_ONCE]
            painted = add(images[part].astype(np.float32), rng)
            changed[part] = _centred(np.rint(painted).astype(np.uint8))
    return changed


class _Skeleton:
    """Where digits begin and end: places are rows and columns in pixels, arrays of shape (n,)."""

    def __init__(self, images: Floats) -> None:
        self.ink: npt.NDArray[np.bool_] = np.greater(images, _INK)
        rows: npt.NDArray[np.bool_] = np.any(self.ink, axis=2)
        self.top = rows.argmax(axis=1)
        self.bottom = SIDE - 1 - rows[:, ::-1].argmax(axis=1)
        self.height = (self.bottom - self.top).astype(np.float32)

    def column(self, rows: npt.NDArray[np.int64]) -> Floats:
        """Return the middle of each image's ink in a row; the image's middle where there is none."""
        line = self.ink[np.arange(len(rows)), np.clip(rows, 0, SIDE - 1)]
        count = line.sum(axis=1)
        sums = (line * np.arange(SIDE, dtype=np.float32)).sum(axis=1)
        return np.where(count > 0, sums / np.maximum(count, 1), SIDE / 2).astype(np.float32)


def _one(images: Floats, rng: np.random.Generator) -> Floats:
    """Add a flag from the top down to the left; to two of three also a foot."""
    count, digit = len(images), _Skeleton(images)
    width = _widths(count, rng)
    top = _place(digit.top + width / 2 - 0.5, digit.column(digit.top + 1))
    angle = np.deg2rad(rng.uniform(15, 75, count))  # below the horizontal
    # A long flat flag would be a seven's.
    length = digit.height * rng.uniform(0.15, 0.75, count) * np.where(angle < np.deg2rad(35), 0.7, 1)
    end = top + _place(np.sin(angle) * length, -np.cos(angle) * length)
    bend = rng.normal(0, 0.12, (count, 2)) * length[:, None]
    images = _paint(images, top, (top + end) / 2 + bend, end, width)

    bottom = _place(digit.bottom - width / 2 + 0.5, digit.column(digit.bottom - 1))
    left, right = digit.height * rng.uniform(0.1, 0.4, count), digit.height * rng.uniform(0.1, 0.45, count)
    tilt = np.deg2rad(rng.uniform(-8, 20, count))
    with_foot = rng.random(count) < 2 / 3
    footed = _paint(images, bottom + _along(tilt, -left), bottom, bottom + _along(tilt, right), width)
    return np.where(with_foot[:, None, None], footed, images)


def _seven(images: Floats, rng: np.random.Generator) -> Floats:
    """Add a bar across the middle of the stem."""
    count, digit = len(images), _Skeleton(images)
    row = digit.top + digit.height * rng.uniform(0.38, 0.65, count)
    middle = _place(row, digit.column(np.rint(row).astype(np.int64)))
    left, right = digit.height * rng.uniform(0.12, 0.38, count), digit.height * rng.uniform(0.12, 0.38, count)
    tilt = np.deg2rad(rng.uniform(-15, 30, count))
    bend = middle + rng.normal(0, 0.6, (count, 2))
    return _paint(images, middle + _along(tilt, -left), bend, middle + _along(tilt, right), _widths(count, rng))


def _nine(images: Floats, rng: np.random.Generator) -> Floats:
    """Let the tail curl to the left."""
    count, digit = len(images), _Skeleton(images)
    width = _widths(count, rng)
    end = _place(digit.bottom - width / 2, digit.column(digit.bottom - 1))
    length, up = digit.height * rng.uniform(0.2, 0.6, count), digit.height * rng.uniform(-0.1, 0.2, count)
    bend = end + _place(digit.height * rng.uniform(0.0, 0.2, count), -length * rng.uniform(0.1, 0.5, count))
    return _paint(images, end, bend, end + _place(-up, -length), width)


_HABITS: Mapping[int, Callable[[Floats, np.random.Generator], Floats]] = {1: _one, 7: _seven, 9: _nine}


def _widths(count: int, rng: np.random.Generator) -> Floats:
    """Return widths of pens in pixels, about as wide as MNIST's (2.5 pixels in the median)."""
    return np.clip(rng.normal(2.4, 0.4, count), 1.6, 3.4).astype(np.float32)


def _place(rows: npt.ArrayLike, columns: npt.ArrayLike) -> Floats:
    return np.stack([rows, columns], axis=1).astype(np.float32)


def _along(tilt: Floats, distance: Floats) -> Floats:
    """Return the way to the right, for a positive tilt upwards, of shape (n, 2)."""
    return _place(-np.sin(tilt) * distance, np.cos(tilt) * distance)


def _paint(images: Floats, start: Floats, bend: npt.ArrayLike, end: Floats, width: Floats) -> Floats:
    """Paint a quadratic Bézier curve on each image, with a round pen and a soft edge.

    Parameters
    ----------
    images : ndarray of shape (n, 28, 28), float32
    start, bend, end : ndarray of shape (n, 2), float32
        Row and column; the curve begins at `start`, leans towards `bend` and stops at `end`.
    width : ndarray of shape (n,), float32
        Of the pen, in pixels.
    """
    times = np.linspace(0, 1, _PIECES + 1, dtype=np.float32)[:, None, None]
    leaning = np.asarray(bend, np.float32)
    points = (1 - times) ** 2 * start + 2 * times * (1 - times) * leaning + times**2 * end
    nearest = np.full(images.shape, np.inf, np.float32)
    for first, second in zip(points, points[1:], strict=False):
        np.minimum(nearest, _squared_distance(first, second), out=nearest)
    return np.maximum(images, 255 * np.clip(width[:, None, None] / 2 + 0.5 - np.sqrt(nearest), 0, 1))


def _squared_distance(first: Floats, second: Floats) -> Floats:
    """Return each pixel's squared distance to the straight line between two places, of shape (n, 28, 28)."""
    (row, column), (down, right) = ((ends[:, :, None, None]).swapaxes(0, 1) for ends in (first, second - first))
    from_row, from_column = _ROWS - row, _COLUMNS - column
    share = np.clip((from_row * down + from_column * right) / np.maximum(down**2 + right**2, 1e-6), 0, 1)
    squared: Floats = (from_row - share * down) ** 2 + (from_column - share * right) ** 2
    return squared


def _centred(images: Bytes) -> Bytes:
    """Move each image by whole pixels so that its centre of mass is on pixel 14; what leaves it is lost."""
    weights = images.astype(np.float32)
    mass = weights.sum(axis=(1, 2))
    down, right = (
        _CENTRE - np.rint((weights.sum(axis=axis) @ np.arange(SIDE, dtype=np.float32)) / mass).astype(int)
        for axis in (2, 1)
    )
    frames = np.pad(images, ((0, 0), (SIDE, SIDE), (SIDE, SIDE)))
    rows = np.arange(SIDE) + (SIDE - down)[:, None]
    columns = np.arange(SIDE) + (SIDE - right)[:, None]
    moved: Bytes = frames[np.arange(len(images))[:, None, None], rows[:, :, None], columns[:, None, :]]
    return moved
