"""Digits side by side are told apart, and no digit falls into pieces."""

import gzip
import time

import numpy as np
import pytest

from mnist_core.drawing import read_canvas, separate, write_canvas
from mnist_core.drawing.separate import MOST_DIGITS, MOST_STROKES
from mnist_core.drawing.strokes import read_unipen

# In a box 60 wide and 100 high.
ONE = [[(30, 0), (30, 100)]]
ZERO = [[(30, 0), (5, 50), (30, 100), (55, 50), (30, 0)]]
CROSSED_SEVEN = [[(0, 0), (60, 0), (20, 100)], [(20, 50), (55, 50)]]
FIVE_WITH_A_BAR = [[(10, 0), (5, 45), (40, 50), (50, 80), (5, 100)], [(10, 0), (62, 0)]]
OPEN_FOUR = [[(10, 0), (0, 60), (60, 60)], [(55, 20), (55, 100)]]
WIDE_FOUR = [[(10, 0), (0, 55), (30, 60)], [(40, 0), (40, 100)]]
FLAGGED_ONE = [[(10, 30), (30, 0), (30, 100)], [(10, 100), (55, 100)]]
DIGITS = [ONE, ZERO, CROSSED_SEVEN, FIVE_WITH_A_BAR, OPEN_FOUR, WIDE_FOUR, FLAGGED_ONE]


def dense(stroke):
    """Return points along a stroke as a pen leaves them, close to one another."""
    corners = np.array(stroke, float)
    places = np.linspace(0, len(corners) - 1, 20 * (len(corners) - 1) + 1)
    return np.stack([np.interp(places, np.arange(len(corners)), axis) for axis in corners.T], axis=1)


def side_by_side(digits, gap, rng=None):
    """Return the strokes of digits in a row, and which strokes each has."""
    strokes, owners, x = [], [], 0.0
    for digit in digits:
        scale, drop = (rng.uniform(0.85, 1.15), rng.uniform(-8, 8)) if rng is not None else (1.0, 0.0)
        points = np.concatenate([np.array(stroke, float) for stroke in digit])
        low, width = points[:, 0].min(), np.ptp(points[:, 0])
        owners.append(tuple(range(len(strokes), len(strokes) + len(digit))))
        strokes += [(dense(stroke) - [low, 50]) * scale + [x, 50 + drop] for stroke in digit]
        x += width * scale + gap * (rng.uniform(0.6, 1.6) if rng is not None else 1)
    return strokes, tuple(owners)


@pytest.mark.parametrize("digit", DIGITS)
def test_a_digit_of_several_strokes_stays_whole(digit):
    strokes, owners = side_by_side([digit], 0)
    assert separate(strokes) == owners


@pytest.mark.parametrize("seed", range(40))
def test_digits_side_by_side_are_told_apart(seed):
    rng = np.random.default_rng(seed)
    digits = [DIGITS[index] for index in rng.integers(0, len(DIGITS), rng.integers(2, 5))]
    strokes, owners = side_by_side(digits, 25, rng)
    assert separate(strokes) == owners


def test_digits_that_touch_are_told_apart():
    strokes, owners = side_by_side([ZERO, ZERO, ONE], 0)
    assert separate(strokes) == owners


def test_the_order_of_drawing_makes_no_difference_from_left_to_right():
    strokes, _ = side_by_side([ONE, ZERO], 30)
    assert separate(strokes[::-1]) == ((1,), (0,))


def test_a_seven_crossed_at_the_end_is_whole():
    strokes, _ = side_by_side([CROSSED_SEVEN, ZERO], 30)
    seven, bar, zero = strokes
    assert separate([seven, zero, bar]) == ((0, 2), (1,))


@pytest.mark.parametrize("aside", [0, 4])
def test_a_stroke_that_is_drawn_over_once_more_is_no_second_digit(aside):
    stroke = dense(ONE[0])
    assert separate([stroke, stroke * [1, 0.8] + [aside, 5], stroke + [aside, 0]]) == ((0, 1, 2),)


def test_a_speck_is_no_digit():
    strokes, owners = side_by_side([ZERO, ONE], 30)
    assert separate([*strokes, np.array([[140.0, 40.0]])]) == (owners[0], (*owners[1], 2))


