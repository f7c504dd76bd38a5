"""Thicker and thinner strokes."""

import numpy as np

from mnist_core.augmentation.sampling import Bytes, Floats


def change_thickness(frames: Bytes, amounts: Floats) -> Bytes:
    """Make strokes thicker or thinner.

    Parameters
    ----------
    frames : ndarray of shape (n, 32, 32), uint8
        Images in a frame of zeros.
    amounts : ndarray of shape (n,), float32
        -1 to 1: 1 takes the brightest of each pixel's 3 x 3 neighbours (one pixel thicker on each
        side), -1 the darkest, 0 changes nothing, and between them it is a mixture.

    Returns
    -------
    ndarray of shape (n, 32, 32), uint8
    """
    changed = frames.copy()
    for chosen, extreme in ((amounts > 0, np.maximum), (amounts < 0, np.minimum)):
        if chosen.any():
            own = frames[chosen]
            share = np.rint(np.abs(amounts[chosen]) * 256).astype(np.uint16)[:, None, None]
            mixed = own * (np.uint16(256) - share) + _extreme(own, extreme) * share
            changed[chosen] = (mixed + np.uint16(128)) >> np.uint16(8)
    return changed


def _extreme(frames: Bytes, extreme: np.ufunc) -> Bytes:
    """Return the brightest or the darkest of each pixel's neighbours; the frame's own edge stays."""
    found = frames.copy()
    found[:, 1:-1] = extreme(extreme(frames[:, :-2], frames[:, 1:-1]), frames[:, 2:])
    both = found.copy()
    both[:, :, 1:-1] = extreme(extreme(found[:, :, :-2], found[:, :, 1:-1]), found[:, :, 2:])
    return both
