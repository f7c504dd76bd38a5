"""McNemar's test against scipy's binomial test, and the samples behind it."""

import time

import numpy as np
import pytest
from scipy.stats import binomtest

from mnist_core.evaluation import Comparison, compare, recall_difference


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


def test_many_disagreements_take_no_time() -> None:
    many = case(4500, 4800)
    begin = time.process_time()
    assert many.p_value == pytest.approx(0.0019304752297255)
    assert time.process_time() - begin < 0.5


def test_samples_that_only_one_gets_right_come_with_its_surest_answer_first() -> None:
    labels = np.array([0, 0, 0, 1, 1])
    first = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.1, 0.9], [0.7, 0.3]])
    second = np.array([[0.4, 0.6], [0.3, 0.7], [0.9, 0.1], [0.2, 0.8], [0.8, 0.2]])
    result = compare(first, second, labels)
    assert result.only_first.tolist() == [0, 1]
    assert result.only_second.tolist() == [2]
    assert (result.both, result.neither) == (1, 1)


def test_recall_differences_count_class_by_class() -> None:
    labels = np.array([0] * 10 + [1] * 20)
    first, second = np.eye(3)[labels], np.eye(3)[labels]
    first[:1] = [0, 1, 0]  # the first misses one of ten
    second[10:15] = [1, 0, 0]  # the second misses five of twenty
    result = recall_difference(first, second, labels)
    assert result.difference.tolist() == pytest.approx([-0.1, 0.25, 0.0])
    assert (result.only_first.tolist(), result.only_second.tolist()) == ([0, 5, 0], [1, 0, 0])
    assert result.support.tolist() == [10, 20, 0]
    # by hand: n 22, b 5.5, c 0.5, so 5 / 22 -+ 1.96 sqrt(6 - 25 / 22) / 22
    assert (result.low[1], result.high[1]) == pytest.approx((0.03081, 0.42374), abs=1e-4)
    # of a class without samples nothing is known
    assert (result.low[2], result.high[2]) == pytest.approx((-0.97998, 0.97998), abs=1e-4)


def test_intervals_of_equal_models_hold_zero_and_shrink_with_more_samples() -> None:
    few, many = (
        recall_difference(*[np.eye(2)[labels]] * 2, labels) for labels in (np.arange(20) % 2, np.arange(2000) % 2)
    )
    assert (few.low < 0).all()
    assert (few.high > 0).all()
    assert (many.high < few.high / 10).all()
