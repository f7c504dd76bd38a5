"""How far a run is, and how long it will take."""

from dataclasses import dataclass
from datetime import UTC, datetime

from mnist_core.engine.estimate import estimate
from mnist_core.store import MetricPoint, RunRecord, Store


@dataclass(frozen=True)
class Progress:
    """Where a training is.

    Attributes
    ----------
    fraction : float
        Share of all steps that is done, 0 to 1.
    epoch, epochs : int
        Epoch (or fold) under way, from 1, and how many there are.
    step, steps : int
        Batch within the epoch, and how many an epoch has.
    remaining : float or None
        Seconds until training ends, as far as one can tell.
    """

    fraction: float
    epoch: int
    epochs: int
    step: int
    steps: int
    remaining: float | None


def progress(record: RunRecord, points: list[MetricPoint], now: datetime | None = None) -> Progress:
    """Return how far a run is, from its record and its metric points.

    The remaining time is the time between the first and the newest point, carried on; before two
    points are there it is None.
    """
    rounds, steps = record.config.rounds, max(record.steps_per_epoch, 1)
    done = min(record.step, rounds * steps)
    finished = done == rounds * steps
    epoch = max(1, min(rounds, -(-done // steps)))
    return Progress(
        fraction=done / (rounds * steps),
        epoch=epoch,
        epochs=rounds,
        step=steps if finished else done - (epoch - 1) * steps,
        steps=steps,
        remaining=_remaining(record, points, rounds * steps, now or datetime.now(UTC)),
    )


def remaining_seconds(record: RunRecord, store: Store) -> float:
    """Return the seconds until a running run ends: by its pace so far, before it has one by an estimate."""
    remaining = progress(record, store.metrics.points(record.id)).remaining
    return estimate(record.config, store).seconds if remaining is None else remaining


def _remaining(record: RunRecord, points: list[MetricPoint], total: int, now: datetime) -> float | None:
    if len(points) < 2 or points[-1].step <= points[0].step:
        return None
    first, last = points[0], points[-1]
    pace = (last.seconds - first.seconds) / (last.step - first.step)
    waited = max(0.0, (now - record.updated).total_seconds())
    return max(0.0, pace * (total - last.step) - waited)
