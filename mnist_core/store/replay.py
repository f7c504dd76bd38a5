"""Playing a recorded training back: what was known of it after so many seconds."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from mnist_core.store.records import MetricPoint, Outcome, RunRecord, RunState

LONGEST = 60.0
"""Seconds that a replay takes at most: a longer one is sped up."""
_GAP = 5.0  # seconds between two points that are always waited for
_GAPS = 10  # times the usual gap: what is longer was a pause, or another clock


@dataclass(frozen=True)
class Played:
    """A replay at one moment.

    Attributes
    ----------
    points : list of MetricPoint
        Those that were there by then, timed as in `Replay`.
    step : int
        Batches done, between two points by the pace from one to the other.
    fraction : float
        Share of the replay that has passed, 0 to 1.
    remaining : float
        Seconds until it ends.
    """

    points: list[MetricPoint]
    step: int
    fraction: float
    remaining: float

    @property
    def is_over(self) -> bool:
        """Whether all has been seen."""
        return self.fraction >= 1.0


@dataclass(frozen=True)
class Replay:
    """A recorded training with the times at which its points are shown.

    Attributes
    ----------
    points : tuple of MetricPoint
        Their ``seconds`` count from the beginning of the replay, and never go back.
    speed : float
        How many times faster than the training it is, at least 1.
    """

    points: tuple[MetricPoint, ...]
    speed: float

    @property
    def seconds(self) -> float:
        """How long it takes; 0 without points."""
        return self.points[-1].seconds if self.points else 0.0

    def at(self, seconds: float) -> Played:
        """Return what is to be shown so many seconds after the beginning."""
        seconds = max(0.0, seconds)
        place = bisect_right(self.points, seconds, key=lambda point: point.seconds)
        step, begin = (self.points[place - 1].step, self.points[place - 1].seconds) if place else (0, 0.0)
        if place < len(self.points):
            following = self.points[place]
            step += int((following.step - step) * (seconds - begin) / (following.seconds - begin))
        fraction = min(1.0, seconds / self.seconds) if self.seconds else 1.0
        return Played(list(self.points[:place]), step, fraction, max(0.0, self.seconds - seconds))


def replay_of(points: Sequence[MetricPoint]) -> Replay:
    """Return the replay of a training: at its own pace, or faster where that would take longer than `LONGEST`.

    What is not training is not waited for: a gap that is far longer than the usual one is cut, and where a time is
    before the one that precedes it, as by the clock of another process, none has passed.

    Parameters
    ----------
    points : sequence of MetricPoint
        In the order in which they came.
    """
    times = [0.0, *(point.seconds for point in points)]
    gaps = [max(0.0, after - before) for before, after in pairwise(times)]
    longest = max(_GAP, _GAPS * median(gaps)) if gaps else 0.0
    gaps = [min(gap, longest) for gap in gaps]
    speed = max(1.0, sum(gaps) / LONGEST)
    shown, passed = [], 0.0
    for point, gap in zip(points, gaps, strict=True):
        passed += gap / speed
        shown.append(replace(point, seconds=passed))
    return Replay(tuple(shown), speed)


def as_it_was(record: RunRecord, played: Played) -> RunRecord:
    """Return the record of a run as if it were under way: for views of a run that trains. It is written nowhere.

    Parameters
    ----------
    record : RunRecord
        Of a finished run.
    played : Played
    """
    return replace(
        record,
        state=RunState.RUNNING,
        phase="fit",
        epoch=played.points[-1].epoch if played.points else 0,
        step=played.step,
        finished=None,
        outcome=Outcome(),
    )
