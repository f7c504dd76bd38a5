"""A prediction in words: the three best, and whether it is sure."""

import numpy as np
import pytest

from mnist_core.evaluation import read_answer

ROW = np.float32([0.05, 0.6, 0.0, 0.3, 0.05])


def test_the_three_most_probable_classes_come_in_their_order():
    answer = read_answer(ROW, 0.5)
    assert [label for label, _ in answer.ranked] == [1, 3, 0]
    assert [share for _, share in answer.ranked] == pytest.approx([0.6, 0.3, 0.05])
    assert (answer.label, answer.confidence) == (1, pytest.approx(0.6))


@pytest.mark.parametrize(("sure_from", "sure"), [(0.5, True), (0.7, False), (np.inf, False)])
def test_below_the_least_confidence_it_is_not_sure(sure_from, sure):
    assert read_answer(ROW, sure_from).sure is sure
