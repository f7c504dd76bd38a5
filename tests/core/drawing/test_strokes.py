import gzip

import numpy as np
import pytest

from mnist_core.drawing import prepare_digit
from mnist_core.drawing.strokes import paint, read_unipen
from mnist_core.errors import ImageError

SEVEN_AND_ONE = """.VERSION 1.0
.SEGMENT DIGIT 0-20 OK "7"
.PEN_DOWN
  10 90
  50 90
  20 10
.PEN_UP
.DT 100
.PEN_DOWN
  15 50
  45 50
.PEN_UP
.SEGMENT DIGIT 21-30 OK "1"
.PEN_DOWN
  30 90
  30 10
.PEN_UP
"""


def test_recorded_digits_are_read_with_their_strokes():
    seven, one = read_unipen(SEVEN_AND_ONE)
    assert (seven.label, one.label) == (7, 1)
    assert [len(stroke) for stroke in seven.strokes] == [3, 2]
    # y points down here, and up in the file.
    assert seven.strokes[0].tolist() == [[10, -90], [50, -90], [20, -10]]


def test_text_without_digits_holds_none():
    assert list(read_unipen("")) == []
    assert list(read_unipen("<html>")) == []


@pytest.mark.parametrize("line", ["30", "30 ninety", "30 90 1"])
def test_a_line_that_is_no_pair_of_numbers_is_refused(line):
    with pytest.raises(ImageError, match=f"Received: +{line}"):
        list(read_unipen(SEVEN_AND_ONE.replace("  30 90", f"  {line}")))


def test_a_segment_without_its_digit_is_refused():
    with pytest.raises(ImageError, match="without its digit"):
        list(read_unipen(SEVEN_AND_ONE.replace('"1"', "?")))


def test_an_empty_stroke_is_left_out():
    (digit,) = read_unipen('.SEGMENT DIGIT "3"\n.PEN_DOWN\n.PEN_UP\n.PEN_DOWN\n1 2\n.PEN_UP\n')
    assert [len(stroke) for stroke in digit.strokes] == [1]


def test_a_line_is_as_wide_as_the_pen_and_has_grey_edges():
    ink = paint([np.array([[20.5, 50.0], [80.5, 50.0]])], size=100, pen=11)
    assert ink.shape == (100, 100)
    assert ink.dtype == np.uint8
    assert 10 <= ink[:, 50].sum() / 255 <= 12.5
    assert ink[50, 50] == 255
    assert not ink[:40].any()
    assert ((ink > 0) & (ink < 255)).any()


def test_a_dot_is_a_round_point_of_the_pens_size():
    ink = paint([np.array([[30.0, 60.0]])], size=100, pen=20)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    assert abs(rows.mean() - 60) <= 1
    assert abs(columns.mean() - 30) <= 1
    assert ink.sum() / 255 == pytest.approx(np.pi * 100, rel=0.1)


def test_no_strokes_leave_the_canvas_empty():
    assert not paint([], size=50, pen=5).any()


def test_recorded_handwriting_is_read_and_can_be_prepared(real_data_dir):
    path = real_data_dir / "pendigits-orig.tra.gz"
    if not path.is_file():
        pytest.skip(f"needs recorded handwriting: there is no {path}")
    digits = list(read_unipen(gzip.decompress(path.read_bytes()).decode("latin-1")))
    assert len(digits) == 7494
    assert {digit.label for digit in digits} == set(range(10))
    for digit in digits[::100]:
        points = np.concatenate(digit.strokes)
        scale = 200 / max(np.ptp(points, axis=0).max(), 1)
        shifted = [(stroke - points.min(axis=0)) * scale + 40 for stroke in digit.strokes]
        assert prepare_digit(paint(shifted, 280, 12)).image.max() == 255
