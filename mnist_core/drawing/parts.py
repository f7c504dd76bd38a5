"""A drawing as the images that a network reads one by one: the digits of a number, or one piece of clothing."""

from mnist_core.drawing.fabric import Drawing
from mnist_core.drawing.prepare import Prepared, prepare_drawing
from mnist_core.drawing.separate import separate


def prepare_parts(drawing: Drawing, size: int, kind: str) -> tuple[Prepared, ...]:
    """Prepare each digit of a drawing, from left to right, or the whole drawing if it shows clothes.

    Parameters
    ----------
    drawing : Drawing
    size : int
        Side of the canvas in pixels.
    kind : {"digits", "clothes"}

    Raises
    ------
    ImageError
        If there is nothing drawn.
    """
    if kind != "digits" or not drawing.strokes:
        return (prepare_drawing(drawing, size, kind),)
    return tuple(prepare_drawing(_only(drawing, digit), size, kind) for digit in separate(drawing.strokes))


def _only(drawing: Drawing, indices: tuple[int, ...]) -> Drawing:
    return Drawing(tuple(drawing.strokes[i] for i in indices), tuple(drawing.pens[i] for i in indices))
