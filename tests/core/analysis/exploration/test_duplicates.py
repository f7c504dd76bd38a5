import numpy as np
import pytest
from scipy.spatial.distance import cdist

from mnist_core.analysis.exploration import exact_duplicates, near_duplicates
from mnist_core.datasets import Dataset, load_dataset


@pytest.fixture
def images(digits: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Return training and test images; test images 5 and 9 are copies, 7 is nearly one."""
    train, test = np.array(digits.x_train), np.array(digits.x_test)
    test[5], test[9] = train[100], train[30]
    test[7] = train[200]
    test[7, 0, :3] += 9
    return train, test


def test_copies_are_found_by_their_bytes(images: tuple[np.ndarray, np.ndarray]) -> None:
    assert exact_duplicates(*images).tolist() == [[100, 5], [30, 9]]


def test_without_copies_there_are_no_pairs(digits: Dataset) -> None:
    pairs = exact_duplicates(digits.x_train[:100], digits.x_test)
    assert pairs.shape == (0, 2)


@pytest.mark.parametrize("most_difference", [0.05, 1.0, 3.0])
def test_near_duplicates_are_those_of_brute_force(
    images: tuple[np.ndarray, np.ndarray], most_difference: float
) -> None:
    train, test = images
    heard: list[float] = []
    pairs, distances = near_duplicates(train, test, most_difference, heard.append)
    exact = cdist(train.reshape(len(train), -1) / 255.0, test.reshape(len(test), -1) / 255.0)
    expected = np.argwhere(exact <= most_difference)
    assert {(5, 100), (9, 30)} <= {(j, i) for i, j in pairs}
    assert sorted(map(tuple, pairs)) == sorted(map(tuple, expected))
    np.testing.assert_allclose(distances, exact[pairs[:, 0], pairs[:, 1]], atol=1e-6)
    assert (np.diff(distances) >= 0).all()
    assert heard[-1] == 1.0


def test_no_test_image_of_fashion_mnist_is_a_training_image(real_settings) -> None:
    dataset = load_dataset("fashion_mnist", real_settings)
    assert len(exact_duplicates(dataset.x_train, dataset.x_test)) == 0
