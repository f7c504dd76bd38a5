"""The width of a pen in a photo, and making it that of MNIST.

A thin pen in a large photo would leave hair-thin lines in 20 x 20 pixels, and a marker would close loops. Both are
brought to the width that MNIST's pens have by the size of the digit, by moving the ink's outline.
"""

import numpy as np
import numpy.typing as npt
from PIL import Image

from mnist_core.drawing import PEN, Prepared, prepare_digit

Floats = npt.NDArray[np.float32]

_SIDE = 100  # pixels of the longest side when outlines are moved: five for each pixel of the box
_FAINT = 0.02  # less ink than that is none
_SOLID = 75  # percentile of the ink that is left where a line lies
_MOST_THINNED = 0.2  # of its width a pen is thinned on each side at most, or narrow places would break


def prepare_photographed(ink: Floats, picture: npt.NDArray[np.uint8]) -> Prepared:
    """Turn the ink of one digit into an image like those in MNIST.

    Parameters
    ----------
    ink : ndarray of shape (h, w), float32
        0 = paper, 1 = ink, soft edges; nothing but this digit.
    picture : ndarray of shape (h, w), uint8
        The same part of the photo, shown as the first step.

    Raises
    ------
    ImageError
        If there is no ink.
    """
    fitted = fit_pen(ink)
    prepared = prepare_digit(fitted)
    shown = dict(prepared.steps)
    steps = (("cut", picture), ("pen", shown["box"]), ("small", shown["small"]), ("centred", prepared.image))
    return Prepared(prepared.image, steps)


def fit_pen(ink: Floats) -> npt.NDArray[np.uint8]:
    """Return ink as if it had been written with a pen of `PEN` times the digit's longest side.

    Returns
    -------
    ndarray of shape (h, w), uint8
        0 = paper, 255 = ink; enlarged or shrunk to about 100 pixels.
    """
    inside = _enlarged(ink) > 0.5
    if not inside.any():
        return np.zeros(inside.shape, np.uint8)
    inside = np.pad(inside, _SIDE // 6)
    depth, distance = _distances(inside), _distances(~inside)
    width = pen_width(depth)
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    longest = max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1
    # The middle of the pen keeps its way, so the digit grows with its pen.
    wanted = PEN / (1 - PEN) * max(longest - width, 0.0)
    grown = max((wanted - width) / 2, -_MOST_THINNED * width)
    # Both distances are to the middle of the nearest pixel on the other side; the outline runs half-way.
    outside = np.where(inside, 0.5 - depth, distance - 0.5)
    fitted: npt.NDArray[np.uint8] = np.rint(255 * np.clip(0.5 + grown - outside, 0, 1)).astype(np.uint8)
    return fitted


def pen_width(depth: Floats) -> float:
    """Return the mean width of a pen, given each ink pixel's distance from the paper.

    Across a stroke of width w the distance from its edge is w / 4 on average.
    """
    return 4 * max(float(depth[depth > 0].mean()) - 0.5, 0.25)


def _enlarged(ink: Floats) -> Floats:
    """Return ink at the working size, its lines as dark as they were.

    A line that is thinner than a pixel of that size leaves only a part of its ink in each, and is made up for that.
    """
    height, width = ink.shape
    scale = _SIDE / max(height, width)
    sides = (max(round(width * scale), 1), max(round(height * scale), 1))
    how = Image.Resampling.BICUBIC if scale > 1 else Image.Resampling.BOX
    resized: Floats = np.asarray(Image.fromarray(ink).resize(sides, how))
    there = resized[resized > _FAINT]
    if scale >= 1 or not len(there):
        return resized
    return resized / min(np.float32(np.percentile(there, _SOLID)), np.float32(1))


def _distances(mask: npt.NDArray[np.bool_]) -> Floats:
    """Return each set pixel's distance from the nearest pixel that is not set; 0 outside of the mask."""
    height, width = mask.shape
    places = np.arange(height)[:, None]
    far = float(height + width)
    # Along columns first, then the nearest over all columns (Felzenszwalb and Huttenlocher 2012, by brute force).
    before = np.maximum.accumulate(np.where(mask, -far, places), axis=0)
    after = np.minimum.accumulate(np.where(mask, far + height, places)[::-1], axis=0)[::-1]
    squares = np.minimum(places - before, after - places).astype(np.float32) ** 2
    across = (np.arange(width)[:, None] - np.arange(width)) ** 2
    result = np.empty(mask.shape, np.float32)
    for row in range(height):
        result[row] = (squares[row] + across).min(axis=1)
    return np.sqrt(result)
