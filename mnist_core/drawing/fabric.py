"""What the drawing canvas writes and reads: Fabric's JSON, with one path for each stroke.

A path is a list of commands, ``["M", x, y]`` at its begin, ``["Q", cx, cy, x, y]`` (a quadratic curve that ends at
x, y) and ``["L", x, y]`` at its end, in pixels of the canvas. The path was placed by its middle: ``left`` and ``top``
say where the middle of its box (`_extremes`) is now, ``angle``, ``scaleX``, ``flipX``, ``skewX`` and so on how it was
changed by hand since (Fabric 7, ``calcOwnMatrix``; compared with the canvas's own pixels in Chromium).
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.drawing.strokes import Stroke
from mnist_core.errors import ImageError

Points = npt.NDArray[np.float64]

_NUMBERS = {"M": 2, "L": 2, "Q": 4}  # numbers after each command
# What a drawing may hold. Reading and preparing whatever is accepted takes some tens of milliseconds at most
# (benchmarks/README.md): it happens in the process that serves all visitors.
_MOST_STROKES = 200
_MOST_COMMANDS = 6_000  # a minute or more of drawing without a rest
_MOST_POINTS = 1_500  # a number of ten digits has 600; of more of them, every second, third and so on is taken
_FARTHEST = 1e5  # pixels from the corner of the canvas
_STEP = 3 / 280  # of the canvas's side, between the points of a curve
_MOST_STEPS = 16  # for each command
_WIDEST = 0.15  # of the canvas's side: no pen that can be chosen is wider, and wide ones take long to paint


@dataclass(frozen=True)
class Drawing:
    """What is on a canvas.

    Attributes
    ----------
    strokes : tuple of ndarray of shape (n, 2), float64
        x to the right and y down, in pixels of the canvas, inside of it.
    pens : tuple of float
        Diameter of the pen of each stroke in pixels.
    shades : tuple of int
        Grey value of each stroke, 0 to 255; later strokes cover earlier ones. Empty: all are white.
    filled : tuple of bool
        Whether each stroke is the outline of a filled shape. Empty: none is.
    """

    strokes: tuple[Stroke, ...]
    pens: tuple[float, ...]
    shades: tuple[int, ...] = ()
    filled: tuple[bool, ...] = ()

    def scaled(self, scale: float) -> "Drawing":
        """Return the same drawing on a canvas so many times larger."""
        strokes = tuple(stroke * scale for stroke in self.strokes)
        return Drawing(strokes, tuple(pen * scale for pen in self.pens), self.shades, self.filled)


def read_canvas(content: Any, size: int) -> Drawing:
    """Return the strokes of a canvas.

    What was drawn beyond the canvas's edge can't be seen and is left out.

    Parameters
    ----------
    content : dict
        Fabric's JSON: ``{"objects": [{"type": "Path", "path": [...], ...}]}``. It comes from a browser, so nothing
        in it is trusted.
    size : int
        Side of the canvas in pixels.

    Raises
    ------
    ImageError
        If it is anything else, or has more than 200 strokes or 6,000 commands.
    """
    objects = content.get("objects") if isinstance(content, dict) else None
    if not isinstance(objects, list):
        raise _unreadable(content)
    paths: list[list[Any]] = []
    for item in objects:
        path = item.get("path") if isinstance(item, dict) else None
        if not isinstance(path, list) or not path or item.get("type") not in ("Path", "path"):
            raise _unreadable(item)
        paths.append(path)
    if len(paths) > _MOST_STROKES or sum(map(len, paths)) > _MOST_COMMANDS:
        raise ImageError("This drawing is too long to be read. Clear it and draw again with fewer strokes.")
    curves = [_curve(path, _STEP * size) for path in paths]
    every = -(-sum(len(points) for points, _ in curves) // _MOST_POINTS)
    strokes, pens, shades, filled = [], [], [], []
    for item, (points, middle) in zip(objects, curves, strict=True):
        matrix, enlarged = _matrix(*_changes(item))
        points = _thinned(points, every)
        placed = (points - middle) @ matrix.T + [_number(item, "left", None), _number(item, "top", None)]
        pen = _number(item, "strokeWidth", 1.0) * enlarged
        shade, fill = _shade(item.get("stroke")), is_filled(item)
        # What an outline encloses is still there where the outline itself leaves the canvas.
        for part in [placed.clip(0, size)] if fill else _inside(placed, size):
            strokes.append(part)
            pens.append(min(pen, _WIDEST * size))
            shades.append(shade)
            filled.append(fill)
    return Drawing(tuple(strokes), tuple(pens), tuple(shades), tuple(filled))


def is_filled(item: dict[str, Any]) -> bool:
    """Whether one of the canvas's objects is filled, and no mere line."""
    return isinstance(item.get("fill"), str) and item["fill"].startswith("#")


