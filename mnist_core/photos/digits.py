"""Finding the digits in a photo, and making each ready for a network."""

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from mnist_core.drawing import Part, Prepared
from mnist_core.errors import ImageError
from mnist_core.photos.components import Components, Ints, components
from mnist_core.photos.found import Found
from mnist_core.photos.grouping import find_groups, reading_order, written
from mnist_core.photos.light import Ink
from mnist_core.photos.pages import find_all_ink
from mnist_core.photos.pen import prepare_photographed
from mnist_core.photos.upload import Picture

MOST_DIGITS = 60
_FAINT_EDGE = 0.6  # of the threshold: pale places of a line are ink if they hang together with a dark one


def find_digits(picture: Picture) -> Found:
    """Return the digits in a photo of handwriting on paper, or on a board, or in a drawing.

    Each has the steps "cut", "pen", "small" and "centred".

    Parameters
    ----------
    picture : Picture
        As `read_upload` returns it.

    Raises
    ------
    ImageError
        If nothing that may be a digit is found, or more than 60.
    """
    ink = find_all_ink(_calmed(picture.grey))
    parts = _parts(ink)
    found = find_groups(parts)
    if not found:
        raise ImageError(
            "No digit was found in this picture. Write with a dark pen on light paper without a pattern, fill half of "
            "the picture with the writing, and hold the camera still."
        )
    if len(found) > MOST_DIGITS:
        raise ImageError(
            "There are more than {most} shapes in this picture that may be digits. Take a picture of a part of it.",
            most=MOST_DIGITS,
        )
    boxes = np.array([_box(parts, group) for group in found])
    digits: list[Part] = []
    usual = float(np.median((boxes[:, 2:] - boxes[:, :2]).max(axis=1)))
    for number, line in enumerate(reading_order(boxes)):
        for before, index in zip([None, *line[:-1]], line, strict=True):
            gap = before is not None and boxes[index, 1] - boxes[before, 3] > usual
            prepared = _prepared(ink, parts, found[index], boxes[index])
            place = tuple(boxes[index].tolist())
            digits.append(Part(**vars(prepared), box=place, line=number, after_gap=bool(gap)))
    return Found(tuple(digits), _steps(picture, ink, parts, np.concatenate(found)))


def find_letter(picture: Picture) -> Found:
    """Return the one letter in a photo: all writing, as parts of a letter may lie farther apart than two digits.

    It has the steps of a digit.

    Parameters
    ----------
    picture : Picture
        As `read_upload` returns it.

    Raises
    ------
    ImageError
        If nothing that may be a letter is found.
    """
    ink = find_all_ink(_calmed(picture.grey))
    parts = _parts(ink)
    group, _ = written(parts)
    if not len(group):
        raise ImageError(
            "No letter was found in this picture. Write one with a dark pen on light paper without a pattern, large "
            "enough to fill half of the picture, and hold the camera still."
        )
    box = _box(parts, group)
    letter = Part(**vars(_prepared(ink, parts, group, box)), box=tuple(box.tolist()))
    return Found((letter,), _steps(picture, ink, parts, group))


def _steps(picture: Picture, ink: Ink, parts: Components, taken: Ints) -> tuple[tuple[str, npt.NDArray[np.uint8]], ...]:
    own = np.isin(parts.labels, taken + 1)
    shown = np.where(own, np.rint(255 * ink.swallowed), 0).astype(np.uint8)
    return (("picture", picture.colours), ("light", ink.evened), ("ink", shown))


def _calmed(grey: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Take single noisy pixels out of a large picture; a small one has no pixel to spare."""
    if min(grey.shape) < 200:
        return grey
    return np.asarray(Image.fromarray(grey).filter(ImageFilter.GaussianBlur(0.8)))


def _parts(ink: Ink) -> Components:
    """Return what hangs together and is dark enough somewhere."""
    loose = components(ink.swallowed > _FAINT_EDGE * ink.threshold)
    dark = np.zeros(len(loose.areas) + 1, np.bool_)
    dark[loose.labels[ink.swallowed > ink.threshold]] = True
    dark[0] = False
    numbers = np.where(dark, np.cumsum(dark), 0).astype(np.int32)
    return Components(numbers[loose.labels], loose.boxes[dark[1:]], loose.areas[dark[1:]])


def _box(parts: Components, group: Ints) -> Ints:
    boxes = parts.boxes[group]
    return np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])


def _prepared(ink: Ink, parts: Components, group: Ints, box: Ints) -> Prepared:
    """Cut a digit out, with its soft edges and without its neighbours, and prepare it."""
    height, width = ink.swallowed.shape
    margin = 2
    top, left = max(box[0] - margin, 0), max(box[1] - margin, 0)
    bottom, right = min(box[2] + margin, height), min(box[3] + margin, width)
    labels = parts.labels[top:bottom, left:right]
    own = np.isin(labels, group + 1)
    swallowed = ink.swallowed[top:bottom, left:right]
    strength = max(float(np.percentile(swallowed[own], 75)), 1e-3)
    # The soft edge lies just outside; other digits' ink is left out.
    near = np.asarray(Image.fromarray(own).convert("L").filter(ImageFilter.MaxFilter(5))) > 0
    soft = np.where(near & (own | (labels == 0)), np.clip(swallowed / strength, 0, 1), 0)
    return prepare_photographed(soft.astype(np.float32), np.rint(255 * (1 - swallowed)).astype(np.uint8))
