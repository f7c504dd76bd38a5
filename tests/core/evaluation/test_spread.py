"""Several values of one thing, against scipy and by hand."""

import pytest
from scipy import stats

from mnist_core.evaluation.significance import student_quantile
from mnist_core.evaluation.spread import Spread, difference_interval, spread, spread_words
from mnist_core.text import Translator

T = Translator("en")


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 5, 8, 9, 29, 30, 99, 100, 499])
@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_student_s_t_is_that_of_scipy(degrees: int, confidence: float) -> None:
    expected = stats.t.ppf(0.5 + confidence / 2, degrees)
    assert student_quantile(degrees, confidence) == pytest.approx(expected, rel=1e-9)


def test_the_interval_of_a_mean_is_that_of_scipy() -> None:
    values = [0.971, 0.974, 0.969, 0.975]
    found = spread(values)
    low, high = stats.t.interval(0.95, 3, loc=found.mean, scale=stats.sem(values))
    assert (found.n, found.mean) == (4, pytest.approx(0.97225))
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))


def test_the_deviation_is_that_of_a_sample() -> None:
    assert spread([1.0, 3.0]).standard_deviation == 2**0.5
    assert spread([2.0, 2.0, 2.0]) == Spread(3, 2.0, 0.0, 2.0, 2.0)


def test_a_single_value_has_no_deviation_and_no_interval() -> None:
    assert spread([0.97]) == Spread(1, 0.97, None, None, None)
    words = "97.00% (a single run: only more runs can tell how much of that is luck)"
    assert spread_words(spread([0.97]), T) == words


def test_words_have_mean_deviation_and_interval() -> None:
    words = "97.22% ± 0.28% (4 runs; the mean lies between 96.79% and 97.66%, with 95% confidence)"
    assert spread_words(spread([0.971, 0.974, 0.969, 0.975]), T) == words
    assert spread_words(spread([0.1, 0.2]), T, loss=True).startswith("0.1500 ± 0.0707 (2 runs; ")


def test_no_accuracy_is_said_to_be_above_one_or_below_zero() -> None:
    words = spread_words(spread([0.5, 1.0]), T)
    assert "between 0.00% and 100.00%" in words


def test_a_difference_has_welch_s_interval() -> None:
    first, second = [0.95, 0.953, 0.951], [0.96, 0.968, 0.963]
    found = difference_interval(spread(first), spread(second))
    expected = stats.ttest_ind(second, first, equal_var=False).confidence_interval()
    # whole degrees of freedom are on the safe side: a little wider, never narrower
    assert found is not None
    assert found[0] <= expected.low < expected.high <= found[1]
    assert found[1] - found[0] < 2 * (expected.high - expected.low)
    assert sum(found) / 2 == pytest.approx(spread(second).mean - spread(first).mean)
    assert difference_interval(spread([0.5]), spread(second)) is None
    assert difference_interval(spread([0.5, 0.5]), spread([0.75, 0.75])) == (0.25, 0.25)
