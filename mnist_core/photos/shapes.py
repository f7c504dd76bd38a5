"""Shapes in masks: hulls, outlines, and whether something was drawn by a program or by a hand."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from mnist_core.photos.components import Ints, Mask

Greys = npt.NDArray[np.uint8]

_CORNERED = 0.88  # of its box: ellipses fill 0.79 of it, tiles with round corners 0.95
_OVAL = 0.25  # of 2; discs, blurred ones too, have less than 0.15, written 0s more than 0.3


def is_regular(hull: Mask) -> bool:
    """Whether a hull is a rectangle, perhaps askew, or an ellipse: drawn by a program or with a ruler."""
    by_row, by_column = hull.sum(axis=1), hull.sum(axis=0)
    size = float(by_row.sum())
    y, x = (values.astype(np.float64) for values in np.nonzero(outline_of(hull)))
    turns = np.radians(np.arange(-45, 45, 3.0))[:, None]
    extents = [
        np.ptp(a, axis=1) + 1 for a in (x * np.cos(turns) + y * np.sin(turns), y * np.cos(turns) - x * np.sin(turns))
    ]
    if size > _CORNERED * (extents[0] * extents[1]).min():
        return True
    # The distance of an ellipse's outline from its middle, in its own measure, is 2 everywhere.
    rows, columns = np.arange(len(by_row)), np.arange(len(by_column))
    middle = np.array([by_row @ rows, by_column @ columns]) / size
    both = float(rows @ (hull @ columns)) / size - middle.prod()
    down, across = by_row @ rows**2 / size - middle[0] ** 2, by_column @ columns**2 / size - middle[1] ** 2
    spread = np.array([[down, both], [both, across]])
    if np.linalg.det(spread) < 1:
        return False
    away = np.stack([y, x]) - middle[:, None]
    distances = np.sqrt((away * np.linalg.solve(spread, away)).sum(axis=0))
    return bool(np.ptp(distances) < _OVAL)


def hull_of(mask: Mask) -> Mask:
    """Return the convex hull of a mask."""
    rows = np.flatnonzero(mask.any(axis=1))
    first = mask[rows].argmax(axis=1)
    last = mask.shape[1] - 1 - mask[rows, ::-1].argmax(axis=1)
    corners = [*_corners(rows, first, 1), *reversed(list(_corners(rows, last, -1)))]
    image = Image.new("1", mask.shape[::-1])
    ImageDraw.Draw(image).polygon(corners, fill=1, outline=1)
    return np.asarray(image) | mask


def _corners(rows: Ints, columns: Ints, side: int) -> Iterator[tuple[int, int]]:
    """Return x and y of the hull's corners at its left (1) or right (-1) side, from top to bottom (Andrew 1979)."""
    chain: list[tuple[int, int]] = []
    for y, x in zip(rows.tolist(), columns.tolist(), strict=True):
        while len(chain) > 1:
            (x0, y0), (x1, y1) = chain[-2:]
            if side * ((x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)) < 0:
                break
            chain.pop()
        chain.append((x, y))
    return iter(chain)


def grown(mask: Mask, by: int) -> Mask:
    """Return a mask that is wider by some pixels on all sides."""
    for _ in range(by):
        padded = np.pad(mask, 1)
        rows = padded[:-2] | padded[1:-1] | padded[2:]
        mask = rows[:, :-2] | rows[:, 1:-1] | rows[:, 2:]
    return mask


def outline_of(mask: Mask) -> Mask:
    """Return the outermost pixels of a mask."""
    padded = np.pad(mask, 1, mode="edge")
    rows = padded[:-2] & padded[1:-1] & padded[2:]
    outline: Mask = mask & ~(rows[:, :-2] & rows[:, 1:-1] & rows[:, 2:])
    return outline


def range_around(grey: Greys) -> Greys:
    """Return how much the largest and the smallest of each pixel and its eight neighbours differ."""
    padded = np.pad(grey, 1, mode="edge")
    above, here, below = padded[:-2], padded[1:-1], padded[2:]
    most, least = np.maximum(np.maximum(above, here), below), np.minimum(np.minimum(above, here), below)
    most = np.maximum(np.maximum(most[:, :-2], most[:, 1:-1]), most[:, 2:])
    least = np.minimum(np.minimum(least[:, :-2], least[:, 1:-1]), least[:, 2:])
    result: Greys = most - least
    return result
