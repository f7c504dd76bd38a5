"""What the trials of a study say together: the best so far, what ending some saved, and what more images bring."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mnist_core.evaluation.spread import Spread, difference_interval, spread
from mnist_core.store.study_records import TrialRecord, TrialState
from mnist_core.text import English

LEAST_TRIALS, LEAST_PER_SETTING = 10, 4
"""From how many finished trials on importances say anything: so many, and so many for each setting that was tried."""

# Of the mistakes, by each doubling. Of less, ten times as many images take away a sixth at most.
_WORTH = 0.05

Verdict = Literal["helps", "hardly", "unknown"]


@dataclass(frozen=True)
class SizePoint:
    """The runs that learned from so many images.

    Attributes
    ----------
    size : int
    accuracy : Spread
    trials : tuple of TrialRecord
    """

    size: int
    accuracy: Spread
    trials: tuple[TrialRecord, ...]


@dataclass(frozen=True)
class LearningCurve:
    """Accuracy by number of training images.

    Attributes
    ----------
    points : tuple of SizePoint
        By size.
    verdict : {"helps", "hardly", "unknown"}
        Whether still more images would help.
    fewer : float or None
        Which share of the mistakes went away with each doubling between `steps`; below 0 where there are more.
    steps : (SizePoint, SizePoint) or None
        What the verdict rests on: the largest one of at most half as many images, and the largest size.
    """

    points: tuple[SizePoint, ...]
    verdict: Verdict
    fewer: float | None
    steps: tuple[SizePoint, SizePoint] | None


def measured(trials: Sequence[TrialRecord]) -> list[tuple[TrialRecord, float]]:
    """Return the completed trials with their values, by number; what is no number is left out."""
    return _known(trials, TrialState.COMPLETED)


def ended_early(trials: Sequence[TrialRecord]) -> list[tuple[TrialRecord, float]]:
    """Return the pruned trials with their last values; what is no number is left out."""
    return _known(trials, TrialState.PRUNED)


def best_so_far(trials: Sequence[TrialRecord], *, maximize: bool = True) -> list[tuple[int, float]]:
    """Return the number of each completed trial and the best value up to it."""
    best: list[tuple[int, float]] = []
    choose = max if maximize else min
    for trial, value in measured(trials):
        best.append((trial.number, choose(value, best[-1][1]) if best else value))
    return best


def best_trial(trials: Sequence[TrialRecord], *, maximize: bool = True) -> TrialRecord | None:
    """Return the best completed trial, of equal ones the earliest; None where none is completed."""
    known = measured(trials)
    return min(known, key=lambda entry: -entry[1] if maximize else entry[1])[0] if known else None


def saved_epochs(trials: Sequence[TrialRecord], epochs: int) -> float:
    """Return which share of the epochs was saved by ending trials early, 0 to 1.

    Parameters
    ----------
    trials : sequence of TrialRecord
        Completed and pruned ones count.
    epochs : int
        Of a whole trial, unless that is what is tried.
    """
    planned = saved = 0
    for trial in trials:
        if trial.state in (TrialState.COMPLETED, TrialState.PRUNED):
            whole = int(trial.values.get("epochs") or epochs)
            planned += whole
            saved += max(0, whole - len(trial.history)) if trial.state == TrialState.PRUNED else 0
    return saved / planned if planned else 0.0


def missing_for_importance(trials: Sequence[TrialRecord], settings: int) -> int:
    """Return how many completed trials are missing before importances of so many settings say anything; 0 for none."""
    return max(0, max(LEAST_TRIALS, LEAST_PER_SETTING * settings) - len(measured(trials)))


def learning_curve(trials: Sequence[TrialRecord], *, whole: int | None = None) -> LearningCurve:
    """Return the accuracies by training size, and whether still more images would help.

    From the largest size back to the largest one of at most half as many images it asks which share of the mistakes
    each doubling took away: they fall by about the same share each time, until there is nothing more to learn (Hestness
    et al., "Deep learning scaling is predictable, empirically", 2017, arXiv:1712.00409). More images help where that is
    at least 5 % and the 95 % interval of the gain (Welch's) lies above 0; they hardly help where even the upper end of
    the interval is less than 5 %. All else is unknown, as it is where a size has a single run.

    Parameters
    ----------
    trials : sequence of TrialRecord
        Completed ones count; ``train_size`` is among their `values`, accuracies their `value`.
    whole : int, optional
        How many images there are, for trials whose size is None: all of them.
    """
    by_size: dict[int, list[tuple[TrialRecord, float]]] = {}
    for trial, value in measured(trials):
        size = trial.values.get("train_size") or whole
        if size is not None:
            by_size.setdefault(int(size), []).append((trial, value))
    points = tuple(
        SizePoint(size, spread([value for _, value in known]), tuple(trial for trial, _ in known))
        for size, known in sorted(by_size.items())
    )
    smaller = [point for point in points if point.size <= points[-1].size / 2]
    steps = (smaller[-1], points[-1]) if smaller else None
    if steps is None:
        return LearningCurve(points, "unknown", None, None)
    return LearningCurve(points, *_judged(*steps), steps)


def learning_curve_words(curve: LearningCurve, t: English) -> str:
    """Return whether more images would help, with the figures that it rests on."""
    if curve.steps is None or curve.fewer is None:
        return t(
            "Whether more images would help can't be told yet: that takes two sizes, one at least twice the other."
        )
    before, after = curve.steps
    single = before.accuracy.n == 1 or after.accuracy.n == 1
    seen = t(
        "From {before:,} to {after:,} images accuracy goes from {low:.2%} to {high:.2%}: {share} with each doubling.",
        before=before.size,
        after=after.size,
        low=before.accuracy.mean,
        high=after.accuracy.mean,
        share=t("{share:.0%} fewer mistakes", share=curve.fewer)
        if curve.fewer >= 0
        else t("{share:.0%} more mistakes", share=-curve.fewer),
    )
    if curve.verdict == "helps":
        said = t("More images would still help.")
    elif curve.verdict == "hardly":
        said = t("More images hardly help any more.")
    elif single:
        said = t("A single run for each size can't tell whether more images would help: repeat them with other seeds.")
    else:
        said = t("Whether more images would help can't be told: runs of one size lie as far apart as the sizes do.")
    return f"{said} {seen}"


def _judged(before: SizePoint, after: SizePoint) -> tuple[Verdict, float]:
    mistakes, doublings = 1 - before.accuracy.mean, math.log2(after.size / before.size)
    if mistakes <= 0:
        return "hardly", 0.0

    def share(gain: float) -> float:
        """Return which share of the mistakes goes away with each doubling."""
        left = max(0.0, 1 - gain / mistakes)
        return 1.0 - math.pow(left, 1 / doublings)

    fewer = share(after.accuracy.mean - before.accuracy.mean)
    interval = difference_interval(before.accuracy, after.accuracy)
    if interval is None:
        return "unknown", fewer
    if interval[0] > 0 and fewer >= _WORTH:
        return "helps", fewer
    return ("hardly" if share(interval[1]) < _WORTH else "unknown"), fewer


def _known(trials: Sequence[TrialRecord], state: TrialState) -> list[tuple[TrialRecord, float]]:
    known = [
        (trial, trial.value)
        for trial in trials
        if trial.state == state and trial.value is not None and math.isfinite(trial.value)
    ]
    return sorted(known, key=lambda entry: entry[0].number)
