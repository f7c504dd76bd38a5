"""From a file to what a network says about it: one way for pages, command line, and the ``predict.py`` of bundles."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.drawing import prepare_parts, read_canvas
from mnist_core.errors import ImageError
from mnist_core.photos.clothes import FoundClothes, find_clothes
from mnist_core.photos.digits import FoundDigits, find_digits
from mnist_core.photos.upload import MOST_BYTES, read_upload

CANVAS = 280  # pixels of a canvas's side, where its file does not say "size"

Images = npt.NDArray[np.uint8]
Predict = Callable[[Images], npt.NDArray[np.float32]]


@dataclass(frozen=True, kw_only=True)
class Part:
    """What a network is asked about: one digit, or one piece of clothing.

    Attributes
    ----------
    image : ndarray of shape (28, 28), uint8
        What the network sees: 0 = background, 255 = ink.
    box : tuple of int or None
        Where it is in a picture: top, left, bottom, right in its pixels.
    line : int
        Which line of writing it stands in, from 0.
    after_gap : bool
        Whether a new number begins with it.
    """

    image: Images
    box: tuple[int, int, int, int] | None = None
    line: int = 0
    after_gap: bool = False


@dataclass(frozen=True, kw_only=True)
class Answer(Part):
    """What a network says to one part.

    Attributes
    ----------
    name : str
        Of the most probable class.
    sure : bool
        Whether it is so probable that it may be given as an answer.
    probabilities : dict of str to float
        Of all classes by name, 0 to 1.
    """

    name: str
    sure: bool
    probabilities: dict[str, float]

    @property
    def probability(self) -> float:
        """Of the most probable class."""
        return self.probabilities[self.name]


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


def find_in(data: bytes, kind: str) -> FoundDigits | FoundClothes:
    """Return what is in the bytes of a picture file.

    Parameters
    ----------
    data : bytes
        See `read_upload`.
    kind : {"digits", "clothes"}

    Raises
    ------
    ImageError
        If it is no picture that may be read, or nothing is found in it.
    """
    picture = read_upload(data)
    return find_digits(picture) if kind == "digits" else find_clothes(picture)


def parts_of(data: bytes, kind: str) -> tuple[Part, ...]:
    """Return what a network is asked about in a file: a picture, or the strokes of a canvas as JSON.

    Raises
    ------
    ImageError
        As `find_in`.
    """
    if data[:1] in (b"{", b"["):
        return tuple(Part(image=part.image) for part in _strokes(data, kind))
    found = find_in(data, kind)
    if isinstance(found, FoundClothes):
        return (Part(image=found.prepared.image, box=found.box),)
    return tuple(
        Part(image=digit.prepared.image, box=digit.box, line=digit.line, after_gap=digit.after_gap)
        for digit in found.digits
    )


def _strokes(data: bytes, kind: str) -> Sequence[Any]:
    """Return the parts of a drawing as Fabric writes it: ``{"size": 280, "objects": [...]}``."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        raise ImageError("This file begins like strokes of a canvas (JSON), but can't be read as such.") from None
    size = content.get("size", CANVAS) if isinstance(content, dict) else CANVAS
    if not isinstance(size, int) or not 28 <= size <= 4000:
        raise ImageError("The size of a canvas is 28 to 4000 pixels. Received: {size}", size=repr(size)[:40])
    return prepare_parts(read_canvas(content, size), size, kind)


def answers_to(parts: Sequence[Part], predict: Predict, classes: Sequence[str], sure_from: float) -> tuple[Answer, ...]:
    """Return what a network says to each part.

    Parameters
    ----------
    parts : sequence of Part
        At least one.
    predict : callable
        Takes images of shape (n, 28, 28), uint8, and returns probabilities of shape (n, classes).
    classes : sequence of str
    sure_from : float
        The least probability of a sure answer.
    """
    rows = predict(np.stack([part.image for part in parts])).tolist()
    return tuple(
        Answer(
            **vars(part),
            name=classes[int(np.argmax(row))],
            sure=max(row) >= sure_from,
            probabilities=dict(zip(classes, row, strict=True)),
        )
        for row, part in zip(rows, parts, strict=True)
    )


def lines_of(answers: Sequence[Answer]) -> list[str]:
    """Return the numbers as they stand in a picture, line by line: ``["12 34", "567"]``."""
    lines: list[str] = []
    for answer in answers:
        if answer.line == len(lines):
            lines.append(answer.name)
        else:
            lines[-1] += (" " if answer.after_gap else "") + answer.name
    return lines


def as_json(answers: Sequence[Answer]) -> dict[str, Any]:
    """Return what programs are told of a picture: "reading", and "digits" with a box each (pieces of clothing, too)."""
    digits = [
        {"answer": answer.name, "probability": answer.probability, "sure": answer.sure, "box": answer.box}
        for answer in answers
    ]
    return {"reading": " ".join(lines_of(answers)), "digits": digits}


def error_as_json(error: Exception) -> dict[str, Any]:
    """Return what programs are told of a picture that can't be read: why, in words."""
    return {"reading": None, "digits": [], "error": str(error)}
