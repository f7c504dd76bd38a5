"""From drawings and pictures to 28 x 28 images."""

from mnist_core.drawing.prepare import (
    Prepared,
    ink_from_image,
    ink_from_rgba,
    is_empty,
    prepare_clothes,
    prepare_digit,
)

__all__ = [
    "Prepared",
    "ink_from_image",
    "ink_from_rgba",
    "is_empty",
    "prepare_clothes",
    "prepare_digit",
]
