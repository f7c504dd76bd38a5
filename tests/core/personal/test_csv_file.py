import tracemalloc

import numpy as np
import pytest

from mnist_core.errors import DrawingsError
from mnist_core.personal import read_csv, write_csv
from mnist_core.personal.csv_file import HEADER

ROW = ["7", *["0"] * 783, "255"]


def file_of(*rows, header=HEADER):
    return "\n".join(",".join(row) for row in (header, *rows)).encode()


def changed(**words):
    return [words.get(f"c{index}", word) for index, word in enumerate(ROW)]


def test_what_was_written_is_read_again(some):
    images, labels = read_csv(write_csv(*some), 100)
    np.testing.assert_array_equal(images, some[0])
    np.testing.assert_array_equal(labels, some[1])
    assert (images.dtype, labels.dtype) == (np.uint8, np.uint8)


def test_the_form_is_kaggles(some):
    header, first, *_ = write_csv(*some).decode().splitlines()
    assert header.startswith("label,pixel0,pixel1,")
    assert header.endswith(",pixel783")
    assert first.split(",")[:3] == [str(some[1][0]), *map(str, some[0][0, 0, :2])]


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_files_of_other_programs_are_read(before, end):
    text = file_of(ROW, ["0", *["1.0"] * 784]).decode().replace("\n", end) + end
    images, labels = read_csv(before + text.encode(), 10)
    assert labels.tolist() == [7, 0]
    assert images[0, 27, 27] == 255
    assert (images[1] == 1).all()


WRONG = {
    "empty": (b"", "first row"),
    "only a header": (file_of(), "no drawing"),
    "no header": (file_of(header=ROW), "first row"),
    "the test file, without labels": (file_of(header=HEADER[1:]), "first row"),
    "other columns": (file_of(header=("label", *HEADER[:0:-1])), "first row"),
    "a short row": (file_of(ROW, ROW[:-1]), "Row 2 has 784 columns"),
    "a long row": (file_of([*ROW, "0"]), "Row 1 has 786 columns"),
    "a word": (file_of(ROW, changed(c5="ink")), "Row 2"),
    "nothing in a cell": (file_of(changed(c5="")), "Row 1"),
    "NaN": (file_of(changed(c5="nan")), "Row 1"),
    "infinite": (file_of(changed(c5="inf")), "Row 1"),
    "above 255": (file_of(changed(c5="256")), "Row 1"),
    "below 0": (file_of(changed(c5="-1")), "Row 1"),
    "a fraction": (file_of(changed(c5="0.5")), "Row 1"),
    "a label of 10": (file_of(changed(c0="10")), "Drawing 1 has another: 10"),
    "a formula": (file_of(changed(c5="=1+1")), "Row 1"),
    "no ink": (file_of(changed(c784="0")), "Drawing 1 is empty"),
    "too many rows": (file_of(*[ROW] * 11), "at most 10"),
    "much too long": (b"0," * 10_000_000, "at most 10"),
    "not text": (bytes(range(256)) * 4, "no CSV file"),
    "zero bytes": (b"label\0,pixel0", "no CSV file|first row"),
    "an open quote": (file_of(['"7', *ROW[1:]]), "no CSV file"),
    "one endless field": (b'"' + b"x" * 137_000, "no CSV file"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "no CSV file"),
}


@pytest.mark.parametrize(("data", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_file_is_refused_in_one_sentence(data, words):
    with pytest.raises(DrawingsError, match=words) as caught:
        read_csv(data, 10)
    assert len(str(caught.value)) < 250


def test_a_row_of_millions_of_columns_is_not_made():
    data = b"ab," * 3_000_000
    tracemalloc.start()
    with pytest.raises(DrawingsError, match="The first row"):
        read_csv(data, 1000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60_000_000
