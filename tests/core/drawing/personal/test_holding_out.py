import numpy as np
import pytest

from mnist_core.drawing.personal import ENOUGH, held_out


@pytest.mark.parametrize(("n", "kept"), [(0, 0), (1, 0), (2, 0), (3, 1), (6, 1), (7, 2), (50, 12), (100, 25)])
def test_a_quarter_of_a_class_is_held_back_and_at_least_one_of_three(n, kept):
    labels = np.full(n, 4, np.uint8)
    assert held_out(labels).sum() == kept
    assert kept >= 1 or n < ENOUGH


def test_each_class_is_counted_apart():
    labels = np.array([0, 1] * 4 + [2], np.uint8)
    assert labels[held_out(labels)].tolist() == [0, 1]


def test_what_was_learned_from_is_never_held_back_later():
    labels = np.random.default_rng(0).integers(0, 10, 300).astype(np.uint8)
    full = held_out(labels)
    for n in range(len(labels)):
        assert not (full[:n] & ~held_out(labels[:n]))[:n].any()
