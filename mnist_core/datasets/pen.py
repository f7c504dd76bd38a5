"""From recorded pen strokes to a dataset like the others."""

import gzip
import hashlib
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mnist_core.config.datasets import DatasetSpec
from mnist_core.drawing.prepare import prepare_strokes
from mnist_core.drawing.strokes import RecordedDigit, read_unipen
from mnist_core.errors import CorruptDataError, ImageError
from mnist_core.text import Phrase

Report = Callable[[float], None]
"""What is told the share that is done, 0 to 1."""

_EVERY = 50  # digits between two reports


def decode_strokes(
    spec: DatasetSpec, paths: Sequence[Path], report: Report | None = None
) -> dict[str, npt.NDArray[np.uint8]]:
    """Read a UNIPEN file, check its content, and draw each digit as the Draw page does.

    It takes about 3 ms a digit. Writers with an even number are the training set, in the order of their numbers, so
    that the validation set, which is the end of it, is by other people; those with an odd number are the test set.

    Parameters
    ----------
    spec : DatasetSpec
        What the content must be.
    paths : sequence of Path
        One file, compressed with gzip.
    report : callable, optional
        Told the share that is done.

    Returns
    -------
    dict of str to ndarray
        As of `decode`.

    Raises
    ------
    CorruptDataError
        If the file is damaged, or has other content.
    """
    (path,) = paths
    try:
        content = gzip.decompress(path.read_bytes())
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise _corrupt(spec, path, str(error) or type(error).__name__) from error
    if hashlib.md5(content, usedforsecurity=False).hexdigest() != spec.content_md5["strokes"]:
        raise _corrupt(spec, path, Phrase("its content differs from the published data"))
    try:
        digits = list(read_unipen(content.decode("latin-1")))
    except ImageError as error:
        raise _corrupt(spec, path, error.phrase) from error
    train, test = by_writers(digits)
    if (len(train), len(test)) != (spec.n_train, spec.n_test):
        found = Phrase("{even} and {odd} digits by even and odd writers", even=len(train), odd=len(test))
        raise _corrupt(spec, path, found)
    images = np.empty((len(digits), 28, 28), np.uint8)
    for index, digit in enumerate([*train, *test]):
        images[index] = prepare_strokes(digit.strokes).image
        if report is not None and index % _EVERY == 0:
            report(index / len(digits))
    labels = np.array([digit.label for digit in [*train, *test]], np.uint8)
    border = len(train)
    return {
        "x_train": images[:border],
        "y_train": labels[:border],
        "x_test": images[border:],
        "y_test": labels[border:],
    }


def by_writers(digits: Sequence[RecordedDigit]) -> tuple[list[RecordedDigit], list[RecordedDigit]]:
    """Return the digits by writers with even numbers and by those with odd ones, each in the order of writers."""
    known = [(digit.writer, digit) for digit in digits if digit.writer is not None]
    known.sort(key=lambda pair: pair[0])  # stable: one writer's digits stay as they were written
    even, odd = ([digit for writer, digit in known if writer % 2 == parity] for parity in (0, 1))
    return even, odd


def _corrupt(spec: DatasetSpec, path: Path, reason: str | Phrase) -> CorruptDataError:
    return CorruptDataError(
        "{path} is damaged or is not {title}: {reason}. Get it again from {source}.",
        path=path,
        title=Phrase(spec.title),
        reason=reason,
        source=Phrase(spec.source),
    )
