"""How far a figure from a sample can be trusted."""

import math
from collections.abc import Sequence
from functools import cache
from statistics import NormalDist
from typing import overload

import numpy as np
import numpy.typing as npt


@overload
def wilson_interval(right: int, total: int, confidence: float = ...) -> tuple[float, float]: ...
@overload
def wilson_interval(
    right: npt.NDArray[np.integer], total: int | npt.NDArray[np.integer], confidence: float = ...
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]: ...
def wilson_interval(
    right: int | npt.NDArray[np.integer],
    total: int | npt.NDArray[np.integer],
    confidence: float = 0.95,
) -> tuple[float, float] | tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return Wilson's score interval of a share: between which values the true one lies, with this confidence.

    Unlike "share plus or minus 1.96 standard errors" it holds near 0 and 1 too, where accuracies are, and never
    leaves 0 to 1. E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of
    the American Statistical Association 22 (1927) 209-212; recommended by Brown, Cai and DasGupta, "Interval
    estimation for a binomial proportion", Statistical Science 16 (2001) 101-133.

    Parameters
    ----------
    right, total : int, or ndarray of int of one shape
        How many of how many, ``0 <= right <= total``.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    low, high : float, or ndarray of float64
        0 and 1 where `total` is 0: nothing is known.
    """
    z2 = NormalDist().inv_cdf(0.5 + confidence / 2) ** 2
    k, n = np.broadcast_arrays(np.asarray(right, np.float64), np.asarray(total, np.float64))
    centre = (k + z2 / 2) / (n + z2)
    # k (n - k) / n is 0 without samples; the division must not say otherwise.
    half = np.sqrt(z2 * (k * (n - k) / np.maximum(n, 1) + z2 / 4)) / (n + z2)
    # None right gives exactly 0, all right exactly 1; rounding must not say otherwise.
    low = np.where(k == 0, 0.0, centre - half)
    high = np.where(k == n, 1.0, centre + half)
    return (low, high) if low.ndim else (float(low), float(high))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values as they count when several questions are asked at once.

    Of twenty comparisons one is "significant at 5 %" by luck alone. S. Holm, "A simple sequentially rejective multiple
    test procedure", Scandinavian Journal of Statistics 6 (1979): the smallest of n is multiplied by n, the next one by
    n - 1, and so on, and none becomes smaller than the one before.

    Parameters
    ----------
    p_values : sequence of float
        0 to 1, in any order.

    Returns
    -------
    list of float
        In the same order, at most 1.
    """
    adjusted, least = [1.0] * len(p_values), 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        least = max(least, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = least
    return adjusted


@cache
def student_quantile(degrees: int, confidence: float = 0.95) -> float:
    """Return within how many standard errors of a mean the true one lies, with this confidence.

    Student's t, exactly: the sums for whole degrees of freedom are in Abramowitz and Stegun, "Handbook of Mathematical
    Functions" (1964), 26.7.3 and 26.7.4, and rise with the angle.

    Parameters
    ----------
    degrees : int
        Of freedom, at least 1.
    confidence : float
        Between 0 and 1.
    """
    low, high = 0.0, math.pi / 2
    for _ in range(60):  # halved so often, it is as exact as a float
        angle = (low + high) / 2
        low, high = (angle, high) if _within(angle, degrees) < confidence else (low, angle)
    return math.sqrt(degrees) * math.tan(low)


def _within(angle: float, degrees: int) -> float:
    """Return how probable it is that Student's t is at most ``sqrt(degrees) tan(angle)``, whatever its sign."""
    odd = degrees % 2
    term = total = float(degrees > 1)
    for k in range(2 + odd, degrees - 1, 2):
        term *= math.cos(angle) ** 2 * (k - 1) / k
        total += term
    if odd:
        return 2 / math.pi * (angle + math.sin(angle) * math.cos(angle) * total)
    return math.sin(angle) * total
