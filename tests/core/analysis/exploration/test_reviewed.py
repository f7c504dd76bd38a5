"""Labels that people have looked at again."""

import pytest

from mnist_core.analysis.exploration import REVIEWED
from mnist_core.datasets import load_dataset


@pytest.mark.parametrize("dataset_id", REVIEWED)
def test_five_people_voted_and_most_did_not_choose_the_label(dataset_id):
    for found in REVIEWED[dataset_id]:
        assert found.votes_label + found.votes_proposed + found.votes_neither == 5
        assert found.votes_label < 3
        assert found.proposed != found.label


def test_the_published_test_set_has_these_labels(real_settings):
    real_mnist = load_dataset("mnist", real_settings)
    for found in REVIEWED["mnist"]:
        assert real_mnist.y_test[found.index] == found.label
