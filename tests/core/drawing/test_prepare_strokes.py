"""Strokes become the same image wherever and however large they were drawn."""

import gzip

import numpy as np
import pytest

from mnist_core.drawing import paint, prepare_drawing, prepare_raw, prepare_strokes, read_canvas, write_canvas
from mnist_core.drawing.strokes import read_unipen
from mnist_core.errors import ImageError


def made_up(seed):
    """Return one to three smooth strokes of 30 points in a box of 250 pixels."""
    rng = np.random.default_rng(seed)
    strokes = []
    for _ in range(rng.integers(1, 4)):
        corners = rng.uniform(10, 250, (rng.integers(2, 5), 2))
        places = np.linspace(0, len(corners) - 1, 30)
        strokes.append(np.stack([np.interp(places, np.arange(len(corners)), axis) for axis in corners.T], axis=1))
    return strokes


def moved(strokes, rng):
    """Return strokes at a random place and 0.4 to 1 times their size on the canvas."""
    points = np.concatenate(strokes)
    low, extent = points.min(axis=0), np.ptp(points, axis=0)
    scale = rng.uniform(0.4, 1)
    place = rng.uniform(0, 280 - extent * scale)
    return [(stroke - low) * scale + place for stroke in strokes]


def drawn(strokes, pen=18):
    return read_canvas(write_canvas(strokes, pen), 280).strokes


def grey_change(one, other):
    """Return the mean change of grey values, of the best placing within a pixel: centring rounds to whole pixels."""
    moves = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    return min(np.abs(np.roll(one, move, (0, 1)).astype(float) - other).mean() for move in moves)


def share_alike(all_strokes, seed):
    rng = np.random.default_rng(seed)
    changes = [
        grey_change(prepare_strokes(strokes).image, prepare_strokes(moved(strokes, rng)).image)
        for strokes in all_strokes
    ]
    return np.mean(np.array(changes) < 0.5)


def test_place_and_size_make_no_difference():
    assert share_alike([made_up(seed) for seed in range(200)], seed=1) >= 0.99


def test_place_and_size_make_hardly_a_difference_through_the_canvas():
    """The canvas rounds curves off by its own pixels, so a smaller drawing is not quite the same one."""
    rng = np.random.default_rng(2)
    changes = []
    for seed in range(200):
        strokes = made_up(seed)
        one, other = prepare_strokes(drawn(strokes)).image, prepare_strokes(drawn(moved(strokes, rng))).image
        changes.append(grey_change(one, other))
    assert np.mean(np.array(changes) < 3) >= 0.99


def test_place_and_size_make_no_difference_to_real_handwriting(real_data_dir):
    path = real_data_dir / "pendigits-orig.tra.gz"
    if not path.is_file():
        pytest.skip(f"needs recorded handwriting: there is no {path}")
    digits = list(read_unipen(gzip.decompress(path.read_bytes()).decode("latin-1")))[::25]
    strokes = [[stroke * 0.56 for stroke in digit.strokes] for digit in digits]
    assert share_alike(strokes, seed=3) >= 0.99


def test_the_writer_of_a_recorded_digit_is_known():
    (digit,) = read_unipen('.SEGMENT DIGIT 0 ? "8"\n.COMMENT 8 12  224\n.PEN_DOWN\n1 2\n3 4\n.PEN_UP\n')
    assert digit.writer == 12


def test_the_pen_of_the_canvas_makes_no_difference():
    images = [prepare_drawing(read_canvas(write_canvas(made_up(4), pen), 280), 280, "digits").image for pen in (4, 40)]
    assert np.array_equal(*images)


@pytest.mark.parametrize("seed", range(20))
def test_the_image_is_like_those_in_mnist(seed):
    image = prepare_strokes(made_up(seed)).image
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    assert image.max() == 255
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20


def test_the_pen_is_an_eighth_of_the_digits_longest_side():
    steps = dict(prepare_strokes([np.array([[50.0, 10.0], [50.0, 210.0]])]).steps)
    assert list(steps) == ["strokes", "pen", "small", "centred"]
    assert steps["small"][10].sum() / 255 == pytest.approx(2.5, abs=0.6)  # stretched to the full grey range


@pytest.mark.parametrize("points", [[[140, 30]], [[140, 30], [140.04, 30]], [[9, 9], [10, 10], [9, 10]]])
def test_a_dot_stays_a_dot(points):
    image = prepare_strokes([np.array(points, dtype=float)]).image
    assert image.max() == 255
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    assert max(np.ptp(rows), np.ptp(columns)) < 8
    assert abs(rows.mean() - 14) < 1.5


@pytest.mark.parametrize("strokes", [[], [np.zeros((0, 2))]])
def test_no_strokes_are_refused_in_words(strokes):
    with pytest.raises(ImageError, match="nothing drawn"):
        prepare_strokes(strokes)


@pytest.mark.parametrize(
    "points", [[[np.nan, 1]], [[np.inf, 1]], [[1e300, 0], [-1e300, 0]], [[1, 2, 3]], [1, 2]], ids=str
)
def test_what_is_no_stroke_is_refused_in_words(points):
    with pytest.raises(ImageError, match="list of points"):
        prepare_strokes([np.array(points)])


def test_endless_scribbling_is_refused_in_words():
    with pytest.raises(ImageError, match="too long"):
        prepare_strokes([np.zeros((400_001, 2))])


def test_shrinking_the_whole_canvas_keeps_place_and_size():
    ink = paint([np.array([[20.0, 20.0], [20.0, 90.0]])], 280, 10)
    image = prepare_raw(ink).image
    assert image.shape == (28, 28)
    assert not image[11:].any()
    assert not image[:, 4:].any()
    with pytest.raises(ImageError, match="nothing drawn"):
        prepare_raw(np.zeros((280, 280), np.uint8))
