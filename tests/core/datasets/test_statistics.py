import numpy as np
import pytest

from mnist_core.config import DataConfig
from mnist_core.datasets import load_dataset
from mnist_core.datasets.statistics import class_counts, indices_of_class, one_hot


def test_counts_are_given_for_every_split_and_class(tiny_dataset):
    counts = class_counts(tiny_dataset, DataConfig(validation_split=0.2))
    assert {name: int(values.sum()) for name, values in counts.items()} == {"train": 160, "validation": 40, "test": 50}
    assert (counts["train"] + counts["validation"]).tolist() == [20] * 10
    assert counts["test"].tolist() == [5] * 10


def test_an_empty_split_counts_zero_of_every_class(tiny_dataset):
    assert class_counts(tiny_dataset, DataConfig(validation_split=0))["validation"].tolist() == [0] * 10


def test_a_class_is_found_where_it_is():
    labels = np.array([3, 1, 3, 0], dtype=np.uint8)
    assert indices_of_class(labels, 3).tolist() == [0, 2]
    assert indices_of_class(labels, 7).tolist() == []
    assert indices_of_class(labels, 0).tolist() == [3]


def test_no_class_means_every_image():
    assert indices_of_class(np.array([3, 1], dtype=np.uint8), None).tolist() == [0, 1]


@pytest.mark.parametrize("label", [0, 3, 9])
def test_a_one_hot_label_has_a_single_one_at_its_place(label):
    vector = one_hot(label, 10)
    assert vector.dtype == np.float32
    assert vector.sum() == 1
    assert vector.argmax() == label


def test_fashion_mnist_has_as_many_of_every_class(real_settings):
    counts = class_counts(load_dataset("fashion_mnist", real_settings), DataConfig(validation_split=0))
    assert counts["train"].tolist() == [6000] * 10
    assert counts["test"].tolist() == [1000] * 10
