"""A drawing or picture as the images that a network reads one by one: its digits, or one thing."""

from dataclasses import dataclass

from mnist_core.drawing.fabric import Drawing
from mnist_core.drawing.prepare import Prepared, prepare_drawing
from mnist_core.drawing.separate import separate

SEPARATED = frozenset({"digits"})
"""Readers that look for several things in one drawing."""


@dataclass(frozen=True, kw_only=True)
class Part(Prepared):
    """What a network is asked about: one digit, or one thing.

    Attributes
    ----------
    box : tuple of int or None
        Where it is in a picture: top, left, bottom, right in its pixels; the last two are behind the last pixel.
    line : int
        Which line of writing it stands in, from 0.
    after_gap : bool
        Whether so much room is before it that a new number begins.
    strokes : tuple of int
        Which strokes of a drawing it is made of; empty where that is not known.
    """

    box: tuple[int, int, int, int] | None = None
    line: int = 0
    after_gap: bool = False
    strokes: tuple[int, ...] = ()


def prepare_parts(drawing: Drawing, size: int, reader: str) -> tuple[Part, ...]:
    """Prepare each digit of a drawing, from left to right, or the whole drawing where it shows one thing.

    Parameters
    ----------
    drawing : Drawing
    size : int
        Side of the canvas in pixels.
    reader : str
        See `prepare_drawing`.

    Raises
    ------
    ImageError
        If there is nothing drawn.
    """
    if reader not in SEPARATED or not drawing.strokes:
        return (_part(drawing, size, reader, tuple(range(len(drawing.strokes)))),)
    digits = separate(drawing.strokes)
    return tuple(_part(_only(drawing, digit), size, reader, digit) for digit in digits)


def _part(drawing: Drawing, size: int, reader: str, strokes: tuple[int, ...]) -> Part:
    return Part(**vars(prepare_drawing(drawing, size, reader)), strokes=strokes)


def _only(drawing: Drawing, indices: tuple[int, ...]) -> Drawing:
    return Drawing(tuple(drawing.strokes[i] for i in indices), tuple(drawing.pens[i] for i in indices))