def test_a_small_digit_beside_tall_ones_is_one():
    strokes, _ = side_by_side([ONE, ZERO], 40)
    small = np.array([[0.0, 0.0], [0.0, 30.0]]) + [160, 60]
    assert separate([*strokes, small]) == ((0,), (1,), (2,))


def test_what_stands_above_one_another_is_read_as_one():
    strokes = [np.array(stroke, float) for stroke in ZERO]
    assert separate([*strokes, *(stroke + [0, 120] for stroke in strokes)]) == ((0, 1),)


def test_a_row_of_many_marks_is_no_number():
    marks = [np.array([[20.0 * x, 0.0], [20.0 * x, 50.0]]) for x in range(MOST_DIGITS + 1)]
    assert len(separate(marks[:-1])) == MOST_DIGITS
    assert len(separate(marks)) == 1


@pytest.mark.parametrize("points", [[[5, 5]], [[0, 0], [200, 3]]])
def test_dots_and_flat_lines_are_one_thing(points):
    strokes = [np.array(points, float), np.array(points, float) + [40, 2]]
    assert separate(strokes) == ((0, 1),)
    assert separate([]) == ()


@pytest.mark.parametrize("seed", range(100))
def test_place_and_size_make_no_difference(seed):
    rng = np.random.default_rng(seed)
    strokes = [rng.uniform(0, 250, (rng.integers(1, 8), 2)) * rng.uniform(0.1, 1) for _ in range(rng.integers(1, 9))]
    scale, place = 2.0 ** rng.integers(-3, 4), rng.integers(-500, 500, 2)
    assert separate([stroke * scale + place * scale for stroke in strokes]) == separate(strokes)


@pytest.mark.parametrize("seed", range(100))
def test_every_stroke_belongs_to_one_digit(seed):
    rng = np.random.default_rng(seed)
    strokes = [rng.uniform(0, 280, (rng.integers(1, 30), 2)) for _ in range(rng.integers(1, 40))]
    found = separate(strokes)
    assert sorted(index for digit in found for index in digit) == list(range(len(strokes)))
    assert len(found) <= MOST_DIGITS


def test_real_handwriting_is_told_apart(real_data_dir):
    """Held back: writers with odd numbers, by whom nothing was chosen."""
    path = real_data_dir / "pendigits-orig.tra.gz"
    if not path.is_file():
        pytest.skip(f"needs recorded handwriting: there is no {path}")
    digits = [d for d in read_unipen(gzip.decompress(path.read_bytes()).decode("latin-1")) if d.writer % 2 == 1]
    whole = [len(separate(digit.strokes)) == 1 for digit in digits]
    assert np.mean(whole) >= 0.995
    rng = np.random.default_rng(5)
    right = []
    for _ in range(300):
        start, n = rng.integers(0, len(digits) - 4), rng.integers(2, 5)  # neighbours are mostly of one writer
        height = np.ptp(np.concatenate(digits[start].strokes)[:, 1])
        boxes = [[stroke / height * 100 for stroke in digit.strokes] for digit in digits[start : start + n]]
        strokes, owners = side_by_side(boxes, 25, rng)
        right.append(separate(read_canvas(write_canvas(as_on_canvas(strokes), 8), 280).strokes) == owners)
    assert np.mean(right) >= 0.95


def as_on_canvas(strokes):
    points = np.concatenate(strokes)
    return [(stroke - points.min(axis=0)) * (260 / np.ptp(points, axis=0).max()) + 10 for stroke in strokes]


def test_thousands_of_strokes_take_no_time():
    rng = np.random.default_rng(0)
    tall, small = np.array([[0.0, 0.0], [0.0, 100.0]]), np.array([[0.0, 40.0], [0.0, 60.0]])
    strokes = [tall, *(small + [x, 0.0] for x in rng.uniform(0, 280, 3000))]
    begin = time.process_time()
    assert separate(strokes) == (tuple(range(3001)),)
    assert time.process_time() - begin < 1
    assert len(separate(strokes[:MOST_STROKES])) >= 1
