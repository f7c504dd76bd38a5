"""Pen strokes: reading recorded ones, and painting them as a canvas would."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from mnist_core.errors import ImageError

Stroke = npt.NDArray[np.float64]

# Painted so many times larger and averaged: that is how edges get their grey.
_OVERSAMPLING = 4


@dataclass(frozen=True)
class RecordedDigit:
    """A digit as somebody wrote it on a tablet.

    Attributes
    ----------
    label : int
        What the writer was asked to write, 0 to 9.
    strokes : tuple of ndarray of shape (n, 2), float64
        x to the right and y DOWN, in the tablet's units.
    writer : int or None
        Number of the writer, where the file says it.
    """

    label: int
    strokes: tuple[Stroke, ...]
    writer: int | None = None


def read_unipen(text: str) -> Iterator[RecordedDigit]:
    """Yield the digits of a UNIPEN file like those of "Pen-Based Recognition of Handwritten Digits".

    Each begins with ``.SEGMENT DIGIT ... "8"``; between ``.PEN_DOWN`` and ``.PEN_UP`` stand pairs
    of x and y, with y pointing up (Alpaydin and Alimoglu, UCI 1998). The second number of a
    ``.COMMENT`` line is the writer's.

    Raises
    ------
    ImageError
        If a segment carries no label or a line is no pair of numbers.
    """
    for segment in re.split(r"^\.SEGMENT DIGIT", text, flags=re.MULTILINE)[1:]:
        header, _, body = segment.partition("\n")
        label = re.search(r'"(\d)"', header)
        if label is None:
            raise ImageError("A segment without its digit was found. Received: {line}", line=header.strip()[:60])
        writer = re.search(r"^\.COMMENT\s+\d+\s+(\d+)", body, flags=re.MULTILINE)
        strokes: list[list[tuple[float, float]]] = []
        for line in body.splitlines():
            words = line.split()
            if words[:1] == [".PEN_DOWN"]:
                strokes.append([])
            elif strokes and words and not words[0].startswith("."):
                try:
                    x, y = (float(word) for word in words)
                except ValueError:
                    raise ImageError("A pair of numbers was expected. Received: {line}", line=line[:60]) from None
                strokes[-1].append((x, -y))
        paths = tuple(np.array(stroke) for stroke in strokes if stroke)
        yield RecordedDigit(int(label[1]), paths, int(writer[1]) if writer else None)


def paint(
    strokes: Sequence[Stroke],
    size: int,
    pen: float | Sequence[float],
    shades: Sequence[int] = (),
    filled: Sequence[bool] = (),
) -> npt.NDArray[np.uint8]:
    """Paint strokes with a round pen, one over the other.

    Parameters
    ----------
    strokes : sequence of ndarray of shape (n, 2)
        In pixels of the canvas.
    size : int
        Side of the canvas in pixels.
    pen : float or sequence of float
        Diameter of the pen in pixels, of all strokes or of each.
    shades : sequence of int
        Grey value of each stroke, 0 to 255; all are white if empty.
    filled : sequence of bool
        Whether what each stroke encloses is painted as well; nothing is if empty.

    Returns
    -------
    ndarray of shape (size, size), uint8
        Ink, 0 to 255, with smooth edges.
    """
    large = Image.new("L", (size * _OVERSAMPLING,) * 2)
    draw = ImageDraw.Draw(large)
    pens = [pen] * len(strokes) if isinstance(pen, (int, float)) else pen
    values = shades or [255] * len(strokes)
    areas = filled or [False] * len(strokes)
    for stroke, width, shade, area in zip(strokes, pens, values, areas, strict=True):
        # Pillow's coordinates mean the middles of pixels, and it paints the border of a shape as well.
        radius = max(width * _OVERSAMPLING / 2 - 0.5, 0)
        points = stroke * _OVERSAMPLING - 0.5
        sides = _across(np.diff(points, axis=0)) * radius
        corners = np.stack([points[:-1] + sides, points[1:] + sides, points[1:] - sides, points[:-1] - sides], axis=1)
        if area and len(points) > 2:
            draw.polygon(points.ravel().tolist(), fill=shade)
        for four in corners.reshape(-1, 8).tolist():
            draw.polygon(four, fill=shade)
        for x, y in points.tolist():  # round ends and joints, and single dots
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=shade)
    return np.asarray(large.resize((size, size), Image.Resampling.BOX))


def _across(steps: Stroke) -> Stroke:
    """Return vectors of length 1 at right angles to steps of shape (n, 2); zero where a step is zero."""
    lengths = np.hypot(steps[:, 0], steps[:, 1])[:, None]
    turned = np.stack([-steps[:, 1], steps[:, 0]], axis=1)
    return np.divide(turned, lengths, out=np.zeros_like(turned), where=lengths > 0)
