"""From a stranger's picture file to the digits or the piece of clothing in it. Python, NumPy and Pillow only.

Kind, size and number of passes are checked before anything is decoded, and only what the first frame needs reaches
Pillow (`containers`); one picture is decoded at a time, and what a decoder raises becomes one sentence. Frames and
tiles are no ink: each is a page of its own (`grounds`, `pages`), and lines through the whole picture are taken out
(`ruled_lines`). The one way from a file to answers begins in `mnist_core.inference.pictures`.

It knows pictures and never keeps them. The network that reads what was found is given to it.
"""

from mnist_core.photos.clothes import find_clothes, find_thing
from mnist_core.photos.digits import MOST_DIGITS, find_digits, find_letter
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
    "find_letter",
    "find_thing",
    "read_upload",
    "with_boxes",
]