def fill_outline(item: dict[str, Any]) -> dict[str, Any]:
    """Return one of the canvas's objects with what it encloses filled in its own colour."""
    return item | {"fill": item["stroke"] if isinstance(item.get("stroke"), str) else "#FFFFFF"}


def write_canvas(
    strokes: Sequence[Stroke], pen: float, shades: Sequence[int] = (), filled: Sequence[bool] = ()
) -> dict[str, Any]:
    """Return what the canvas would write if a pen had gone through these points.

    Fabric's pencil makes a curve that ends half-way between neighbouring points, with the points as its controls
    (``getSmoothPathFromPoints``); points nearer than 0.4 pixels to the last one are left out.

    Parameters
    ----------
    strokes : sequence of ndarray of shape (n, 2)
        In pixels of the canvas, each with at least one point.
    pen : float
        Diameter of the pen in pixels.
    shades : sequence of int
        Grey value of each stroke, 0 to 255; all are white if empty.
    filled : sequence of bool
        Whether what each stroke encloses is filled; nothing is if empty.
    """
    objects = []
    for stroke, shade, fill in zip(
        strokes, shades or [255] * len(strokes), filled or [False] * len(strokes), strict=True
    ):
        points = _decimated(np.asarray(stroke, dtype=np.float64).tolist())
        places = np.array(points)
        control, end = places[:-1], (places[:-1] + places[1:]) / 2
        start = np.concatenate([places[:1], end])[:-1]
        curves = np.concatenate([control, end], axis=1).tolist()
        path = [["M", *points[0]], *(["Q", *curve] for curve in curves), ["L", *points[-1]]]
        left, top = _middle(places[[0, -1]], _extremes(start, control, end), end).tolist()
        color = f"#{shade:02X}{shade:02X}{shade:02X}"
        objects.append(
            {"type": "Path", "path": path, "left": left, "top": top, "strokeWidth": pen}
            | {"originX": "center", "originY": "center", "stroke": color, "fill": color if fill else None}
            | {"strokeLineCap": "round", "strokeLineJoin": "round"}
        )
    return {"objects": objects}


def _decimated(points: list[list[float]]) -> list[list[float]]:
    if len(points) <= 2:
        return points
    kept = points[:1]
    for point in points[1:-1]:
        if math.dist(point, kept[-1]) >= 0.4:
            kept.append(point)
    return [*kept, points[-1]]


def _curve(path: list[Any], step: float) -> tuple[Points, Points]:
    """Return points along a path, about `step` pixels from each other, and the middle of the box around it."""
    numbers: list[list[Any]] = []
    for command in path:
        name = command[0] if isinstance(command, (list, tuple)) and command else None
        if not isinstance(name, str) or len(command) - 1 != _NUMBERS.get(name) or (name == "M") != (not numbers):
            raise _unreadable(command)
        # A straight line is a curve whose control point is anywhere on it.
        numbers.append(command[1:] if name == "Q" else [*command[1:], *command[1:]])
    table = _checked_all([number for row in numbers for number in row]).reshape(-1, 2, 2)
    start, control, end = table[:-1, 1], table[1:, 0], table[1:, 1]
    straight = np.array([command[0] == "L" for command in path[1:]], dtype=bool)
    control = np.where(straight[:, None], (start + end) / 2, control)
    lengths = np.hypot(*(control - start).T) + np.hypot(*(end - control).T)
    each = np.clip(np.ceil(lengths / step), 1, _MOST_STEPS).astype(np.int64)
    which = np.repeat(np.arange(len(each)), each)
    at = (np.arange(len(which)) - (np.cumsum(each) - each)[which] + 1) / each[which]
    points = _quadratic(start[which], control[which], end[which], at[:, None])
    return np.concatenate([table[0, 1:], points]), _middle(table[0, 1:], _extremes(start, control, end), end)


