"""Drawings to start from, for those who want to see what happens before they draw."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from mnist_core.drawing.fabric import write_canvas
from mnist_core.drawing.strokes import Stroke

_STEP = 6.0  # pixels between the points of an outline: the canvas rounds corners off by half as much
_OUTLINE = 4.0  # pixels: a filled shape is as large as its outline says


@dataclass(frozen=True)
class Sample:
    """A drawing that somebody made before.

    Attributes
    ----------
    name : str
        The digits, or the English name of the piece of clothing.
    collection : str
        Of which datasets, as `DatasetSpec.collection`: name and drawing are of one of their classes.
    filled : bool
        Whether the shapes are filled outlines, or lines of a pen.
    shapes : tuple of (ndarray of shape (n, 2), int)
        Points on a canvas of 280 x 280 pixels, and the grey value.
    """

    name: str
    collection: str
    filled: bool
    shapes: tuple[tuple[Stroke, int], ...]

    def on_canvas(self, pen: float, scale: float = 1.0) -> dict[str, Any]:
        """Return what the canvas would write of this drawing: lines of a pen, or filled shapes.

        Parameters
        ----------
        pen : float
            Diameter, on a canvas of 280 x 280 pixels.
        scale : float
            By how much the canvas is larger than that.
        """
        strokes = [scale * (_dense(points) if self.filled else points) for points, _ in self.shapes]
        shades = [shade for _, shade in self.shapes]
        return write_canvas(strokes, scale * (_OUTLINE if self.filled else pen), shades, [self.filled] * len(strokes))


@lru_cache(maxsize=1)
def samples() -> tuple[Sample, ...]:
    """Return all of them."""
    with Path(__file__).with_suffix(".toml").open("rb") as file:
        entries = tomllib.load(file)["sample"]
    return tuple(
        Sample(
            entry["name"],
            entry["collection"],
            entry.get("filled", False),
            tuple((np.array(shape["points"], np.float64), shape.get("shade", 255)) for shape in entry["shapes"]),
        )
        for entry in entries
    )


def _dense(corners: Stroke) -> Stroke:
    """Return points along a closed outline."""
    closed = np.concatenate([corners, corners[:1]])
    parts = []
    for start, end in zip(closed[:-1], closed[1:], strict=True):
        n = max(int(np.hypot(*(end - start)) / _STEP), 1)
        parts.append(start + (end - start) * np.linspace(0, 1, n, endpoint=False)[:, None])
    return np.concatenate([*parts, closed[-1:]])
