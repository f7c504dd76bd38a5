"""Weights with fewer digits: so a file that is packed is smaller."""

import numpy as np
import numpy.typing as npt


def rounded(values: npt.NDArray[np.float32], bits: int) -> npt.NDArray[np.float32]:
    """Return float32 numbers with so many bits of mantissa, rounded to the nearest: the other bits are zero."""
    spare = 23 - bits
    if spare <= 0:
        return values
    whole = np.ascontiguousarray(values, np.float32).view(np.uint32)
    # Half of the last kept bit is added and the rest cut off; a carry moves on into the exponent, as it should.
    cut = (whole + np.uint32(1 << (spare - 1))) & np.uint32(0xFFFFFFFF << spare & 0xFFFFFFFF)
    return cut.view(np.float32).reshape(values.shape)