def _middle(*corners: Points) -> Points:
    """Return the middle of the box around points, each argument of shape (n, 2)."""
    points = np.concatenate(corners)
    middle: Points = (points.min(axis=0) + points.max(axis=0)) / 2
    return middle


def _quadratic(start: Points, control: Points, end: Points, at: Points) -> Points:
    curve: Points = (1 - at) ** 2 * start + 2 * (1 - at) * at * control + at**2 * end
    return curve


def _extremes(start: Points, control: Points, end: Points) -> Points:
    """Return how far quadratic curves of shape (n, 2) go, as Fabric sees it.

    Fabric takes the curve for a cubic one with the same control point twice (``parsePath``, ``getBoundsOfCurve``). Its
    box is up to a few pixels too large, and the middle of that is what ``left`` and ``top`` are about.
    """
    before, after = control - start, control - end
    turns = before * after > 0  # the slope is zero where (1 - t)^2 before = t^2 after
    root = np.sqrt(np.divide(before, after, out=np.zeros_like(before), where=turns))
    at = root / (1 + root)
    extreme = (1 - at) ** 3 * start + 3 * (1 - at) * at * control + at**3 * end
    return np.where(turns, extreme, end)


def _thinned(points: Points, every: int) -> Points:
    """Return each so many points, and the last one in any case."""
    return points if every < 2 else np.concatenate([points[:-1:every], points[-1:]])


def _changes(item: dict[str, Any]) -> tuple[float, ...]:
    """Return a path's rotation and skews in degrees and its scales, which are negative where it is flipped."""
    if any(item.get(origin, "center") != "center" for origin in ("originX", "originY")):
        raise _unreadable(item)
    scales = [_number(item, f"scale{axis}", 1.0) * (-1 if item.get(f"flip{axis}") else 1) for axis in "XY"]
    return (_number(item, "angle", 0.0), *scales, *(_number(item, f"skew{axis}", 0.0) for axis in "XY"))


@lru_cache(maxsize=64)  # most strokes are not changed at all
def _matrix(degrees: float, scale_x: float, scale_y: float, skew_x: float, skew_y: float) -> tuple[Points, float]:
    """Return the 2 x 2 matrix of such changes, and how much wider they make a line."""
    angle, skews = math.radians(degrees), [math.tan(math.radians(skew)) for skew in (skew_x, skew_y)]
    turned = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    matrix: Points = turned @ np.diag([scale_x, scale_y]) @ [[1, skews[0]], [0, 1]] @ [[1, 0], [skews[1], 1]]
    matrix.setflags(write=False)
    return matrix, math.sqrt(abs(float(np.linalg.det(matrix))))


def _shade(color: Any) -> int:
    """Return the brightness of a colour like "#A0A0A0"; white for every other word."""
    if not isinstance(color, str) or not re.fullmatch("#[0-9A-Fa-f]{6}", color):
        return 255
    return round(sum(int(color[start : start + 2], 16) for start in (1, 3, 5)) / 3)


def _inside(points: Points, size: int) -> list[Stroke]:
    """Cut a stroke where it leaves the canvas; return the parts inside."""
    inside = ((points >= 0) & (points <= size)).all(axis=1)
    if inside.all():
        return [points]
    cuts = np.flatnonzero(np.diff(inside)) + 1
    return [part for part, seen in zip(np.split(points, cuts), np.split(inside, cuts), strict=True) if seen[0]]


def _number(item: dict[str, Any], name: str, default: float | None) -> float:
    return float(_checked(item.get(name, default)))


def _checked_all(numbers: list[Any]) -> Points:
    return np.array(list(map(_checked, numbers)), dtype=np.float64)


def _checked(number: Any) -> float:
    # NaN compares as false, so it is refused as well; true and false are no numbers.
    if type(number) not in (float, int) or not -_FARTHEST <= number <= _FARTHEST:
        raise _unreadable(number)
    checked: float = number
    return checked


def _unreadable(received: Any) -> ImageError:
    return ImageError(
        "The drawing can't be read. Clear it and draw again. Received: {received}", received=repr(received)[:60]
    )
