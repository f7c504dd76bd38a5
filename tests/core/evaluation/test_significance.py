"""The interval of a share, against scipy and against its definition."""

import numpy as np
import pytest
from scipy.stats import binomtest

from mnist_core.evaluation import holm, wilson_interval

CASES = [(0, 1), (1, 1), (0, 20), (20, 20), (1, 20), (7, 20), (979, 1000), (1000, 1000), (9797, 10_000), (3, 7)]


@pytest.mark.parametrize(("right", "total"), CASES)
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_is_the_interval_that_scipy_computes(right: int, total: int, confidence: float) -> None:
    expected = binomtest(right, total).proportion_ci(confidence, method="wilson")
    assert wilson_interval(right, total, confidence) == pytest.approx((expected.low, expected.high), abs=1e-12)


@pytest.mark.parametrize(("right", "total"), CASES)
def test_its_ends_are_the_shares_that_the_score_test_just_accepts(right: int, total: int) -> None:
    # (share - p)^2 = z^2 p (1 - p) / total, solved for p
    z2, share = 1.959963984540054**2, right / total
    roots = np.sort(np.roots([1 + z2 / total, -(2 * share + z2 / total), share**2]).real)
    assert wilson_interval(right, total) == pytest.approx(tuple(roots), abs=1e-7)


def test_arrays_give_arrays_and_share_one_total() -> None:
    right = np.array([[0, 500], [980, 1000]])
    low, high = wilson_interval(right, 1000)
    assert low.shape == high.shape == (2, 2)
    for index, value in np.ndenumerate(right):
        assert (low[index], high[index]) == pytest.approx(wilson_interval(int(value), 1000))


def test_a_scalar_gives_plain_numbers() -> None:
    assert all(type(end) is float for end in wilson_interval(3, 7))


def test_the_ends_are_exact_where_none_or_all_are_right() -> None:
    for total in range(1, 200):
        assert wilson_interval(0, total)[0] == 0.0
        assert wilson_interval(total, total)[1] == 1.0


def test_without_samples_nothing_is_known() -> None:
    assert wilson_interval(0, 0) == (0.0, 1.0)


def test_holm_by_hand() -> None:
    # 3 x 0.01, then 2 x 0.02, then 0.05, which must not fall below the one before
    assert holm([0.05, 0.01, 0.02]) == pytest.approx([0.05, 0.03, 0.04])
    assert holm([0.04, 0.03]) == pytest.approx([0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []
