"""Weights as pictures."""

from math import isqrt

import numpy as np
import numpy.typing as npt

Kernel = npt.NDArray[np.float32]


def kernel_images(kernel: Kernel) -> Kernel | None:
    """Return one picture for each unit or filter, or None where a unit's weights are no picture.

    Parameters
    ----------
    kernel : ndarray of shape (inputs, units) or (side, side, channels, filters)
        Of a dense layer whose inputs are the pixels of a square, row by row; or of a convolution.

    Returns
    -------
    ndarray of shape (units, side, side) or None
        None for a convolution over several channels: its filters have a picture for each of them.
    """
    if kernel.ndim == 2:
        side = isqrt(len(kernel))
        return kernel.T.reshape(-1, side, side) if side * side == len(kernel) else None
    return kernel[:, :, 0].transpose(2, 0, 1) if kernel.shape[2] == 1 else None


def filter_slices(kernel: Kernel, number: int) -> Kernel:
    """Return one filter of a convolution as pictures of shape (channels, side, side)."""
    return kernel[..., number].transpose(2, 0, 1)
