"""Moving the content of images."""

import numpy as np
import numpy.typing as npt


def affine(
    images: npt.NDArray[np.uint8],
    *,
    scale: float = 1.0,
    rotation: float = 0.0,
    shift_x: float = 0.0,
    shift_y: float = 0.0,
) -> npt.NDArray[np.uint8]:
    """Scale and turn images about their centre, then shift them.

    Each new pixel is looked up at the place it comes from, between the four pixels around that place (bilinear
    interpolation). Outside the image is background, 0.

    Parameters
    ----------
    images : ndarray of shape (n, height, width), uint8
    scale : float
        Factor of the size, above 0.
    rotation : float
        Degrees, counterclockwise as one sees it.
    shift_x, shift_y : float
        Pixels to the right and down.

    Returns
    -------
    ndarray of shape (n, height, width), uint8
    """
    count, height, width = images.shape
    rows, columns = _sources(height, width, scale, rotation, shift_x, shift_y)
    row, column = np.floor(rows).astype(int), np.floor(columns).astype(int)
    down, right = (rows - row).astype(np.float32), (columns - column).astype(np.float32)
    # One row for each pixel and one column for each image: a pixel of all images lies together in memory.
    pixels = np.ascontiguousarray(images.reshape(count, height * width).T)
    moved = np.zeros(pixels.shape, np.float32)
    for at_row, at_column, weight in (
        (row, column, (1 - down) * (1 - right)),
        (row, column + 1, (1 - down) * right),
        (row + 1, column, down * (1 - right)),
        (row + 1, column + 1, down * right),
    ):
        inside = (at_row >= 0) & (at_row < height) & (at_column >= 0) & (at_column < width) & (weight > 0)
        moved[inside] += pixels[(at_row * width + at_column)[inside]] * weight[inside][:, None]
    return np.rint(moved).astype(np.uint8).T.reshape(images.shape)


def _sources(
    height: int, width: int, scale: float, rotation: float, shift_x: float, shift_y: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return row and column that each pixel comes from, arrays of shape (height * width,)."""
    middle_row, middle_column = (height - 1) / 2, (width - 1) / 2
    row, column = (index.ravel() for index in np.indices((height, width)))
    y, x = row - middle_row - shift_y, column - middle_column - shift_x
    # Rows count downwards, so this turns the look-up clockwise and the content counterclockwise. Rounded, because
    # the sine of 180 degrees is not quite 0, and a pixel just outside the edge would be lost.
    angle = np.deg2rad(rotation)
    rows = middle_row + (x * np.sin(angle) + y * np.cos(angle)) / scale
    columns = middle_column + (x * np.cos(angle) - y * np.sin(angle)) / scale
    return rows.round(9), columns.round(9)
