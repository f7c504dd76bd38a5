"""McNemar's test against scipy's binomial test, and the samples behind it."""

import numpy as np
import pytest
from scipy.stats import binomtest

from mnist_core.evaluation import Comparison, compare


def case(only_first: int, only_second: int) -> Comparison:
    return Comparison(np.arange(only_first), np.arange(only_second), both=100, neither=3)


@pytest.mark.parametrize(("first", "second"), [(0, 1), (0, 9), (3, 12), (25, 40), (120, 170), (900, 1000), (5, 5)])
def test_the_chance_is_that_of_the_exact_binomial_test(first: int, second: int) -> None:
    expected = binomtest(first, first + second, 0.5).pvalue
    assert case(first, second).p_value == pytest.approx(expected)
    assert case(second, first).p_value == pytest.approx(expected)


def test_models_that_never_disagree_differ_by_luck_only() -> None:
    assert case(0, 0).p_value == 1.0


def test_a_huge_difference_has_a_chance_of_nearly_nothing() -> None:
    assert 0 <= case(10, 9000).p_value < 1e-300


def test_samples_that_only_one_gets_right_come_with_its_surest_answer_first() -> None:
    labels = np.array([0, 0, 0, 1, 1])
    first = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.1, 0.9], [0.7, 0.3]])
    second = np.array([[0.4, 0.6], [0.3, 0.7], [0.9, 0.1], [0.2, 0.8], [0.8, 0.2]])
    result = compare(first, second, labels)
    assert result.only_first.tolist() == [0, 1]
    assert result.only_second.tolist() == [2]
    assert (result.both, result.neither) == (1, 1)
