"""Arrays in NPZ files: a stranger's headers are compared with what is expected before numbers are read."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.errors import BundleError
from mnist_core.sharing.bundle.archive import Archive, shown

_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
_MOST_HEADER = 12_000  # bytes: NumPy's own limit is 10,000


@dataclass(frozen=True)
class Expected:
    """What an array has to be.

    Attributes
    ----------
    dtypes : tuple of str
        Such as ``("float32", "float16")``.
    shape : tuple of (int or tuple of int)
        Each side's length, or the least and the greatest.
    needed : bool
    """

    dtypes: tuple[str, ...]
    shape: tuple[int | tuple[int, int], ...]
    needed: bool = True


def arrays_file(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """Return arrays as an NPZ file; the same arrays give the same bytes."""
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=False, **arrays)
    return stream.getvalue()


def read_arrays(data: bytes, what: str, expected: Mapping[str, Expected]) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of an NPZ file; pickled objects are never read.

    Parameters
    ----------
    data : bytes
    what : str
        Name of the file, for errors.
    expected : mapping of str to Expected
        All that may be in it, by name.

    Raises
    ------
    BundleError
    """
    most = sum(_most_bytes(each) for each in expected.values())
    archive = Archive(data, what, most_entries=len(expected), most_bytes=most)
    names = {name.removesuffix(".npy"): name for name in archive.entries if name.endswith(".npy")}
    archive.check_names(lambda name: name.removesuffix(".npy") in expected and name.endswith(".npy"))
    for name, each in expected.items():
        if each.needed and name not in names:
            raise BundleError("{what} lacks the array “{name}”.", what=what, name=name)
    return {
        name: _array(archive.read(member, _most_bytes(expected[name])), what, name, expected[name])
        for name, member in names.items()
    }


def _most_bytes(expected: Expected) -> int:
    sides = [side if isinstance(side, int) else side[1] for side in expected.shape]
    return prod(sides) * max(np.dtype(name).itemsize for name in expected.dtypes) + _MOST_HEADER


def _array(content: bytes, what: str, name: str, expected: Expected) -> npt.NDArray[Any]:
    stream = io.BytesIO(content)
    try:
        shape, fortran_order, dtype = _HEADERS[np.lib.format.read_magic(stream)](stream)
    except Exception as error:  # whatever NumPy makes of a header of any content
        raise BundleError("The array “{name}” in {what} can't be read.", name=shown(name), what=what) from error
    if dtype.hasobject:
        raise BundleError(
            "The array “{name}” in {what} holds pickled Python objects, which are never read.", name=name, what=what
        )
    if dtype.name not in expected.dtypes or not dtype.isnative or not _fits(shape, expected.shape):
        raise BundleError(
            "The array “{name}” in {what} has another shape or type than this run's. Received: {shape} {dtype}",
            name=name,
            what=what,
            shape=str(shape)[:60],
            dtype=str(dtype)[:40],
        )
    rest = content[stream.tell() :]
    if len(rest) != prod(shape) * dtype.itemsize:
        raise BundleError("The array “{name}” in {what} is cut off.", name=name, what=what)
    array = np.frombuffer(rest, dtype).reshape(shape, order="F" if fortran_order else "C")
    if not np.isfinite(array).all():
        raise BundleError("The array “{name}” in {what} holds values that are no numbers.", name=name, what=what)
    return array


def _fits(shape: tuple[int, ...], expected: tuple[int | tuple[int, int], ...]) -> bool:
    if len(shape) != len(expected):
        return False
    sides = [(side, side) if isinstance(side, int) else side for side in expected]
    return all(least <= length <= most for length, (least, most) in zip(shape, sides, strict=True))
