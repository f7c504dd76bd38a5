"""From drawings and pictures to 28 x 28 images, as MNIST's were made.

It knows strokes, ink and pixels, in Python, NumPy and Pillow only: a bundle's `predict.py` brings copies of it along.
It knows no network and no photos; what a drawing may hold is limited in `fabric`.
"""

from mnist_core.drawing.fabric import Drawing, fill_outline, read_canvas, write_canvas
from mnist_core.drawing.parts import Part, prepare_parts
from mnist_core.drawing.prepare import (
    PEN,
    Prepared,
    is_empty,
    paint_drawing,
    prepare_clothes,
    prepare_digit,
    prepare_drawing,
    prepare_raw,
    prepare_strokes,
)
from mnist_core.drawing.samples import Sample, samples
from mnist_core.drawing.separate import separate
from mnist_core.drawing.strokes import Stroke, paint

__all__ = [
    "PEN",
    "Drawing",
    "Part",
    "Prepared",
    "Sample",
    "Stroke",
    "fill_outline",
    "is_empty",
    "paint",
    "paint_drawing",
    "prepare_clothes",
    "prepare_digit",
    "prepare_drawing",
    "prepare_parts",
    "prepare_raw",
    "prepare_strokes",
    "read_canvas",
    "samples",
    "separate",
    "write_canvas",
]
