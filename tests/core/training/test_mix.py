import numpy as np
import pytest

from mnist_core.augmentation import augment
from mnist_core.drawing.personal import VARIED
from mnist_core.training.mix import Mix, make_mix


@pytest.fixture
def some():
    """Return twelve images of noise, and their labels."""
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (12, 28, 28), dtype=np.uint8), rng.integers(0, 10, 12).astype(np.uint8)


@pytest.fixture
def known():
    rng = np.random.default_rng(1)
    return Mix(rng.integers(0, 256, (300, 28, 28), dtype=np.uint8), (np.arange(300) % 10).astype(np.uint8))


def bars(n=20):
    """Return images of an upright line in the middle."""
    images = np.zeros((n, 28, 28), np.uint8)
    images[:, 6:22, 13:15] = 255
    return images


def test_each_drawing_is_there_as_it_is_and_then_varied_in_equal_shares(some, known):
    mix = make_mix(Mix(*some), known, copies=60, rehearsal=100, seed=0)
    assert (mix.images.shape, mix.labels.shape) == ((160, 28, 28), (160,))
    assert (mix.images.dtype, mix.labels.dtype) == (np.uint8, np.uint8)
    np.testing.assert_array_equal(mix.images[:12], some[0])
    np.testing.assert_array_equal(mix.labels[:60], np.tile(some[1], 5))
    assert not any((image == some[0]).all(axis=(1, 2)).any() for image in mix.images[12:60])


def test_the_rest_are_known_images_each_once(some, known):
    mix = make_mix(Mix(*some), known, copies=12, rehearsal=100, seed=0)
    places = [np.flatnonzero((known.images == image).all(axis=(1, 2))) for image in mix.images[12:]]
    assert all(len(place) == 1 for place in places)
    found = np.concatenate(places)
    assert len(set(found.tolist())) == 100
    np.testing.assert_array_equal(mix.labels[12:], known.labels[found])


def test_no_drawing_is_left_out_and_no_more_is_known_than_there_is(some, known):
    mix = make_mix(Mix(*some), known, copies=5, rehearsal=1000, seed=0)
    assert len(mix.labels) == 12 + 300


def test_the_seed_decides(some, known):
    same = [make_mix(Mix(*some), known, copies=40, rehearsal=50, seed=seed).images for seed in (3, 3, 4)]
    np.testing.assert_array_equal(same[0], same[1])
    assert (same[0] != same[2]).any()


def test_varied_images_are_like_the_drawn_one():
    drawn = bars()
    varied = augment(drawn, VARIED, np.random.default_rng(0)).astype(int)
    ink = varied.sum(axis=(1, 2)) / drawn.sum(axis=(1, 2))
    assert (ink > 0.4).all()
    assert (ink < 2.0).all()
    assert ink.std() > 0.1  # thicker ones and thinner ones
    rows, columns = np.indices((28, 28))
    for index, places in enumerate((rows, columns)):
        middle = (varied * places).sum(axis=(1, 2)) / varied.sum(axis=(1, 2))
        assert (abs(middle - 13.5) < 2).all(), index
        assert middle.std() > 0.3
