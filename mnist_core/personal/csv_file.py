"""Drawings as CSV, in the form of Kaggle's "Digit Recognizer": a label and 784 pixels in each row."""

import csv
import io
from collections.abc import Iterator

import numpy as np

from mnist_core.errors import DrawingsError
from mnist_core.personal.drawings import SIDE, Images, Labels, checked

PIXELS = SIDE * SIDE
HEADER = ("label", *(f"pixel{index}" for index in range(PIXELS)))
_ROW_BYTES = 16 * (PIXELS + 1)  # nobody writes a pixel with more characters


def write_csv(images: Images, labels: Labels) -> bytes:
    """Return drawings as a file that `read_csv` reads, and Kaggle's tools too."""
    rows = np.column_stack([labels, images.reshape(len(labels), -1)])
    lines = [",".join(HEADER), *(",".join(map(str, row)) for row in rows.tolist())]
    return ("\n".join(lines) + "\n").encode()


def read_csv(data: bytes, most: int) -> tuple[Images, Labels]:
    """Read drawings from a file whose first row is ``label,pixel0,...,pixel783``.

    Parameters
    ----------
    data : bytes
        Of any content: it comes from a stranger.
    most : int
        Most drawings that may be in it.

    Returns
    -------
    images, labels : ndarray of shape (n, 28, 28) and (n,), uint8

    Raises
    ------
    DrawingsError
        One sentence about the first thing that is wrong.
    """
    if len(data) > _ROW_BYTES * (most + 1):
        raise too_many(most)
    try:
        rows = csv.reader(_lines(data.decode("utf-8-sig")), strict=True)
        header = next(rows, [])
        if tuple(name.strip() for name in header) != HEADER:
            raise DrawingsError(
                "The first row of the CSV file has to be label,pixel0,pixel1 and so on to pixel783. "
                "Received: {n} columns that begin with {names}",
                n=len(header),
                names=",".join(header)[:40] or "nothing",
            )
        numbers = list(_numbers(rows, most))
    except (UnicodeDecodeError, csv.Error) as error:
        raise DrawingsError("This is no CSV file: {reason}", reason=str(error)[:100]) from error
    table = np.array(numbers).reshape(-1, PIXELS + 1)
    return checked(table[:, 1:].astype(np.int64), table[:, 0])


def _lines(text: str) -> Iterator[str]:
    """Yield lines; an endless one is cut off before millions of columns are made of it."""
    lines = io.StringIO(text, newline="")
    while line := lines.readline(_ROW_BYTES):
        yield line


def _numbers(rows: Iterator[list[str]], most: int) -> Iterator[list[float]]:
    """Yield each row as whole numbers; lines without anything are passed over."""
    found = 0
    for row in rows:
        if not row:
            continue
        found += 1
        if found > most:
            raise too_many(most)
        if len(row) != PIXELS + 1:
            raise DrawingsError(
                "Each row has a label and 784 pixels. Row {number} has {n} columns.", number=found, n=len(row)
            )
        try:
            numbers = [float(word) for word in row]
        except ValueError:
            raise _no_number(found) from None
        if not all(number.is_integer() and 0 <= number <= 255 for number in numbers):
            raise _no_number(found)
        yield numbers


def too_many(most: int) -> DrawingsError:
    """Return the error of a file with more than `most` drawings."""
    return DrawingsError("This file has too many drawings: at most {most} can be added now.", most=f"{most:,}")


def _no_number(row: int) -> DrawingsError:
    return DrawingsError("Labels and pixels are whole numbers from 0 to 255. Row {number} has others.", number=row)
