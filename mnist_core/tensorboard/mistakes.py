"""The surest mistakes as one picture, each with what it is and what it was taken for. NumPy and Pillow only."""

import io
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mnist_core.evaluation import mistakes

# TensorBoard shows pictures about 350 pixels wide and does not smooth them: wider ones could not be read.
_COLUMNS, _ROWS = 4, 5
_ZOOM = 3
_WIDTH, _HEIGHT = 88, 112  # of a cell, in pixels: a zoomed image and two lines below it
_MARGIN = 2
_TEXT = 10


def mistakes_png(
    images: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.integer],
    probabilities: npt.NDArray[np.floating],
    class_names: Sequence[str],
) -> tuple[bytes, tuple[int, int]] | None:
    """Return the at most 20 surest mistakes as a grey PNG, and its width and height; None without mistakes.

    Parameters
    ----------
    images : ndarray of shape (n, 28, 28), uint8
    labels : ndarray of shape (n,), int
    probabilities : ndarray of shape (n, classes)
    class_names : sequence of str
        Short enough for one line.
    """
    # Imported here: only the process that trains draws.
    from PIL import Image, ImageDraw, ImageFont

    worst = mistakes(probabilities, labels)[: _COLUMNS * _ROWS]
    if not len(worst):
        return None
    rows = -(-len(worst) // _COLUMNS)
    size = (min(len(worst), _COLUMNS) * _WIDTH, rows * _HEIGHT)
    sheet, font = Image.new("L", size, 255), ImageFont.load_default(_TEXT)
    draw = ImageDraw.Draw(sheet)
    for place, index in enumerate(worst.tolist()):
        row, column = divmod(place, _COLUMNS)
        left, top = column * _WIDTH + _MARGIN, row * _HEIGHT + _MARGIN
        sheet.paste(Image.fromarray(np.kron(images[index], np.ones((_ZOOM, _ZOOM), np.uint8))), (left, top))
        said = int(probabilities[index].argmax())
        below = top + _ZOOM * images.shape[1]
        draw.text((left, below + 1), f"is {class_names[int(labels[index])]}", 0, font)
        draw.text((left, below + 13), f"{class_names[said]}? {probabilities[index, said]:.0%}", 0, font)
    stream = io.BytesIO()
    sheet.save(stream, "PNG")
    return stream.getvalue(), size
