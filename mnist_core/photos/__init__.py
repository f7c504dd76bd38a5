"""From a stranger's picture file to the digits or the piece of clothing in it."""

from mnist_core.photos.clothes import find_clothes
from mnist_core.photos.digits import MOST_DIGITS, find_digits
from mnist_core.photos.found import Found
from mnist_core.photos.show import with_boxes
from mnist_core.photos.upload import MOST_BYTES, MOST_PIXELS, Picture, read_upload

__all__ = [
    "MOST_BYTES",
    "MOST_DIGITS",
    "MOST_PIXELS",
    "Found",
    "Picture",
    "find_clothes",
    "find_digits",
    "read_upload",
    "with_boxes",
]
