import tracemalloc

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from mnist_core.analysis.exploration import nearest
from mnist_core.datasets import Dataset


def test_neighbours_are_those_of_brute_force(digits: Dataset) -> None:
    found = nearest(digits.x_train, digits.x_test[:40], 8)
    exact = cdist(digits.x_test[:40].reshape(40, -1) / 255.0, digits.x_train.reshape(1500, -1) / 255.0)
    order = np.argsort(exact, axis=1)[:, :8]
    np.testing.assert_allclose(found.distances, np.take_along_axis(exact, order, 1), rtol=1e-4)
    np.testing.assert_allclose(np.take_along_axis(exact, found.indices, 1), found.distances, rtol=1e-4)


def test_an_image_of_the_set_is_its_own_nearest_neighbour(digits: Dataset) -> None:
    found = nearest(digits.x_train, digits.x_train[17:18], 3)
    assert found.indices[0, 0] == 17
    assert found.distances[0, 0] == pytest.approx(0, abs=0.01)


def test_the_parts_in_which_images_are_read_change_nothing() -> None:
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (4500, 28, 28), np.uint8)
    images[4321] = images[7]
    assert nearest(images, images[7:8], 2).indices.tolist() == [[7, 4321]]


def test_60000_images_take_less_than_60_mb() -> None:
    images = np.zeros((60_000, 28, 28), np.uint8)
    tracemalloc.start()
    nearest(images, images[:1], 12)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60e6
