"""Going through all images of a split without holding them all."""

import mmap
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Images = npt.NDArray[np.uint8]
_BATCH = 2000  # 6 MB as rows of float32


def batches(images: Images, size: int = _BATCH) -> Iterator[tuple[slice, Images]]:
    """Yield the images, some at a time.

    Datasets are memory-mapped files. What was read of one would count as this process's memory
    from then on (47 MB for 60,000 images), so it is handed back after each batch; the system
    keeps it in its own cache.

    Yields
    ------
    slice, ndarray of shape (n, 28, 28), uint8
        Which images, and the images themselves.
    """
    for start in range(0, len(images), size):
        part = slice(start, min(start + size, len(images)))
        yield part, images[part]
        release(images)


def choose(images: Images, indices: npt.NDArray[np.int64]) -> Images:
    """Return a copy of the images at `indices`; what was read of a mapped file for it is handed back."""
    chosen: Images = np.array(images[indices])
    release(images)
    return chosen


def rows(images: Images) -> npt.NDArray[np.float32]:
    """Return images of shape (n, 28, 28), uint8, as rows of shape (n, 784), float32, 0 to 1."""
    return images.reshape(len(images), -1).astype(np.float32) / np.float32(255)


def release(images: Images) -> None:
    """Give the pages of a mapped file back to the system; they are read again when needed."""
    base: object = images
    while isinstance(base, np.ndarray):
        base = base.base
    if isinstance(base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        base.madvise(mmap.MADV_DONTNEED)


def squared_lengths(x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the sum of squares of each row of `x`."""
    lengths: npt.NDArray[np.float32] = np.einsum("ij,ij->i", x, x)
    return lengths
