import numpy as np
import pytest

from mnist_core.evaluation import change, wilson_interval


def test_right_answers_are_counted_before_and_afterwards():
    labels = np.array([0, 1, 2, 2])
    before, after = np.eye(3)[[0, 0, 0, 2]], np.eye(3)[[0, 1, 2, 0]]
    found = change(before, after, labels)
    assert (found.before, found.after, found.total) == (2, 3, 4)
    assert found.interval_before == wilson_interval(2, 4)
    assert found.interval_after == wilson_interval(3, 4)
    assert found.p_value == pytest.approx(1.0)


def test_without_samples_nothing_is_known():
    found = change(np.zeros((0, 10)), np.zeros((0, 10)), np.zeros(0, int))
    assert (found.before, found.after, found.total) == (0, 0, 0)
    assert found.interval_after == (0.0, 1.0)
