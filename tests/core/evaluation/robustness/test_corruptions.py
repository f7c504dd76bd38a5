"""Corruptions, against scipy and Pillow, and what holds for all of them."""

import time

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from scipy import ndimage

from mnist_core.evaluation.robustness import CORRUPTIONS, CorruptionSettings

Images = npt.NDArray[np.uint8]
every_corruption = pytest.mark.parametrize("name", CORRUPTIONS)


@pytest.fixture(scope="module")
def images() -> Images:
    """Return 40 blurred blots: smooth, as handwriting is, and not symmetric."""
    rng = np.random.default_rng(0)
    blots = ndimage.gaussian_filter(rng.random((40, 28, 28)) ** 8, (0, 1.5, 1.5))
    return (255 * blots / blots.max(axis=(1, 2), keepdims=True)).astype(np.uint8)


def corrupted(images: Images, **strengths: float) -> Images:
    return CorruptionSettings(**strengths).apply(images)


def close(one: Images, other: npt.NDArray[np.generic], tolerance: float = 1.0) -> bool:
    return bool(np.abs(one.astype(float) - other.astype(float)).max() <= tolerance)


class TestAll:
    @every_corruption
    def test_a_neutral_strength_changes_nothing(self, name: str, images: Images) -> None:
        before = images.copy()
        assert CorruptionSettings().changed(name, CORRUPTIONS[name].neutral).apply(images) is images
        np.testing.assert_array_equal(images, before)

    @every_corruption
    def test_every_strength_gives_images_of_the_same_form_and_leaves_the_given_ones(
        self, name: str, images: Images
    ) -> None:
        before = images.copy()
        for strength in CORRUPTIONS[name].strengths():
            changed = CorruptionSettings().changed(name, strength).apply(images)
            assert (changed.shape, changed.dtype) == (images.shape, images.dtype)
        np.testing.assert_array_equal(images, before)

    @every_corruption
    def test_the_more_the_further_from_the_image(self, name: str, images: Images) -> None:
        corruption = CORRUPTIONS[name]
        strengths = [s for s in corruption.strengths() if s >= corruption.neutral]
        distance = [
            np.abs(CorruptionSettings().changed(name, s).apply(images).astype(int) - images).mean() for s in strengths
        ]
        if name == "rotation":  # blots that lie on others by chance
            distance = distance[:5]
        assert distance[0] == 0.0
        assert np.all(np.diff(distance) > 0)

    @every_corruption
    def test_its_strengths_are_a_step_apart_and_hold_the_neutral_one(self, name: str) -> None:
        corruption = CORRUPTIONS[name]
        strengths = corruption.strengths()
        assert 9 <= len(strengths) <= 21
        assert (strengths[0], strengths[-1]) == (corruption.minimum, corruption.maximum)
        np.testing.assert_allclose(np.diff(strengths), corruption.step)
        assert sum(corruption.is_neutral(strength) for strength in strengths) == 1

    @every_corruption
    def test_no_images_give_no_images(self, name: str) -> None:
        corruption = CORRUPTIONS[name]
        nothing = np.zeros((0, 28, 28), np.uint8)
        assert CorruptionSettings().changed(name, corruption.maximum).apply(nothing).shape == (0, 28, 28)

    @every_corruption
    def test_alone_it_is_what_the_settings_do(self, name: str, images: Images) -> None:
        corruption = CORRUPTIONS[name]
        rng = np.random.default_rng([5, list(CORRUPTIONS).index(name)])
        expected = corruption.apply(images, corruption.maximum, rng)
        np.testing.assert_array_equal(
            CorruptionSettings().changed(name, corruption.maximum).apply(images, seed=5), expected
        )

    def test_settings_hold_every_corruption_in_the_registrys_order_all_neutral(self) -> None:
        assert list(CorruptionSettings.__dataclass_fields__) == list(CORRUPTIONS)
        assert CorruptionSettings().active == {}
        assert list(CorruptionSettings(noise=9, scale=2, blur=0).active) == ["scale", "noise"]

    def test_together_they_are_done_in_the_stated_order(self, images: Images) -> None:
        together = corrupted(images, rotation=20, shift_x=2, blur=1, contrast=0.5, inversion=1)
        by_hand = corrupted(images, rotation=20, shift_x=2)
        for step in ({"blur": 1}, {"contrast": 0.5}, {"inversion": 1}):
            by_hand = corrupted(by_hand, **step)
        np.testing.assert_array_equal(together, by_hand)
        other_order = corrupted(corrupted(images, inversion=1), rotation=20, shift_x=2, blur=1, contrast=0.5)
        assert not close(together, other_order, 20)

    def test_a_thousand_images_take_well_under_a_fifth_of_a_second(self, images: Images) -> None:
        many = np.tile(images, (25, 1, 1))
        settings = CorruptionSettings(0.8, 20, 3, -2, 6, 1, 0.7, 0.2, 40)
        assert len(settings.active) == len(CORRUPTIONS)
        settings.apply(many)
        seconds = []
        for _ in range(5):
            start = time.process_time()
            settings.apply(many)
            seconds.append(time.process_time() - start)
        assert min(seconds) < 0.2


