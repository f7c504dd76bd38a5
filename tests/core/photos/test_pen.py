"""The width of the pen in a photo, and what is made of it."""

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from mnist_core.drawing import PEN, paint, prepare_strokes
from mnist_core.photos.pen import _distances, fit_pen, pen_width, prepare_photographed
from tests.photo_files import tidy


def written(label, size, pen):
    """Return a digit's ink as written with a pen of so many pixels, and its strokes."""
    strokes = [stroke * size * 0.7 + size * 0.15 for stroke in tidy(str(label))[0].strokes]
    return paint(strokes, size, pen).astype(np.float32) / 255, strokes


def likeness(one, other):
    """Return the best correlation of two images over shifts by a pixel: the centre of mass is rounded to one."""
    shifted = [np.roll(one, (down, across), (0, 1)) for down in (-1, 0, 1) for across in (-1, 0, 1)]
    return max(np.corrcoef(image.ravel().astype(float), other.ravel().astype(float))[0, 1] for image in shifted)


def test_distances_are_those_that_scipy_computes():
    rng = np.random.default_rng(0)
    for share in (0.3, 0.9, 0.999):
        mask = rng.random((40, 60)) < share
        mask[0, 0] = False
        np.testing.assert_allclose(_distances(mask), ndimage.distance_transform_edt(mask), rtol=1e-5)


@pytest.mark.parametrize("width", [3, 6, 11, 20])
def test_the_width_of_a_straight_line_is_measured(width):
    mask = np.zeros((60, 160), np.bool_)
    mask[20 : 20 + width, 5:155] = True
    assert pen_width(_distances(mask)) == pytest.approx(width, rel=0.15)


@pytest.mark.parametrize("pen", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("label", range(10))
def test_a_hair_thin_pen_in_a_large_picture_becomes_the_pen_of_mnist(pen, label):
    ink, strokes = written(label, 1000, pen)
    photographed = prepare_photographed(ink, np.zeros(ink.shape, np.uint8)).image
    assert likeness(photographed, prepare_strokes(strokes).image) > 0.95


@pytest.mark.parametrize("pen", [2, 4, 8, 14, 20])
@pytest.mark.parametrize("label", [0, 1, 2, 5, 7])
def test_any_pen_becomes_the_pen_of_mnist(pen, label):
    ink, _ = written(label, 160, pen)
    fitted = fit_pen(ink)
    inside = fitted > 127
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    longest = max(np.ptp(rows), np.ptp(columns)) + 1
    assert pen_width(_distances(inside)) == pytest.approx(PEN * longest, rel=0.2)


@pytest.mark.parametrize("pen", [4, 8, 16])
@pytest.mark.parametrize("label", range(10))
def test_a_photographed_digit_looks_like_its_strokes(pen, label):
    ink, strokes = written(label, 160, pen)
    photographed = prepare_photographed(ink, np.zeros(ink.shape, np.uint8)).image
    assert likeness(photographed, prepare_strokes(strokes).image) > 0.95


def test_a_few_pixels_are_enough():
    ink, _ = written(4, 160, 16)
    small = np.asarray(Image.fromarray(ink).resize((20, 20), Image.Resampling.BOX))
    image = prepare_photographed(small, np.zeros((20, 20), np.uint8)).image
    large = prepare_photographed(ink, np.zeros(ink.shape, np.uint8)).image
    assert likeness(image, large) > 0.95


def test_the_steps_end_with_what_the_network_sees():
    ink, _ = written(3, 100, 8)
    prepared = prepare_photographed(ink, np.full(ink.shape, 9, np.uint8))
    assert [name for name, _ in prepared.steps] == ["cut", "pen", "small", "centred"]
    assert np.array_equal(prepared.steps[-1][1], prepared.image)
