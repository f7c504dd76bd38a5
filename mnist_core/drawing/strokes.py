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
    """

    label: int
    strokes: tuple[Stroke, ...]


def read_unipen(text: str) -> Iterator[RecordedDigit]:
    """Yield the digits of a UNIPEN file like those of "Pen-Based Recognition of Handwritten Digits".

    Each begins with ``.SEGMENT DIGIT ... "8"``; between ``.PEN_DOWN`` and ``.PEN_UP`` stand pairs
    of x and y, with y pointing up (Alpaydin and Alimoglu, UCI 1998).

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
        yield RecordedDigit(int(label[1]), tuple(np.array(stroke) for stroke in strokes if stroke))


def paint(strokes: Sequence[Stroke], size: int, pen: float) -> npt.NDArray[np.uint8]:
    """Paint strokes with a round pen.

    Parameters
    ----------
    strokes : sequence of ndarray of shape (n, 2)
        In pixels of the canvas.
    size : int
        Side of the canvas in pixels.
    pen : float
        Diameter of the pen in pixels.

    Returns
    -------
    ndarray of shape (size, size), uint8
        Ink, 0 to 255, with smooth edges.
    """
    large = Image.new("L", (size * _OVERSAMPLING,) * 2)
    draw = ImageDraw.Draw(large)
    radius = pen * _OVERSAMPLING / 2
    for stroke in strokes:
        points = [(float(x), float(y)) for x, y in stroke * _OVERSAMPLING]
        if len(points) > 1:
            draw.line(points, fill=255, width=round(2 * radius))
        for x, y in points:  # round ends and joints, and single dots
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(large.resize((size, size), Image.Resampling.BOX))
