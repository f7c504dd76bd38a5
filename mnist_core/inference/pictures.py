"""From a file to what a network is asked about: one way for pages, command line, and the ``predict.py`` of bundles."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from mnist_core.drawing import Part, prepare_parts, read_canvas
from mnist_core.errors import ImageError
from mnist_core.photos import (
    MOST_BYTES,
    Found,
    Picture,
    find_clothes,
    find_digits,
    find_letter,
    find_thing,
    read_upload,
)

CANVAS = 280  # pixels of a canvas's side, where its file does not say "size"
FINDERS: Mapping[str, Callable[[Picture], Found]] = {
    "digits": find_digits,
    "letter": find_letter,
    "clothes": find_clothes,
    "thing": find_thing,
}
"""What finds something in a photo, by the reader that its kind of pictures names."""


def content_of(path: Path) -> bytes:
    """Return the content of a file, or of one that is too large so much that `find_in` says so.

    Raises
    ------
    ImageError
        If it can't be opened.
    """
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ImageError("The file can't be opened: {reason}", reason=error.strerror) from error


def find_in(data: bytes, reader: str) -> Found:
    """Return what is in the bytes of a picture file.

    Parameters
    ----------
    data : bytes
        See `read_upload`.
    reader : str
        A key of `FINDERS`.

    Raises
    ------
    ImageError
        If it is no picture that may be read, or nothing is found in it.
    """
    return FINDERS[reader](read_upload(data))


def parts_of(data: bytes, reader: str) -> tuple[Part, ...]:
    """Return what a network is asked about in a file: a picture, or the strokes of a canvas as JSON.

    Raises
    ------
    ImageError
        As `find_in`.
    """
    return _drawn(data, reader) if data[:1] in (b"{", b"[") else find_in(data, reader).parts


def _drawn(data: bytes, reader: str) -> tuple[Part, ...]:
    """Return the parts of a drawing as Fabric writes it: ``{"size": 280, "objects": [...]}``."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        raise ImageError("This file begins like strokes of a canvas (JSON), but can't be read as such.") from None
    size = content.get("size", CANVAS) if isinstance(content, dict) else CANVAS
    if not isinstance(size, int) or not 28 <= size <= 4000:
        raise ImageError("The size of a canvas is 28 to 4000 pixels. Received: {size}", size=repr(size)[:40])
    return prepare_parts(read_canvas(content, size), size, reader)
