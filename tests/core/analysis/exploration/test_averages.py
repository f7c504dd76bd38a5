import numpy as np
import pytest

from mnist_core.analysis.exploration import by_typicality, class_averages, pixel_histogram
from mnist_core.datasets import Dataset


def test_means_and_spreads_are_those_of_the_classes_images(digits: Dataset) -> None:
    averages = class_averages(digits.x_train, digits.y_train, 10)
    for label in range(10):
        members = digits.x_train[digits.y_train == label] / 255.0
        np.testing.assert_allclose(averages.means[label], members.mean(axis=0), atol=1e-6)
        np.testing.assert_allclose(averages.spreads[label], members.std(axis=0), atol=1e-5)


def test_a_class_without_images_has_an_empty_average(digits: Dataset) -> None:
    averages = class_averages(digits.x_train[:5], np.full(5, 3, np.uint8), 10)
    assert averages.means[3].any()
    assert not averages.means[4].any()
    assert not averages.spreads[4].any()


def test_the_most_typical_image_is_nearest_to_the_mean_of_its_class(digits: Dataset) -> None:
    averages = class_averages(digits.x_train, digits.y_train, 10)
    order = by_typicality(averages.distances, digits.y_train, 7)
    members = np.flatnonzero(digits.y_train == 7)
    images = digits.x_train[members].reshape(len(members), -1) / 255.0
    distances = np.linalg.norm(images - images.mean(axis=0), axis=1)
    np.testing.assert_allclose(averages.distances[members], distances, rtol=1e-5)
    assert sorted(order) == members.tolist()
    assert order[0] == members[distances.argmin()]
    assert order[-1] == members[distances.argmax()]


def test_every_pixel_is_counted_once(digits: Dataset) -> None:
    histogram = pixel_histogram(digits.x_train)
    np.testing.assert_array_equal(histogram.counts, np.bincount(np.asarray(digits.x_train).ravel(), minlength=256))
    assert histogram.empty_share == pytest.approx(np.mean(np.asarray(digits.x_train) == 0))


def test_the_bins_hold_all_pixels_with_ink_and_are_equally_wide(digits: Dataset) -> None:
    histogram = pixel_histogram(digits.x_train)
    starts, counts = histogram.binned(15)
    expected, _ = np.histogram(np.asarray(digits.x_train), bins=np.arange(1, 257, 17))
    np.testing.assert_array_equal(counts, expected)
    assert starts[0] == 1
    assert set(np.diff(starts)) == {17}
