"""From strokes or ink to the 28 x 28 image that a network expects.

Knows arrays only: no files, no models. Every step of the preparation is returned, so that a
page can show what happened to a drawing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from mnist_core.drawing.fabric import Drawing
from mnist_core.drawing.strokes import Stroke, paint
from mnist_core.errors import EmptyImageError, ImageError

SIDE = 28  # pixels of an MNIST image
BOX = 20  # pixels of the box that MNIST fits a digit into
CENTRE = 14.0  # pixel index of every MNIST digit's centre of mass (measured on all 70,000)

PEN = 0.125  # width of the median stroke of MNIST by the digit's longest side: 2.5 of 20 pixels
_DETAIL = 8  # strokes are painted so many times larger than the box
_LEAST_EXTENT = 8.0  # pixels of the canvas: what is smaller is a dot, and is not enlarged to fill the box
_FARTHEST = 1e6
_MOST_POINTS = 400_000


Step = tuple[str, npt.NDArray[np.uint8]]


class _WhenSeen(Sequence[Any]):
    """Steps that are painted when somebody looks at them: a network is also asked where nobody does."""

    def __init__(self, paint_all: Callable[[], tuple[Step, ...]]) -> None:
        self._paint_all = paint_all

    @cached_property
    def _steps(self) -> tuple[Step, ...]:
        return self._paint_all()

    def __getitem__(self, index: Any) -> Any:
        return self._steps[index]

    def __len__(self) -> int:
        return len(self._steps)


@dataclass(frozen=True)
class Prepared:
    """A drawing made ready for a network.

    Attributes
    ----------
    image : ndarray of shape (28, 28), uint8
        0 = paper, 255 = ink.
    steps : sequence of (str, ndarray of shape (h, w), uint8)
        Name and picture of every step, the last being `image`.
    """

    image: npt.NDArray[np.uint8]
    steps: Sequence[Step]


def is_empty(ink: npt.NDArray[np.uint8]) -> bool:
    """Whether a canvas carries no ink at all."""
    return not ink.any()


def prepare_digit(ink: npt.NDArray[np.uint8]) -> Prepared:
    """Turn ink into an image like those in MNIST.

    The recipe of the MNIST authors as the QMNIST authors found it again (xnist.lsh in
    facebookresearch/qmnist): the tight box around the ink, padded to a square, resampled to
    20 x 20 by area, stretched to full grey range, and placed in 28 x 28 so that its centre of
    mass falls on pixel 14, by whole pixels.

    Parameters
    ----------
    ink : ndarray of shape (h, w), uint8
        0 = paper, 255 = ink.

    Raises
    ------
    ImageError
        If there is no ink.
    """
    square = _square(_tight_box(ink), least=10)
    small = _stretch(_resample(square, BOX))
    image = _place_by_mass(small)
    return Prepared(image, (("drawing", ink), ("box", square), ("small", small), ("centred", image)))


def prepare_strokes(strokes: Sequence[Stroke]) -> Prepared:
    """Turn pen strokes into an image like those in MNIST.

    The strokes themselves are moved and scaled, and only then painted, with a pen as wide as MNIST's by the digit's
    size. So neither place nor size nor the pen's width on the canvas matters. What follows is the recipe of
    `prepare_digit`, except that a dot stays small.

    Parameters
    ----------
    strokes : sequence of ndarray of shape (n, 2)
        x to the right and y down, in pixels of the canvas.

    Raises
    ------
    ImageError
        If there is no point, or if they are not finite pairs of numbers within a million pixels of the corner.
    """
    side = BOX * _DETAIL
    pen = PEN * side
    paths = _normalised(strokes, side, pen)
    painted = paint(paths, side, pen)
    square = _square(_tight_box(painted), least=side)
    small = _stretch(_resample(square, BOX))
    image = _place_by_mass(small)

    def steps() -> tuple[Step, ...]:
        thin = paint(paths, side, pen / 5)
        return (("strokes", thin), ("pen", painted), ("small", small), ("centred", image))

    return Prepared(image, _WhenSeen(steps))


def _normalised(strokes: Sequence[Stroke], side: int, pen: float) -> list[Stroke]:
    """Move and scale strokes so that, painted with `pen`, they fill a square of `side` pixels."""
    paths = [np.asarray(stroke, dtype=np.float64) for stroke in strokes if len(stroke)]
    if not paths:
        raise EmptyImageError("There is nothing drawn yet.")
    for path in paths:
        if path.ndim != 2 or path.shape[1] != 2 or not (np.abs(path) <= _FARTHEST).all():
            raise ImageError("A stroke is a list of points x, y. Received: {points}", points=repr(path)[:60])
    if sum(map(len, paths)) > _MOST_POINTS:
        raise ImageError("This drawing is too long to be read. Clear it and draw again with fewer strokes.")
    points = np.concatenate(paths)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = (side - pen) / max(float((high - low).max()), _LEAST_EXTENT)
    return [(path - (low + high) / 2) * scale + side / 2 for path in paths]


def prepare_raw(ink: npt.NDArray[np.uint8]) -> Prepared:
    """Shrink the whole canvas to 28 x 28, as most demos do: small and off-centre digits stay so.

    Raises
    ------
    ImageError
        If there is no ink.
    """
    if is_empty(ink):
        raise EmptyImageError("There is nothing drawn yet.")
    source = Image.fromarray(ink)
    image = np.asarray(source.resize((SIDE, SIDE), Image.Resampling.BOX))
    return Prepared(image, (("drawing", ink), ("raw", image)))


def prepare_clothes(ink: npt.NDArray[np.uint8]) -> Prepared:
    """Turn ink into an image like those in Fashion-MNIST.

    There the longest side of a piece fills all 28 pixels and the piece is centred by its box
    (Xiao, Rasul and Vollgraf 2017, arXiv 1708.07747, figure 1).

    Raises
    ------
    ImageError
        If there is no ink.
    """
    square = _square(_tight_box(ink), least=SIDE)
    image = _stretch(_resample(square, SIDE))
    return Prepared(image, (("drawing", ink), ("box", square), ("centred", image)))


def prepare_drawing(drawing: Drawing, size: int, reader: str) -> Prepared:
    """Prepare what is on a canvas of `size` pixels for a network.

    Clothes and things are filled areas in shades of grey, so there the drawing counts as it looks.

    Parameters
    ----------
    reader : str
        A key of `DRAWN`, as kinds of pictures name it.

    Raises
    ------
    ImageError
        If there is nothing drawn.
    """
    return DRAWN[reader](drawing, size)


def _by_strokes(drawing: Drawing, _: int) -> Prepared:
    return prepare_strokes(drawing.strokes)


def _by_looks(drawing: Drawing, size: int) -> Prepared:
    return prepare_clothes(paint_drawing(drawing, size))


DRAWN: Mapping[str, Callable[[Drawing, int], Prepared]] = {
    "digits": _by_strokes,
    "letter": _by_strokes,
    "clothes": _by_looks,
    "thing": _by_looks,
}
"""How a drawing becomes an image, by the reader that its kind of pictures names."""


def paint_drawing(drawing: Drawing, size: int) -> npt.NDArray[np.uint8]:
    """Return the ink of a canvas of `size` pixels as it looks, of shape (size, size), 0 to 255."""
    return paint(drawing.strokes, size, drawing.pens, drawing.shades, drawing.filled)


def _tight_box(ink: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        raise EmptyImageError("There is nothing drawn yet.")
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _square(image: npt.NDArray[np.uint8], least: int) -> npt.NDArray[np.uint8]:
    height, width = image.shape
    side = max(height, width, least)
    top, left = (side - height) // 2, (side - width) // 2
    return np.pad(image, ((top, side - height - top), (left, side - width - left)))


def _resample(image: npt.NDArray[np.uint8], side: int) -> npt.NDArray[np.float32]:
    """Resample a square by area: each new pixel is the mean of what it covers."""
    source = Image.fromarray(image.astype(np.float32))
    if len(image) < side:
        # Pillow's box filter enlarges by the nearest pixel; doubled first, as in the recipe.
        source = source.resize((2 * len(image),) * 2, Image.Resampling.BOX)
    return np.asarray(source.resize((side, side), Image.Resampling.BOX), dtype=np.float32)


def _stretch(image: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    stretched: npt.NDArray[np.uint8] = np.rint(image * (255.0 / float(image.max()))).astype(np.uint8)
    return stretched


def _place_by_mass(small: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    weights = small.astype(np.float64)
    total = weights.sum()
    positions = np.arange(BOX)
    row, column = (weights.sum(axis=1) @ positions) / total, (weights.sum(axis=0) @ positions) / total
    limit = SIDE - BOX
    # floor(x + 0.5) and not round(): Python rounds halves to even, the recipe cuts off.
    top = int(np.clip(np.floor(CENTRE - row + 0.5), 0, limit))
    left = int(np.clip(np.floor(CENTRE - column + 0.5), 0, limit))
    image = np.zeros((SIDE, SIDE), dtype=np.uint8)
    image[top : top + BOX, left : left + BOX] = small
    return image
