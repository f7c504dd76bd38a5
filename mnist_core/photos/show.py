"""A picture with what was found in it."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

_WIDEST = 900  # pixels: no page shows more
_LINE = "#2F6FED"
_PAPER = "#FFFFFF"


def with_boxes(
    colours: npt.NDArray[np.uint8], boxes: Sequence[tuple[int, int, int, int]], words: Sequence[str]
) -> npt.NDArray[np.uint8]:
    """Return a picture with a box around each thing that was found, and a word at each box.

    Parameters
    ----------
    colours : ndarray of shape (h, w, 3), uint8
    boxes : sequence of tuple of int
        Top, left, bottom, right in pixels of the picture.
    words : sequence of str
        One for each box; short.

    Returns
    -------
    ndarray of shape (h, w, 3), uint8
        At most 900 pixels wide.
    """
    height, width, _ = colours.shape
    scale = min(_WIDEST / width, 1.0)
    image = Image.fromarray(colours).resize((round(width * scale), max(round(height * scale), 1)))
    draw = ImageDraw.Draw(image)
    line = max(round(image.width / 300), 1)
    heights = [bottom - top for top, _, bottom, _ in boxes]
    size = float(np.clip(np.median(heights) * scale * 0.3, 11, 26)) if heights else 11.0
    font = ImageFont.load_default(size)
    for (top, left, bottom, right), word in zip(boxes, words, strict=True):
        corners = [value * scale + shift for value, shift in ((left, -3), (top, -3), (right, 2), (bottom, 2))]
        draw.rectangle(corners, outline=_LINE, width=line)
        if word:
            _, _, wide, tall = draw.textbbox((0, 0), word, font=font)
            place = (max(corners[0], 0), max(corners[1] - tall - 6, 0))
            draw.rectangle((place[0], place[1], place[0] + wide + 7, place[1] + tall + 6), fill=_LINE)
            draw.text((place[0] + 4, place[1] + 2), word, fill=_PAPER, font=font)
    return np.asarray(image)
