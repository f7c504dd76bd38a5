import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid

from mnist_core.analysis.exploration import class_averages, k_nearest, majority_class, nearest_mean
from mnist_core.datasets import Dataset, load_dataset


def flat(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1) / 255.0


def score(model: object, data: Dataset, n: int | None = None) -> float:
    fitted = model.fit(flat(data.x_train[:n]), data.y_train[:n])
    return fitted.score(flat(data.x_test), data.y_test)


def test_the_majority_class_is_as_good_as_scikit_learns(digits: Dataset) -> None:
    expected = score(DummyClassifier(strategy="most_frequent"), digits)
    assert majority_class(digits).test_accuracy == pytest.approx(expected)


def test_the_nearest_mean_is_as_good_as_scikit_learns(digits: Dataset) -> None:
    means = class_averages(digits.x_train, digits.y_train, 10).means
    result = nearest_mean(digits, means)
    assert result.test_accuracy == pytest.approx(score(NearestCentroid(), digits))
    assert result.train_size == 1500


@pytest.mark.parametrize("k", [1, 3])
def test_nearest_neighbours_are_as_good_as_scikit_learns(digits: Dataset, k: int) -> None:
    heard: list[float] = []
    result = k_nearest(digits, k, 5000, 0, heard.append)
    assert result.test_accuracy == pytest.approx(score(KNeighborsClassifier(k, algorithm="brute"), digits))
    assert result.train_size == 1500
    assert heard[-1] == 1.0


def test_a_subset_is_smaller_and_repeatable(digits: Dataset) -> None:
    result = k_nearest(digits, 3, 300, seed=5)
    assert result == k_nearest(digits, 3, 300, seed=5)
    assert result.train_size == 300
    assert 0.85 < result.test_accuracy < k_nearest(digits, 3, 1500, seed=5).test_accuracy


def test_the_simple_rules_on_mnist_are_as_good_as_measured(real_settings) -> None:
    data = load_dataset("mnist", real_settings)
    means = class_averages(data.x_train, data.y_train, 10).means
    assert nearest_mean(data, means).test_accuracy == pytest.approx(0.8203, abs=1e-4)
    assert majority_class(data).test_accuracy == pytest.approx(0.1135)
