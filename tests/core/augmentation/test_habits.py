"""Strokes of other people's handwriting: which digits get them, where, and that all else stays."""

import numpy as np
import pytest

from mnist_core.augmentation import augment
from mnist_core.augmentation.habits import add_habits
from mnist_core.config import AugmentationConfig, RunConfig
from mnist_core.errors import ConfigError


def upright(count=300, row=4):
    """Return vertical strokes, 3 pixels wide and 20 high: a one, or the stem of a seven or nine."""
    images = np.zeros((count, 28, 28), np.uint8)
    images[:, row : row + 20, 13:16] = 255
    return images


def with_habits(label, share=1.0, seed=0, images=None):
    images = upright() if images is None else images
    return add_habits(images, np.full(len(images), label, np.uint8), share, np.random.default_rng(seed))


def ink_beside_the_stem(images, rows):
    """Return the mean ink to the left and to the right of where the stem is now, in some rows of it."""
    left = right = 0.0
    for image in images:
        top = int((image.max(axis=1) > 100).argmax())
        narrowest = min(image[top + 2 : top + 18] > 100, key=np.sum)  # nothing but the stem
        middle = int(np.median(np.flatnonzero(narrowest)))
        part = image[top + rows.start : top + rows.stop]
        left, right = left + part[:, : middle - 3].sum(), right + part[:, middle + 4 :].sum()
    return left / len(images), right / len(images)


@pytest.mark.parametrize("label", [0, 2, 3, 4, 5, 6, 8])
def test_other_digits_stay_as_they_are(label):
    np.testing.assert_array_equal(with_habits(label), upright())


@pytest.mark.parametrize("label", [1, 7, 9])
def test_about_the_wanted_share_of_ones_sevens_and_nines_get_more_ink(label):
    changed = with_habits(label, share=0.6)
    more = (changed.astype(int).sum(axis=(1, 2)) > upright().astype(int).sum(axis=(1, 2))).mean()
    assert 0.5 < more < 0.7


def test_a_one_gets_a_flag_at_its_upper_left():
    left, right = ink_beside_the_stem(with_habits(1), slice(0, 9))
    assert left > 5 * right


def test_two_of_three_ones_also_get_a_foot():
    changed = with_habits(1, images=upright(600))
    bottom = [image[np.flatnonzero(image.max(axis=1) > 100)[-3:]] for image in changed]
    wide = [(rows.max(axis=0) > 100).sum() > 5 for rows in bottom]
    assert 0.5 < np.mean(wide) < 0.8


def test_a_seven_gets_a_bar_to_both_sides_of_the_middle_of_its_stem():
    changed = with_habits(7)
    left, right = ink_beside_the_stem(changed, slice(5, 16))
    assert min(left, right) > 200
    assert 0.5 < left / right < 2
    assert max(ink_beside_the_stem(changed, slice(17, 20))) < 100


def test_a_nine_gets_a_curl_to_the_left_of_its_end():
    left, right = ink_beside_the_stem(with_habits(9), slice(14, 20))
    assert left > 3 * right


@pytest.mark.parametrize("label", [1, 7, 9])
def test_the_centre_of_mass_is_on_pixel_14_again(label):
    changed = with_habits(label).astype(float)
    weights = changed.sum(axis=(1, 2))
    for axis in (2, 1):
        centre = (changed.sum(axis=axis) @ np.arange(28)) / weights
        assert np.abs(centre - 14).max() <= 1.0  # by whole pixels, and now and then an end is cut off


def test_the_same_seed_gives_the_same_strokes_and_the_given_images_stay():
    images = upright()
    first = with_habits(1, seed=3, images=images)
    np.testing.assert_array_equal(first, with_habits(1, seed=3))
    assert (first != with_habits(1, seed=4)).any()
    np.testing.assert_array_equal(images, upright())


def test_empty_images_and_no_images_do_no_harm():
    empty = np.zeros((40, 28, 28), np.uint8)
    assert with_habits(1, images=empty).shape == (40, 28, 28)
    assert with_habits(7, images=empty[:0]).shape == (0, 28, 28)


def test_augmentation_adds_them_where_it_knows_the_digits():
    labels = np.full(300, 7, np.uint8)
    config = AugmentationConfig(habits=1.0)
    assert config.is_active
    changed = augment(upright(), config, np.random.default_rng(0), labels)
    assert (changed != upright()).any(axis=(1, 2)).all()
    np.testing.assert_array_equal(augment(upright(), config, np.random.default_rng(0)), upright())


def test_clothes_have_no_handwriting():
    with pytest.raises(ConfigError, match="for digits"):
        RunConfig.parse({"data": {"dataset": "fashion_mnist"}, "augment": {"habits": 0.5}})
