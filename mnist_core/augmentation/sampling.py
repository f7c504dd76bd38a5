"""Looking images up at other places, in whole numbers: 28 x 28 pixels in a frame of zeros.

Floats for each of an image's four neighbours would cost three times as much as this; figures are in
``benchmarks/README.md``.
"""

import numpy as np
import numpy.typing as npt

SIDE = 28
FRAMED = 32  # a power of two; two pixels of background on each side
_BORDER = (FRAMED - SIDE) // 2
ONE = 256  # a pixel, in the units that places are given in
_LAST = float((FRAMED - 1) * ONE - 1)  # from here a right and a lower neighbour are still inside
_LANES = np.uint32(0x00FF00FF)
_EIGHT, _SIXTEEN = np.uint32(8), np.uint32(16)

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


def framed(images: Bytes) -> Bytes:
    """Return images of shape (n, 28, 28) in a frame of zeros, (n, 32, 32)."""
    frames = np.zeros((len(images), FRAMED, FRAMED), np.uint8)
    frames[:, _BORDER:-_BORDER, _BORDER:-_BORDER] = images
    return frames


def unframed(frames: Bytes) -> Bytes:
    """Return what lies within the frame."""
    return frames[:, _BORDER:-_BORDER, _BORDER:-_BORDER]


def identity_basis() -> Floats:
    """Return what places are sums of: three rows of shape (784,), float32.

    A place (row or column in the framed image, in 256ths of a pixel) is a sum of the first two, a
    pixel's row and column counted from the image's middle, and of the third, a constant pixel.
    """
    rows, columns = np.indices((SIDE, SIDE), np.float32).reshape(2, -1) - (SIDE - 1) / 2
    return np.stack([rows, columns, np.ones_like(rows)]).astype(np.float32) * ONE


MIDDLE = (SIDE - 1) / 2 + _BORDER  # of a framed image, in pixels


def sample(frames: Bytes, rows: Floats, columns: Floats) -> Bytes:
    """Look images up at places between pixels, each between its four neighbours (bilinear).

    Parameters
    ----------
    frames : ndarray of shape (n, 32, 32), uint8
        From `framed`: what lies outside of it counts as background.
    rows, columns : ndarray of shape (n, 784), float32
        Where in its frame each pixel comes from, in 256ths of a pixel. Used up.

    Returns
    -------
    ndarray of shape (n, 28, 28), uint8
    """
    row, right_of = _split(rows)
    column, weight = _split(columns)
    row *= FRAMED
    row += column
    starts = np.arange(len(frames), dtype=np.intp)[:, None] * (FRAMED * FRAMED)
    four = np.take(_neighbours(frames), row + starts, mode="clip")
    # The left neighbours in one number, upper and lower; the right ones in another. A weighted sum
    # of two bytes fits into 16 bits, so both rows are mixed by one multiplication.
    left = four & _LANES
    four >>= _EIGHT
    four &= _LANES
    four -= left  # may wrap around; the sum below wraps back
    four *= weight
    left <<= _EIGHT
    left += four
    upper = left & np.uint32(0xFFFF)
    left >>= _SIXTEEN
    left -= upper
    left *= right_of
    upper <<= _EIGHT
    upper += left
    upper += np.uint32(1 << 15)  # rounds
    upper >>= _SIXTEEN
    return upper.astype(np.uint8).reshape(-1, SIDE, SIDE)


def _split(places: Floats) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint32]]:
    """Return the whole pixels of places, and the 256ths beyond."""
    np.clip(places, 0.0, _LAST, out=places)
    whole = (places + np.float32(0.5)).astype(np.int32)
    beyond = (whole & (ONE - 1)).astype(np.uint32)
    whole >>= 8
    return whole, beyond


def _neighbours(frames: Bytes) -> npt.NDArray[np.uint32]:
    """Return each pixel with its right, lower, and lower right neighbour in one number."""
    wide = frames.reshape(-1).astype(np.uint32)
    four = wide.copy()
    four[:-1] |= wide[1:] << _EIGHT
    pairs = four[FRAMED:] << _SIXTEEN  # a pixel and its right neighbour, one row below
    four[:-FRAMED] |= pairs
    return four
