"""Images of 28 x 28 pixels, enlarged with sharp edges."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

import numpy as np
import numpy.typing as npt
import streamlit as st
from PIL import Image

from mnist_core.figures.theme import ink_on
from mnist_core.text import Translator, english
from pages._ui.shell import i18n

SHEET_COLUMNS = 50
_SMALL = 28 * 28 * 3  # bytes of a map over an image
# The most tiles in a row, where a gallery is below 400, 560, 760, 1080, 1500 pixels wide, and where it is wider.
_MOST = {
    "m": (4, 5, 7, 10, 12, 14),
    "l": (3, 4, 5, 6, 8, 10),
    "six": (4, 5, 6, 6, 6, 6),
    "eight": (4, 4, 8, 8, 8, 8),
    "ten": (5, 5, 10, 10, 10, 10),
    "steps": (2, 4, 4, 4, 4, 4),
    "four": (4,) * 6,
    "hero": (6,) * 6,
}
_FLEXIBLE = ("m", "l", "six")


@dataclass(frozen=True)
class Tile:
    """One image of a gallery: two lines below it, and what a screen reader says."""

    image: npt.NDArray[np.uint8]
    title: str
    detail: str = ""
    alt: str = ""
    mark: str = ""  # "", "good" or "bad": the colour of the title


def gallery(tiles: Sequence[Tile], *, size: str = "m") -> None:
    """Show images in a grid that fills the width.

    Parameters
    ----------
    tiles : sequence of Tile
    size : {"m", "l", "six", "eight", "ten", "steps", "four", "hero"}
        Small or large tiles; or at most six a row; or eight or ten, half as many on a phone; or few of them, equally
        large in each gallery of a page; or four or six at any width, without words.
    """
    items = "".join(
        f'<figure><img src="{data_url(tile.image)}" alt="{escape(tile.alt or tile.title)}">'
        f'<figcaption><b class="{tile.mark}">{escape(tile.title)}</b>'
        f"{f'<span>{escape(tile.detail)}</span>' if tile.detail else ''}</figcaption></figure>"
        for tile in tiles
    )
    most = _MOST[size]
    columns = [_columns(len(tiles), n) for n in most] if size in _FLEXIBLE else most
    widths = ";".join(f"--columns-{place}:{n}" for place, n in enumerate(columns))
    st.html(f'<div class="lab-gallery lab-{size}" style="{widths}">{items}</div>')


def _columns(count: int, most: int) -> int:
    """Return how many tiles a row has: so many that the last row is full, where that leaves them their size."""
    return next((n for n in range(most, most // 2, -1) if count % n == 0), most)


def big_image(image: npt.NDArray[np.uint8], alt: str) -> None:
    """Show one image as large as its column, at most 280 pixels wide."""
    st.html(f'<img class="lab-big" src="{data_url(image)}" alt="{escape(alt)}">')


def number_grid(image: npt.NDArray[np.uint8], *, scaled: bool) -> None:
    """Show an image as the numbers that the network sees, each on its own shade.

    Parameters
    ----------
    image : ndarray of shape (28, 28), uint8
    scaled : bool
        Show each pixel divided by 255, to two decimals and without the leading zero.
    """
    words = i18n.current() if scaled else english
    rows = ("".join(_cell(value, words, scaled=scaled) for value in line) for line in image.tolist())
    table = "".join(f"<tr>{cells}</tr>" for cells in rows)
    st.html(f'<div class="lab-numbers" tabindex="0"><table>{table}</table></div>')


@lru_cache(maxsize=2048)  # all there are in a few languages
def _cell(value: int, t: Translator, *, scaled: bool) -> str:
    shade = f"#{value:02X}{value:02X}{value:02X}"
    shown = str(value)
    if scaled:
        shown = str(value // 255) if value in (0, 255) else t.number(value / 255, ".2f").removeprefix("0")
    return f'<td style="background:{shade};color:{ink_on(shade)}">{shown}</td>'


def sheet(images: npt.NDArray[np.uint8]) -> str:
    """Return many images side by side as one picture in a data address, `SHEET_COLUMNS` in a row.

    In 16 shades, which halves the bytes (204 kB for 2,000 digits) and nobody sees.

    Parameters
    ----------
    images : ndarray of shape (n, 28, 28), uint8
    """
    n, height, width = images.shape
    tall = -(-n // SHEET_COLUMNS)
    grid = np.zeros((tall * SHEET_COLUMNS, height, width), np.uint8)
    grid[:n] = images // 16 * 17
    rows = grid.reshape(tall, SHEET_COLUMNS, height, width).swapaxes(1, 2)
    return data_url(rows.reshape(tall * height, SHEET_COLUMNS * width))


def data_url(image: npt.NDArray[np.uint8]) -> str:
    """Return an image as a PNG in a data address: grey of shape (h, w), or coloured of shape (h, w, 3)."""
    pixels = np.ascontiguousarray(image)
    return (_small if pixels.nbytes <= _SMALL else _png)(pixels.tobytes(), pixels.shape)


def _png(pixels: bytes, shape: tuple[int, ...]) -> str:
    buffer = io.BytesIO()
    Image.frombytes("L" if len(shape) == 2 else "RGB", (shape[1], shape[0]), pixels).save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


# What everybody sees is written once: an image of a dataset takes 1.3 kB here with its address, a map over one 5 kB.
_small = lru_cache(maxsize=2000)(_png)
