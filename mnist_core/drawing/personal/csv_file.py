"""Drawings as CSV: a label and 784 pixels in each row, as in Kaggle's "Digit Recognizer" and files like it."""

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mnist_core.drawing.personal.drawings import SIDE, Images, Labels, checked
from mnist_core.errors import DrawingsError
from mnist_core.text import Phrase, Plural

PIXELS = SIDE * SIDE
HEADER = ("label", *(f"pixel{index}" for index in range(PIXELS)))
_ROW_BYTES = 16 * (PIXELS + 1)  # nobody writes a pixel with more characters
_SEPARATORS = ",;\t "  # in doubt the first: some write a comma and a space
_LABELS = frozenset({"label", "labels", "class", "target", "digit", "y"})
_NUMBERING = frozenset({"", "id", "index", "imageid", "unnamed: 0"})  # names of columns that only count the rows


@dataclass(frozen=True)
class _Columns:
    """Where label and pixels stand in each row."""

    n: int
    label: int
    pixels: tuple[int, ...]


def write_csv(images: Images, labels: Labels) -> bytes:
    """Return drawings as a file that `read_csv` reads, and Kaggle's tools too."""
    rows = np.column_stack([labels, images.reshape(len(labels), -1)])
    lines = [",".join(HEADER), *(",".join(map(str, row)) for row in rows.tolist())]
    return ("\n".join(lines) + "\n").encode()


def read_csv(data: bytes, most: int, classes: int) -> tuple[Images, Labels]:
    """Read drawings from a file with a label and 784 pixels in each row.

    Comma, semicolon, tab or space may separate them. The first row may name them: one column ``label`` (or ``class``,
    ``target``, ``digit``, ``y``) anywhere, and pixels whose names end in numbers that say their order, as ``pixel0``,
    ``pixel1`` or ``1x1`` do; a column that only counts the rows is passed over. Without names the label comes first,
    or last. Pixels are whole numbers from 0 to 255, or fractions from 0 to 1 in the whole file.

    Parameters
    ----------
    data : bytes
        Of any content: it comes from a stranger.
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
        One sentence about the first thing that is wrong, with its line.
    """
    if len(data) > _ROW_BYTES * (most + 1):
        raise too_many(most)
    try:
        text = data.decode("utf-8-sig")
        separator = _separator(text)
        rows = _rows(text, separator)
        first, words = next(rows, (1, []))
        columns = _columns(words)
        named = columns is not None
        if columns is None:
            columns = _Columns(PIXELS + 1, 0, tuple(range(1, PIXELS + 1)))
            rows = _before((first, words), rows)
        numbers, lines = _numbers(rows, columns, separator, most)
    except (UnicodeDecodeError, csv.Error) as error:
        raise DrawingsError("This is no CSV file: {reason}", reason=str(error)[:100]) from error
    table = np.array(numbers).reshape(-1, columns.n)
    if not named and _label_is_last(table, classes):
        columns = _Columns(columns.n, PIXELS, tuple(range(PIXELS)))
    labels, pixels = table[:, columns.label], table[:, columns.pixels]
    broken = np.flatnonzero((pixels % 1 != 0).any(axis=1))
    if len(broken) and pixels.max() > 1:
        raise DrawingsError(
            "Pixels are whole numbers from 0 to 255, or fractions from 0 to 1 throughout. Line {number} has both.",
            number=lines[broken[0]],
        )
    return checked(pixels if len(broken) else pixels.astype(np.int64), labels, classes)


