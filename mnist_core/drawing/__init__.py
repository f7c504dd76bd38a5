"""From drawings and pictures to 28 x 28 images."""

from mnist_core.drawing.fabric import Drawing, fill_outline, read_canvas, write_canvas
from mnist_core.drawing.parts import Part, prepare_parts
from mnist_core.drawing.prepare import (
    PEN,
    Prepared,
    ink_from_image,
    ink_from_rgba,
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
    "ink_from_image",
    "ink_from_rgba",
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
