"""Drawings as a NumPy archive. What strangers upload is looked at before it is unpacked."""

import io
import zipfile
from collections.abc import Mapping
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from mnist_core.drawing.personal.csv_file import too_many
from mnist_core.drawing.personal.drawings import SIDE, Images, Labels, checked
from mnist_core.errors import DrawingsError
from mnist_core.text import Phrase

NAMES = (("images", "labels"), ("x_train", "y_train"), ("x_test", "y_test"), ("x", "y"), ("X", "y"))
"""Under which names images and labels may stand; ours first, then those of Keras's files."""
_MOST_MEMBERS = 64
_MOST_PIXEL_BYTES = 8
_MOST_HEADER = 12_000  # bytes: NumPy's own limit is 10,000, but it looks at it only after all of them are unpacked
_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


def write_npz(images: Images, labels: Labels) -> bytes:
    """Return drawings as a compressed archive with the arrays ``images`` and ``labels``."""
    stream = io.BytesIO()
    np.savez_compressed(stream, allow_pickle=False, images=images, labels=labels)
    return stream.getvalue()


def read_npz(data: bytes, most: int, classes: int) -> tuple[Images, Labels]:
    """Read drawings from an archive; nothing is unpacked before its header says that it is small enough.

    Parameters
    ----------
    data : bytes
        Of any content: it comes from a stranger. Pickled objects are never read.
    most : int
        Most drawings that may be in it.
    classes : int
        How many classes the labels are of.

    Returns
    -------
    images, labels : ndarray of shape (n, 28, 28) and (n,), uint8

    Raises
    ------
    DrawingsError
        One sentence about the first thing that is wrong.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {name.removesuffix(".npy"): name for name in archive.namelist()[:_MOST_MEMBERS]}
            images, labels = _names(members)
            arrays = [_read(archive, members[name], most) for name in (images, labels)]
    except DrawingsError:
        raise
    except Exception as error:  # zipfile, zlib and NumPy raise a dozen classes for damaged content
        raise DrawingsError("This NPZ file is damaged, or no NPZ file. Save it anew with numpy.savez.") from error
    return checked(arrays[0], arrays[1], classes)


def _names(members: Mapping[str, str]) -> tuple[str, str]:
    for images, labels in NAMES:
        if images in members and labels in members:
            return images, labels
    raise DrawingsError(
        "The NPZ file has to hold the arrays images and labels (or x_train and y_train, or x and y). Received: {names}",
        names=", ".join(sorted(members))[:80] or Phrase("no array"),
    )


def _read(archive: zipfile.ZipFile, name: str, most: int) -> npt.NDArray[Any]:
    """Return one array, whose size its header tells before anything of it is read."""
    with archive.open(name) as stream:
        begin = io.BytesIO(stream.read(_MOST_HEADER))
        shape, fortran_order, dtype = _header(begin)
        if dtype.hasobject or dtype.kind not in "buif" or dtype.itemsize > _MOST_PIXEL_BYTES:
            raise DrawingsError("The arrays have to hold plain numbers. Received: {kind}", kind=str(dtype)[:40])
        if shape and shape[0] > most:
            raise too_many(most)
        if len(shape) > 4 or min(shape, default=0) < 0 or np.prod(shape[1:], dtype=float) > SIDE * SIDE:
            raise DrawingsError(
                "Images of 28 x 28 pixels and one label for each were expected. Received: an array of shape {shape}",
                shape=str(shape)[:60],
            )
        size = int(np.prod(shape)) * dtype.itemsize
        content = begin.read(size)
        content += stream.read(size - len(content))
    array: npt.NDArray[Any] = np.frombuffer(content, dtype).reshape(shape, order="F" if fortran_order else "C")
    return array


def _header(stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Return shape, order and type of an array."""
    version = np.lib.format.read_magic(stream)
    return _HEADERS[version](stream)