def _separator(text: str) -> str:
    """Return what separates the columns, by the first line; Excel may say it in a line like ``sep=;``."""
    line = next(filter(str.strip, _lines(text)), "")
    if said := re.fullmatch(r"sep=(.)", line.strip("\r\n")):
        return said[1]
    return max(_SEPARATORS, key=line.count)


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the number of the line and its words; lines without anything are passed over."""
    rows = csv.reader(_lines(text), delimiter=separator, strict=True)
    for row in rows:
        said = rows.line_num == 1 and "".join(row[:1]).startswith("sep=")
        if any(row) and not said:
            yield rows.line_num, row


def _before(first: tuple[int, list[str]], rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    yield first
    yield from rows


def _columns(words: Sequence[str]) -> _Columns | None:
    """Return what the first row says about the columns; None where it has numbers, not names."""
    names = [word.strip().lower() for word in words]
    labels = [place for place, name in enumerate(names) if name in _LABELS]
    if names and not labels and sum(map(_is_number, names)) > len(names) / 2:
        if len(names) == PIXELS:
            raise DrawingsError("The first line has 784 columns: the labels are missing. Each line has 785.")
        return None
    pixels = [place for place, name in enumerate(names) if name not in _LABELS | _NUMBERING]
    order = {place: tuple(map(int, re.findall(r"[0-9]{1,9}", names[place]))) for place in pixels}
    if len(labels) != 1 or len(pixels) != PIXELS or len(set(order.values())) != PIXELS or () in order.values():
        raise DrawingsError(
            Plural(
                "The first row of the CSV file has to name the label and 784 pixels: label,pixel0,pixel1 and so on to "
                "pixel783. Received: {n:,} column that begins with {names}",
                "The first row of the CSV file has to name the label and 784 pixels: label,pixel0,pixel1 and so on to "
                "pixel783. Received: {n:,} columns that begin with {names}",
            ),
            n=len(names),
            names=",".join(words)[:40] or Phrase("nothing"),
        )
    return _Columns(len(names), labels[0], tuple(sorted(pixels, key=order.__getitem__)))


def _label_is_last(table: npt.NDArray[Any], classes: int) -> bool:
    """Whether the last column of a table without names has the labels: usually the first one has."""
    first, last = ((column < classes) & (column % 1 == 0) for column in (table[:, 0], table[:, -1]))
    if not first.all() or not last.all():
        return bool(last.all())
    # The corners of most images are empty, so a column of zeros has no labels.
    return not table[:, 0].any() and bool(table[:, -1].any())


def _lines(text: str) -> Iterator[str]:
    """Yield lines; an endless one is cut off before millions of columns are made of it."""
    lines = io.StringIO(text, newline="")
    while line := lines.readline(_ROW_BYTES):
        yield line


def _numbers(
    rows: Iterator[tuple[int, list[str]]], columns: _Columns, separator: str, most: int
) -> tuple[list[list[float]], list[int]]:
    """Return each row as numbers from 0 to 255, and the lines that they stand in."""
    found: list[list[float]] = []
    lines: list[int] = []
    unused = set(range(columns.n)) - {columns.label, *columns.pixels}
    for line, words in rows:
        if len(found) == most:
            raise too_many(most)
        if len(words) != columns.n:
            raise DrawingsError(
                Plural(
                    "Each row has a label and 784 pixels. Line {number:,} has {n:,} column instead of {expected:,}.",
                    "Each row has a label and 784 pixels. Line {number:,} has {n:,} columns instead of {expected:,}.",
                ),
                number=line,
                n=len(words),
                expected=columns.n,
            )
        if separator != ",":
            words = [word.replace(",", ".") for word in words]  # as some countries write fractions
        for place in unused:
            words[place] = "0"
        try:
            numbers = list(map(float, words))
        except ValueError:
            raise _wrong_number(line, words) from None
        # NaN is neither the least nor the greatest.
        if math.isnan(sum(numbers)) or min(numbers) < 0 or max(numbers) > 255:
            raise _wrong_number(line, words)
        found.append(numbers)
        lines.append(line)
    return found, lines


def _wrong_number(line: int, words: list[str]) -> DrawingsError:
    place = next(place for place, word in enumerate(words) if not _is_number(word) or not 0 <= float(word) <= 255)
    return DrawingsError(
        "Labels and pixels are numbers from 0 to 255. Line {number} has another in column {column}: {word}",
        number=line,
        column=place + 1,
        word=words[place].strip()[:20] or Phrase("nothing"),
    )


def _is_number(word: str) -> bool:
    try:
        return not math.isnan(float(word))
    except ValueError:
        return False


def too_many(most: int) -> DrawingsError:
    """Return the error of a file with more than `most` drawings."""
    return DrawingsError("This file has too many drawings: at most {most:,} can be added now.", most=most)
