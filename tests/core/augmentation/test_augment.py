"""Images changed at random: what each setting does, its limits, and that seeds decide everything."""

import numpy as np
import pytest

from mnist_core.augmentation import augment
from mnist_core.config import AugmentationConfig

EVERYTHING = AugmentationConfig(
    rotation=10, shift=2, scale=0.1, shear=10, elastic=1, thickness=0.5, mirror=True
)  # each setting is on
SETTINGS = {name: getattr(EVERYTHING, name) for name in AugmentationConfig.model_fields if name != "habits"}


def changed(images, seed=0, **settings):
    return augment(images, AugmentationConfig(**settings), np.random.default_rng(seed))


def copies(image, count=400):
    return np.repeat(image[None], count, axis=0)


@pytest.fixture
def noise():
    return np.random.default_rng(5).integers(0, 256, (300, 28, 28), dtype=np.uint8)


@pytest.fixture
def bar():
    """Return a vertical bar of 3 x 15 pixels in the middle."""
    image = np.zeros((29, 29), np.uint8)
    image[7:22, 13:16] = 200
    return image[:28, :28]


def centres(images):
    """Return each image's centre of mass, row and column."""
    mass = images.astype(float) / images.sum(axis=(1, 2), keepdims=True).astype(float)
    rows, columns = np.indices((28, 28))
    return (mass * rows).sum(axis=(1, 2)), (mass * columns).sum(axis=(1, 2))


def test_without_settings_nothing_changes(noise):
    np.testing.assert_array_equal(changed(noise), noise)


def test_almost_no_rotation_leaves_every_pixel_as_it_is(noise):
    np.testing.assert_array_equal(changed(noise, rotation=1e-6), noise)


@pytest.mark.parametrize("name", SETTINGS)
def test_each_setting_changes_images_and_leaves_the_given_ones_alone(noise, name):
    before = noise.copy()
    found = changed(noise, **{name: SETTINGS[name]})
    np.testing.assert_array_equal(noise, before)
    assert found.shape == noise.shape
    assert found.dtype == np.uint8
    assert (found != noise).any(axis=(1, 2)).mean() > 0.3


@pytest.mark.parametrize("name", [*SETTINGS, "all"])
def test_the_same_seed_gives_the_same_images_and_another_does_not(noise, name):
    settings = SETTINGS if name == "all" else {name: SETTINGS[name]}
    first, same, other = (changed(noise, seed=seed, **settings) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, same)
    assert (first != other).any()


def test_no_images_are_no_images():
    assert changed(np.zeros((0, 28, 28), np.uint8), **SETTINGS).shape == (0, 28, 28)


def test_background_stays_background():
    assert not changed(np.zeros((50, 28, 28), np.uint8), **SETTINGS).any()


def test_mirroring_swaps_left_and_right_in_half_of_the_images(noise):
    found = changed(noise, mirror=True)
    mirrored = (found == noise[:, :, ::-1]).all(axis=(1, 2))
    assert (mirrored | (found == noise).all(axis=(1, 2))).all()
    assert 0.4 < mirrored.mean() < 0.6


def test_shift_moves_within_its_limit_in_both_directions(bar):
    rows, columns = centres(changed(copies(bar), shift=3))
    for moved in (rows - centres(bar[None])[0], columns - centres(bar[None])[1]):
        assert -3.05 < moved.min() < -2.7
        assert 2.7 < moved.max() < 3.05


def test_rotation_turns_within_its_limit_to_both_sides(bar):
    degrees = np.rad2deg([slope(image) for image in changed(copies(bar), rotation=20)])
    assert -21 < degrees.min() < -18
    assert 18 < degrees.max() < 21
    assert abs(degrees.mean()) < 2


def slope(image):
    """Return the angle between the vertical and an image's main direction, in radians."""
    rows, columns = np.indices((28, 28))
    weights = image.astype(float).ravel()
    matrix = np.cov(np.stack([rows.ravel(), columns.ravel()]), aweights=weights)
    direction = np.linalg.eigh(matrix)[1][:, -1]
    return np.arctan(direction[1] / direction[0])


def test_shear_slants_without_changing_the_height(bar):
    found = changed(copies(bar), shear=20)
    degrees = np.rad2deg([slope(image) for image in found])
    assert 18 < degrees.max() < 22
    heights = (found.max(axis=2) > 100).sum(axis=1)
    assert set(heights.tolist()) <= {14, 15, 16}


def test_scale_changes_width_and_height_each_on_its_own():
    image = np.zeros((28, 28), np.uint8)
    image[9:19, 9:19] = 255
    found = changed(copies(image), scale=0.3).astype(float) / 255
    heights, widths = found[:, :, 13].sum(axis=1), found[:, 13, :].sum(axis=1)
    for sizes in (heights, widths):
        assert 6.9 < sizes.min() < 7.5
        assert 12.5 < sizes.max() < 13.1
    assert abs(np.corrcoef(heights, widths)[0, 1]) < 0.2


def test_elastic_moves_places_by_its_strength():
    rows, columns = centres(changed(copies(_dot()), elastic=1.5))
    for places in (rows, columns):
        assert places.mean() == pytest.approx(13, abs=0.3)
        assert 1.2 < places.std() < 1.8


def _dot():
    image = np.zeros((28, 28), np.uint8)
    image[13, 13] = 255
    return image


def test_elastic_moves_neighbours_together_and_far_places_apart():
    near, far = np.zeros((2, 28, 28), np.uint8)
    near[10:12, 10] = 255
    far[3, 3] = 255
    one, other = (centres(changed(copies(image), elastic=1.0))[0] for image in (_dot(), near))
    assert np.corrcoef(one, other)[0, 1] > 0.6
    assert abs(np.corrcoef(one, centres(changed(copies(far), elastic=1.0))[0])[0, 1]) < 0.3


def test_strokes_become_thicker_and_thinner(bar):
    ink = changed(copies(bar), thickness=1.0).sum(axis=(1, 2)) / bar.sum()
    assert ink.min() < 0.4  # one of three columns, without its ends
    assert ink.max() > 1.8  # five of three columns
    assert ((ink > 0.2) & (ink < 2)).all()


def test_what_leaves_the_image_is_gone_and_background_comes_in():
    found = changed(np.full((200, 28, 28), 255, np.uint8), shift=8)
    assert (found[:, 10:18, 10:18] == 255).all()
    assert (found[:, 0] == 0).any()
    assert (found[:, -1] == 0).any()


def test_an_image_is_changed_the_same_way_whatever_comes_with_it(noise):
    # Blocks and the products within them are cut by place, so only the images before one count.
    whole = changed(noise[:256], **SETTINGS)
    swapped = noise[:256].copy()
    swapped[200:] = 0
    np.testing.assert_array_equal(changed(swapped, **SETTINGS)[:200], whole[:200])
