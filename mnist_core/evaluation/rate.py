"""What a test of learning rates found: which are too small, which are right, and with which a training diverges.

The test is that of L. N. Smith, "Cyclical learning rates for training neural networks", 2015, section 3.3: the learning
rate rises with each step of one short run, and the loss shows what each of them does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from mnist_core.config.rising import HIGHEST_RATE, rising_rate
from mnist_core.store import MetricPoint
from mnist_core.text import English, Phrase, Sentence
from mnist_core.text.numbers import significant

Floats = npt.NDArray[np.float64]

# Powers of ten over which losses are averaged (standard deviation of a bell): some three to seven steps of the test to
# each side. Around the middle, not backwards as a running mean, which would move each border to the right.
_WIDTH = 0.12
# Over the first power of ten nothing has moved yet, so the loss there is the untrained network's; a curve without the
# last one was ended by somebody.
_TEN = 10.0
# Of all that the loss falls: less is no movement, and so much of it lost again is divergence.
_SHARE = 0.1
# The curve says something if it has so many losses, and falls by such a share of where it begins.
_LEAST_LOSSES, _LEAST_FALL = 30, 0.1
# The rule: so many times below the rate of the least loss, where the best steps still help and the worst already harm.
# 14 networks (5 optimizers; MNIST, clothes and the bundled digits; dense, deep, convolutions, dropout) had trainings
# with rates from 0.0001 to 1, half a power of ten apart. The validation loss with the suggested one was so many times
# the least of all (geometric mean, and the worst of the 14):
#                                            2 epochs      6 epochs   (10 and 30 with the bundled digits)
#   the rate of the least loss itself       1.29  7.98    1.33  5.79
#   a third of it                           1.14  1.78    1.11  1.35
#   a quarter of it                         1.16  1.41    1.13  1.28
#   a tenth of it (fastai's "minimum")      1.34  1.79    1.22  1.56
#   steepest descent (fastai's "steep")     1.18  1.44    1.15  1.35
#   half way down                           1.19  1.44    1.16  1.28
# A quarter fails least where it fails. Longer trainings are kinder to smaller rates; Adagrad, whose steps only shrink,
# does better still with larger ones.
_BELOW = 4.0


class Zone(StrEnum):
    """What a learning rate does."""

    SMALL = "small"
    RIGHT = "right"
    DIVERGES = "diverges"


ZONE_WORDS: Mapping[Zone, Sentence] = {
    Zone.SMALL: "too small: hardly moves",
    Zone.RIGHT: "just right",
    Zone.DIVERGES: "diverges",
}
"""What each zone is called, in English."""


@dataclass(frozen=True)
class RateFinding:
    """What a test of learning rates found.

    Attributes
    ----------
    rates : tuple of float
        Rising; the learning rate in the middle of each measured stretch of steps.
    losses, smoothed : tuple of float
        The mean training loss of each stretch, and that of its neighbourhood.
    moves : float
        From this rate on the loss falls: below it is too small.
    best : float
        The rate at which the loss was least.
    diverges : float or None
        From this rate on the loss rises again; None where it never does.
    suggested : float
        The rate to train with, of one digit: a quarter of `best`, and never one that is too small.
    """

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    smoothed: tuple[float, ...]
    moves: float
    best: float
    diverges: float | None
    suggested: float

    def zone(self, rate: float) -> Zone:
        """Return what a learning rate does."""
        if rate < self.moves:
            return Zone.SMALL
        return Zone.RIGHT if self.diverges is None or rate < self.diverges else Zone.DIVERGES


def find_rate(points: Sequence[MetricPoint], steps: int) -> RateFinding | None:
    """Return what a run with a rising learning rate found.

    Parameters
    ----------
    points : sequence of MetricPoint
        Of the run, in the order in which they came.
    steps : int
        All batches of the run, as it was planned: with them the learning rate would have reached its highest.

    Returns
    -------
    RateFinding or None
        None where the curve can't tell: it is too short, the loss never falls, or it ends while it still falls.
    """
    rates, losses, weights = _stretches(points, steps)
    if len(rates) < _LEAST_LOSSES:
        return None
    smoothed = _smoothed(np.log10(rates), losses, weights)
    start, best = float(smoothed[rates <= _TEN * rates[0]].mean()), int(smoothed.argmin())
    least = float(smoothed[best])
    fall, noise = start - least, float(np.std(losses[: best + 1] - smoothed[: best + 1]))
    if fall < max(_LEAST_FALL * start, noise):
        return None
    high = np.flatnonzero(smoothed[: best + 1] >= start - _SHARE * fall)
    if not len(high):  # it only rises: nothing was learned
        return None
    moves = int(high[-1]) + 1
    risen = np.flatnonzero(smoothed[best:] >= least + _SHARE * fall)
    diverges = float(rates[best + risen[0]]) if len(risen) else None
    if diverges is None and rates[-1] < HIGHEST_RATE / _TEN:
        return None
    lowest = float(rates[min(moves, best)])
    return RateFinding(
        rates=tuple(rates.tolist()),
        losses=tuple(losses.tolist()),
        smoothed=tuple(smoothed.tolist()),
        moves=lowest,
        best=float(rates[best]),
        diverges=diverges,
        suggested=significant(max(float(rates[best]) / _BELOW, lowest), 1),
    )


def _stretches(points: Sequence[MetricPoint], steps: int) -> tuple[Floats, Floats, Floats]:
    """Return learning rate, mean loss and number of batches between each point and the one before it.

    Batch points hold means since their epoch began. All batches count as equally large.
    """
    rows: list[tuple[float, float, int]] = []
    last, total, began = 0, 0.0, 0
    for point in points:
        if "loss" not in point.values:
            continue
        sum_so_far = point.values["loss"] * (point.step - began)
        if point.step > last:
            done = point.step - last
            rows.append((rising_rate((last + point.step - 1) / 2, steps), (sum_so_far - total) / done, done))
            last, total = point.step, sum_so_far
        if point.kind == "epoch":
            began, total = point.step, 0.0
    table = np.array([row for row in rows if np.isfinite(row[1])], np.float64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]


def _smoothed(places: Floats, losses: Floats, weights: Floats) -> Floats:
    """Return the mean of each loss's neighbourhood; `places` are logarithms of rates to base 10."""
    bells = np.exp(-0.5 * ((places[:, None] - places) / _WIDTH) ** 2) * weights
    means: Floats = bells @ losses / bells.sum(axis=1)
    return means


def rate_phrase(finding: RateFinding | None) -> Phrase:
    """Return what a test found in one to three sentences, or that it can't tell."""
    if finding is None:
        return Phrase(
            "This test can't tell which learning rate is right: its curve is too short, or the loss hardly falls "
            "anywhere."
        )
    values = {"low": significant(finding.moves, 1), "rate": finding.suggested, "best": significant(finding.best, 2)}
    if finding.diverges is None:
        return Phrase(
            "Learning rates below {low} are too small: the loss hardly moves. Up to {high} all larger ones are right: "
            "it never diverges. Try {rate}, about a quarter of where the loss was least ({best}).",
            **values,
            high=HIGHEST_RATE,
        )
    return Phrase(
        "Learning rates below {low} are too small: the loss hardly moves. From there to {high} they are right, and "
        "with larger ones it diverges. Try {rate}, about a quarter of where the loss was least ({best}).",
        **values,
        high=significant(finding.diverges, 1),
    )


def rate_words(finding: RateFinding | None, t: English) -> str:
    """Return what `rate_phrase` says, translated."""
    phrase = rate_phrase(finding)
    return t(phrase.words, **phrase.values)
