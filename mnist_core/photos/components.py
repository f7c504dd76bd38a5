"""Connected parts of a mask, by runs of pixels in rows. NumPy alone: the app process has no SciPy."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Components:
    """Connected parts of a mask, in the order of their first pixels.

    Attributes
    ----------
    labels : ndarray of shape (h, w), int32
        0 = none, k = the part with index k - 1.
    boxes : ndarray of shape (n, 4), int64
        Top, left, bottom, right; the last two are behind the last pixel.
    areas : ndarray of shape (n,), int64
        Pixels.
    """

    labels: npt.NDArray[np.int32]
    boxes: Ints
    areas: Ints


def components(mask: Mask) -> Components:
    """Return the parts of a mask of shape (h, w) that hang together, also over corners."""
    height, width = mask.shape
    rows, starts, ends = _runs(mask)
    if not len(rows):
        return Components(np.zeros(mask.shape, np.int32), np.zeros((0, 4), np.int64), np.zeros(0, np.int64))
    roots = _joined(len(rows), *_neighbours(rows, starts, ends, width))
    parts, index = np.unique(roots, return_inverse=True)
    n = len(parts)
    labels = np.zeros(mask.shape, np.int32)
    labels[mask] = np.repeat(index + 1, ends - starts)  # runs are in the order of the mask's pixels
    boxes = np.empty((n, 4), np.int64)
    boxes[:, :2] = max(height, width)
    boxes[:, 2:] = 0
    for column, (reduce, values) in enumerate(
        [(np.minimum, rows), (np.minimum, starts), (np.maximum, rows + 1), (np.maximum, ends)]
    ):
        reduce.at(boxes[:, column], index, values)
    return Components(labels, boxes, np.bincount(index, weights=ends - starts, minlength=n).astype(np.int64))


def _runs(mask: Mask) -> tuple[Ints, Ints, Ints]:
    """Return row, first column and the column behind the last of every run of set pixels."""
    height, width = mask.shape
    padded = np.zeros((height, width + 2), np.int8)
    padded[:, 1:-1] = mask
    steps = np.diff(padded, axis=1)
    rows, starts = np.nonzero(steps == 1)
    _, ends = np.nonzero(steps == -1)
    return rows, starts, ends


def _neighbours(rows: Ints, starts: Ints, ends: Ints, width: int) -> tuple[Ints, Ints]:
    """Return pairs of runs in neighbouring rows that touch."""
    step = width + 2  # so that the keys of a row lie below those of the next one
    above = (rows - 1) * step
    first = np.searchsorted(rows * step + ends, above + starts, side="left")
    last = np.searchsorted(rows * step + starts, above + ends, side="right")
    counts = np.maximum(last - first, 0)
    below = np.repeat(np.arange(len(rows)), counts)
    offsets = np.arange(len(below)) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(first, counts) + offsets, below


def _joined(n: int, left: Ints, right: Ints) -> Ints:
    """Return for each of n things the smallest one that it hangs together with over the given pairs."""
    parents = np.arange(n)
    while True:
        a, b = parents[left], parents[right]
        low, high = np.minimum(a, b), np.maximum(a, b)
        different = low != high
        if not different.any():
            return parents
        np.minimum.at(parents, high[different], low[different])
        while not np.array_equal(grandparents := parents[parents], parents):
            parents = grandparents


def groups(n: int, left: Ints, right: Ints) -> list[Ints]:
    """Return n things as groups that hang together over the given pairs."""
    roots = _joined(n, left, right)
    order = np.argsort(roots, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(roots[order])) + 1) if n else []
