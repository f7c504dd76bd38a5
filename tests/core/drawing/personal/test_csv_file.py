import tracemalloc

import numpy as np
import pytest

from mnist_core.drawing.personal import read_csv, write_csv
from mnist_core.drawing.personal.csv_file import HEADER
from mnist_core.errors import DrawingsError

ROW = ["7", *["0"] * 783, "255"]


def file_of(*rows, header=HEADER):
    return "\n".join(",".join(row) for row in (header, *rows)).encode()


def changed(**words):
    return [words.get(f"c{index}", word) for index, word in enumerate(ROW)]


def test_what_was_written_is_read_again(some):
    images, labels = read_csv(write_csv(*some), 100, 10)
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
    images, labels = read_csv(before + text.encode(), 10, 10)
    assert labels.tolist() == [7, 0]
    assert images[0, 27, 27] == 255
    assert (images[1] == 1).all()


def table_of(some, separator=",", order=None, before=None, line_end="\n"):
    """Return images and labels as a file without names: by default the label comes first."""
    table = np.column_stack([some[1], some[0].reshape(len(some[1]), -1)])
    lines = [separator.join(map(str, row)) for row in table[:, order if order is not None else slice(None)].tolist()]
    return line_end.join([*([before] if before else []), *lines, ""]).encode()


def named(first, names, separator=","):
    return separator.join([*first, *names])


SIDES = [f"{row}x{column}" for row in range(1, 29) for column in range(1, 29)]
LAST = [*range(1, 785), 0]
BACKWARDS = [0, *range(784, 0, -1)]
FORMS = {
    "semicolons": {"separator": ";", "before": ";".join(HEADER)},
    "tabs": {"separator": "\t", "before": "\t".join(HEADER)},
    "spaces": {"separator": " "},
    "a comma and a space": {"separator": ", ", "before": ", ".join(HEADER)},
    "Excel's first line": {"separator": ";", "before": "sep=;\n" + ";".join(HEADER)},
    "Kaggle's Fashion-MNIST": {"before": named(["label"], [f"pixel{n}" for n in range(1, 785)])},
    "Kaggle's MNIST in CSV": {"before": named(["label"], SIDES)},
    "names of pandas": {"before": named(["class"], map(str, range(784)))},
    "the label last": {"order": LAST, "before": named(HEADER[1:], ["label"])},
    "other order": {"order": BACKWARDS, "before": named(["Label"], HEADER[:0:-1])},
    "quotes": {"before": ",".join(f'"{name}"' for name in HEADER)},
    "no names": {},
    "no names, semicolons": {"separator": ";"},
    "no names, the label last": {"order": LAST},
    "empty lines": {"before": "\n" + ",".join(HEADER) + "\n\n"},
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_other_forms_are_read(form, some):
    images = some[0].copy()
    images[:, 0, 0] = images[:, 27, 27] = 0  # corners are empty, as in most images
    found, labels = read_csv(table_of((images, some[1]), **form), 100, 10)
    np.testing.assert_array_equal(found, images)
    np.testing.assert_array_equal(labels, some[1])


def test_a_column_that_counts_the_rows_is_passed_over(some):
    lines = write_csv(*some).decode().splitlines()
    numbered = ["," + lines[0], *(f"{n + 1000},{line}" for n, line in enumerate(lines[1:]))]
    found, labels = read_csv("\n".join(numbered).encode(), 100, 10)
    np.testing.assert_array_equal(found, some[0])
    np.testing.assert_array_equal(labels, some[1])


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("point", [".", ","])
def test_fractions_and_black_and_white_are_made_bright(point, separator):
    if point == separator:
        return
    half = ["3", *["0"] * 783, f"0{point}5"]
    white = ["4", *["0"] * 783, "1"]
    data = "\n".join(separator.join(row) for row in (HEADER, half, white)).encode()
    images, _ = read_csv(data, 10, 10)
    assert images[:, 27, 27].tolist() == [128, 255]
    images, _ = read_csv("\n".join(",".join(row) for row in (HEADER, white)).encode(), 10, 10)
    assert images[0, 27, 27] == 255


WRONG = {
    "empty": (b"", "first row"),
    "only a header": (file_of(), "no drawing"),
    "the test file, without labels": (file_of(header=HEADER[1:]), "first row"),
    "the test file, without labels and names": (file_of(header=ROW[1:]), "labels are missing"),
    "two labels": (file_of(header=("label", "class", *HEADER[2:])), "first row"),
    "one pixel twice": (file_of(header=("label", "pixel0", *HEADER[1:-1])), "first row"),
    "names without an order": (file_of(header=("label", *["pixel"] * 784)), "first row"),
    "a short row": (file_of(ROW, ROW[:-1]), "Line 3 has 784 columns instead of 785"),
    "a long row": (file_of([*ROW, "0"]), "Line 2 has 786 columns instead of 785"),
    "a long row without names": (file_of([*ROW, "0"], header=ROW), "Line 2 has 786 columns instead of 785"),
    "a word": (file_of(ROW, changed(c5="ink")), "Line 3 has another in column 6: ink"),
    "a word without names": (file_of(changed(c5="ink"), header=ROW), "Line 2 has another in column 6: ink"),
    "a word in the first row": (file_of(header=changed(c5="ink")), "Line 1 has another in column 6: ink"),
    "a word after an empty line": (file_of([], changed(c5="ink")), "Line 3 has another"),
    "nothing in a cell": (file_of(changed(c5="")), "Line 2 has another in column 6: nothing"),
    "NaN": (file_of(changed(c5="nan")), "Line 2"),
    "infinite": (file_of(changed(c5="inf")), "Line 2"),
    "above 255": (file_of(changed(c5="256")), "Line 2"),
    "below 0": (file_of(changed(c5="-1")), "Line 2"),
    "a fraction": (file_of(ROW, changed(c5="0.5")), "Line 3 has both"),
    "a label of 10": (file_of(changed(c0="10")), "Drawing 1 has another: 10"),
    "a formula": (file_of(changed(c5="=1+1")), "Line 2"),
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
        read_csv(data, 10, 10)
    assert len(str(caught.value)) < 250


def test_a_row_of_millions_of_columns_is_not_made():
    data = b"ab," * 3_000_000
    tracemalloc.start()
    with pytest.raises(DrawingsError, match="The first row"):
        read_csv(data, 1000, 10)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60_000_000
