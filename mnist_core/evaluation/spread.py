"""How far runs that differ by luck alone lie apart, and how well their mean is known."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from mnist_core.evaluation.significance import student_quantile
from mnist_core.text import English


@dataclass(frozen=True)
class Spread:
    """Several values of one thing, such as the accuracies of runs with other seeds.

    Attributes
    ----------
    n : int
        How many, at least 1.
    mean : float
    standard_deviation : float or None
        Of a sample (divided by ``n - 1``): how far single ones lie apart. None for a single value, which can't say.
    low, high : float or None
        95 % interval of the mean by Student's t; None for a single value.
    """

    n: int
    mean: float
    standard_deviation: float | None
    low: float | None
    high: float | None


def spread(values: Sequence[float]) -> Spread:
    """Return what several values have in common.

    Parameters
    ----------
    values : sequence of float
        At least one, all finite.
    """
    n, mean = len(values), fmean(values)
    if n == 1:
        return Spread(1, mean, None, None, None)
    deviation = stdev(values)
    half = student_quantile(n - 1) * deviation / math.sqrt(n)
    return Spread(n, mean, deviation, mean - half, mean + half)


def spread_words(found: Spread, t: English, *, loss: bool = False) -> str:
    """Return them in words: ``97.81% ± 0.12% (5 runs; their mean is known to lie between 97.66% and 97.96%)``.

    Parameters
    ----------
    found : Spread
        Of accuracies, 0 to 1, unless it is one of losses.
    t : English
    loss : bool
    """
    form = ".4f" if loss else ".2%"
    mean = t.number(found.mean, form)
    if found.standard_deviation is None or found.low is None or found.high is None:
        return t("{mean} (a single run: only more runs can tell how much of that is luck)", mean=mean)
    return t.plural(
        "{mean} ± {deviation} ({n:,} run; the mean lies between {low} and {high}, with 95% confidence)",
        "{mean} ± {deviation} ({n:,} runs; the mean lies between {low} and {high}, with 95% confidence)",
        found.n,
        mean=mean,
        deviation=t.number(found.standard_deviation, form),
        low=t.number(max(found.low, 0.0), form),  # no share or loss is below 0, whatever Student's t allows
        high=t.number(found.high if loss else min(found.high, 1.0), form),
    )


def difference_interval(first: Spread, second: Spread) -> tuple[float, float] | None:
    """Return the 95 % interval of by how much the second mean is above the first; None without deviations.

    Welch's: the two may spread differently. B. L. Welch, "The generalization of Student's problem when several
    different population variances are involved", Biometrika 34 (1947). Degrees of freedom are rounded down, to the safe
    side.
    """
    if first.standard_deviation is None or second.standard_deviation is None:
        return None
    parts = [one**2 / n for one, n in ((first.standard_deviation, first.n), (second.standard_deviation, second.n))]
    gain, variance = second.mean - first.mean, sum(parts)
    if not variance:
        return gain, gain
    degrees = variance**2 / (parts[0] ** 2 / (first.n - 1) + parts[1] ** 2 / (second.n - 1))
    half = student_quantile(max(1, int(degrees))) * math.sqrt(variance)
    return gain - half, gain + half