class TestMoves:
    @pytest.mark.parametrize(("x", "y"), [(3, 0), (-8, 0), (0, 5), (0, -1), (4, -6)])
    def test_whole_pixels_are_moved_as_they_are(self, x: int, y: int, images: Images) -> None:
        moved = corrupted(images, shift_x=x, shift_y=y)
        padded = np.pad(images, ((0, 0), (8, 8), (8, 8)))
        np.testing.assert_array_equal(moved, padded[:, 8 - y : 36 - y, 8 - x : 36 - x])

    @pytest.mark.parametrize("x", [0.5, -2.25])
    def test_parts_of_pixels_are_interpolated(self, x: float, images: Images) -> None:
        expected = ndimage.shift(images.astype(float), (0, 0, x), order=1, mode="grid-constant")
        assert close(corrupted(images, shift_x=x), expected, 0.501)

    @pytest.mark.parametrize(("turn", "quarters"), [(90, 1), (-90, -1), (180, 2), (360, 0)])
    def test_quarter_turns_are_exact_and_counterclockwise(self, turn: float, quarters: int, images: Images) -> None:
        np.testing.assert_array_equal(corrupted(images, rotation=turn), np.rot90(images, quarters, axes=(1, 2)))

    def test_the_middle_of_a_turned_image_is_what_pillow_makes_of_it(self, images: Images) -> None:
        turned = corrupted(images, rotation=30)
        for image, result in zip(images, turned, strict=True):
            pillow = np.asarray(Image.fromarray(image).rotate(30, resample=Image.Resampling.BILINEAR))
            assert close(result[8:20, 8:20], pillow[8:20, 8:20], 2.0)

    @pytest.mark.parametrize(
        ("scale", "rotation", "x", "y"), [(0.7, 0, 0, 0), (1.45, 0, 0, 0), (1, -35, 0, 0), (0.8, 50, 3.5, -2)]
    )
    def test_is_the_affine_map_that_scipy_computes(
        self, scale: float, rotation: float, x: float, y: float, images: Images
    ) -> None:
        angle, centre = np.deg2rad(rotation), np.array([13.5, 13.5])
        # Rows count downwards: turning counterclockwise as one sees it is turning clockwise in (row, column).
        forward = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        back = np.linalg.inv(forward)
        offset = centre - back @ (centre + [y, x])
        expected = [
            ndimage.affine_transform(image.astype(float), back, offset, order=1, mode="grid-constant")
            for image in images
        ]
        assert close(corrupted(images, scale=scale, rotation=rotation, shift_x=x, shift_y=y), np.array(expected), 0.51)

    def test_scale_makes_larger_and_smaller(self) -> None:
        square = np.zeros((1, 28, 28), np.uint8)
        square[:, 9:19, 9:19] = 255
        area = square.sum()
        assert corrupted(square, scale=1.4).sum() == pytest.approx(1.96 * area, rel=0.02)
        assert corrupted(square, scale=0.6).sum() == pytest.approx(0.36 * area, rel=0.02)


class TestGreyValues:
    @pytest.mark.parametrize("sigma", [0.25, 1.0, 4.0])
    def test_blur_is_scipys_gaussian(self, sigma: float, images: Images) -> None:
        expected = ndimage.gaussian_filter(images.astype(float), (0, sigma, sigma), mode="constant", truncate=20)
        assert close(corrupted(images, blur=sigma), expected, 0.51)

    def test_contrast_is_about_the_middle_grey_and_stays_a_grey_value(self, images: Images) -> None:
        assert set(np.unique(corrupted(images, contrast=0))) == {128}
        expected = np.clip(127.5 + 1.5 * (images - 127.5), 0, 255)
        assert close(corrupted(images, contrast=1.5), expected, 0.5)

    def test_full_inversion_is_the_negative_and_half_of_it_is_all_grey(self, images: Images) -> None:
        np.testing.assert_array_equal(corrupted(images, inversion=1), 255 - images)
        assert set(np.unique(corrupted(images, inversion=0.5))) == {128}

    def test_noise_has_its_standard_deviation_and_mean_nothing(self) -> None:
        grey = np.full((100, 28, 28), 128, np.uint8)
        noise = corrupted(grey, noise=20).astype(float) - 128
        assert noise.mean() == pytest.approx(0, abs=0.3)
        assert noise.std() == pytest.approx(20, rel=0.02)

    def test_the_seed_decides_noise_and_places(self, images: Images) -> None:
        for settings in (CorruptionSettings(noise=50), CorruptionSettings(occlusion=9)):
            one, same, other = (settings.apply(images, seed) for seed in (1, 1, 2))
            np.testing.assert_array_equal(one, same)
            assert not np.array_equal(one, other)

    def test_noise_is_the_same_whatever_else_is_done(self) -> None:
        grey = np.full((5, 28, 28), 128, np.uint8)
        np.testing.assert_array_equal(corrupted(grey, noise=20), corrupted(grey, noise=20, shift_x=0, rotation=180))


class TestOcclusion:
    @pytest.mark.parametrize("side", [1, 6, 24, 28])
    def test_covers_one_whole_square_of_each_image(self, side: int) -> None:
        covered = corrupted(np.full((200, 28, 28), 255, np.uint8), occlusion=side) == 0
        assert set(covered.sum(axis=(1, 2))) == {side * side}
        rows, columns = covered.any(axis=2).sum(axis=1), covered.any(axis=1).sum(axis=1)
        assert set(rows) == set(columns) == {side}

    def test_the_places_differ_and_reach_every_corner(self) -> None:
        covered = corrupted(np.full((2000, 28, 28), 255, np.uint8), occlusion=4) == 0
        assert covered.any(axis=0).all()
        np.testing.assert_allclose(covered.mean(axis=0)[5:-5, 5:-5], 16 / 625, atol=0.015)
