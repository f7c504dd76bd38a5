"""Gradient descent with one weight: each step is exact."""

import numpy as np
import pytest

from mnist_core.analysis.hill import RATES, START, STEPS, OneWeight, Rolling, one_weight


@pytest.fixture
def unit():
    """Half of the images have full ink there, and should give 1: the curvature is 1, and the best weight 1."""
    ink = np.array([1.0, 1.0, 0.0, 0.0])
    return OneWeight(14, 14, 0, 1, ink, ink)


def test_the_loss_is_the_mean_squared_error_and_its_slope_that_of_the_curve(unit):
    assert (unit.loss(START), unit.gradient(START), unit.curvature, unit.best) == (4.5, -3.0, 1.0, 1.0)
    step = 1e-5
    for weight in (-2.0, 0.3, 4.0):
        slope = (unit.loss(weight + step) - unit.loss(weight - step)) / (2 * step)
        assert unit.gradient(weight) == pytest.approx(slope, abs=1e-8)


@pytest.mark.parametrize(
    ("rate", "left", "rolling"),
    [
        (0.01, 0.99, Rolling.CRAWLS),
        (0.5, 0.5, Rolling.CONVERGES),
        (1.0, 0.0, Rolling.CONVERGES),
        (1.5, -0.5, Rolling.OVERSHOOTS),
        (2.0, -1.0, Rolling.DIVERGES),
        (3.0, -2.0, Rolling.DIVERGES),
    ],
)
def test_each_step_leaves_the_same_share_of_the_distance(unit, rate, left, rolling):
    assert unit.left(rate) == pytest.approx(left)
    assert unit.rolling(rate) is rolling
    weights = unit.steps(rate)
    assert len(weights) == STEPS + 1
    np.testing.assert_allclose(weights - unit.best, (START - unit.best) * left ** np.arange(STEPS + 1), atol=1e-9)


def test_half_ink_counts_as_half():
    ink, target = np.array([0.5, 0.25, 1.0]), np.array([1.0, 0.0, 1.0])
    unit = OneWeight(0, 0, 3, 4, ink, target)
    assert unit.best == pytest.approx(1.5 / 1.3125)
    assert unit.gradient(unit.best) == pytest.approx(0)
    weights, losses = unit.curve()
    assert losses.min() == pytest.approx(unit.loss(unit.best), abs=1e-9)
    assert weights[0] < START < weights[-1]


def test_the_pixel_is_the_one_that_tells_two_classes_apart_best(digits):
    unit = one_weight(digits.x_train, digits.y_train)
    means = np.stack([digits.x_train[digits.y_train == label].mean(axis=0) for label in range(10)])
    apart = np.abs(means[:, None] - means[None]).max(axis=(0, 1))
    assert (unit.row, unit.column) == np.unravel_index(apart.argmax(), apart.shape)
    assert means[unit.one, unit.row, unit.column] - means[unit.zero, unit.row, unit.column] == apart.max()
    assert len(unit.ink) == np.isin(digits.y_train, (unit.zero, unit.one)).sum()
    assert set(unit.target) == {0.0, 1.0}


def test_the_rates_on_offer_show_all_that_can_happen(digits):
    unit = one_weight(digits.x_train, digits.y_train)
    assert {unit.rolling(rate) for rate in RATES} == set(Rolling)
