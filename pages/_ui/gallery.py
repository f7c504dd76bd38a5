"""Images of 28 x 28 pixels, enlarged with sharp edges."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import numpy.typing as npt
import streamlit as st
from PIL import Image

SHEET_COLUMNS = 50


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
    size : {"m", "l", "six", "eight", "ten", "four", "hero"}
        Least width of a tile: 72 or 112 pixels; or at most six tiles a row; or eight or ten, half as many on a phone;
        or four or six at any width, without words.
    """
    items = "".join(
        f'<figure><img src="{data_url(tile.image)}" alt="{escape(tile.alt or tile.title)}">'
        f'<figcaption><b class="{tile.mark}">{escape(tile.title)}</b>'
        f"{f'<span>{escape(tile.detail)}</span>' if tile.detail else ''}</figcaption></figure>"
        for tile in tiles
    )
    st.html(f'<div class="lab-gallery lab-{size}">{items}</div>')


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
    rows = []
    for line in image.tolist():
        cells = "".join(
            f'<td style="background:rgb({v},{v},{v});color:{"#fff" if v < 128 else "#000"}">'
            f"{_scaled(v) if scaled else v}</td>"
            for v in line
        )
        rows.append(f"<tr>{cells}</tr>")
    st.html(f'<div class="lab-numbers" tabindex="0"><table>{"".join(rows)}</table></div>')


def _scaled(value: int) -> str:
    return str(value // 255) if value in (0, 255) else f"{value / 255:.2f}".removeprefix("0")


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
    """Return a grey image as a PNG in a data address."""
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(image)).save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
