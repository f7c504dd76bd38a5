"""What a teacher sees of all pupils at a glance."""

from dataclasses import dataclass, replace

from mnist_core.store import Pupil, RunRecord, RunState, Store
from mnist_core.store.listing import CURVE_POINTS, RunRow


@dataclass(frozen=True, kw_only=True)
class WallTile:
    """One pupil.

    Attributes
    ----------
    run : RunRow or None
        The newest since the pupil joined, or what is played back to them since.
    is_replay : bool
        Whether it was trained before, perhaps by somebody else, and is played back.
    curve : tuple of float
        Accuracy, 0 to 1, as the run went on; at most 40 points.
    accuracy : float or None
        On the test set once the run has ended, and the last of the curve before; 0 to 1.
    fraction : float
        Share of the training that is done, 0 to 1.
    lesson, step : str or None
        Ids of the lesson and of the step that were done last.
    """

    pupil: Pupil
    run: RunRow | None = None
    is_replay: bool = False
    curve: tuple[float, ...] = ()
    accuracy: float | None = None
    fraction: float = 0.0
    lesson: str | None = None
    step: str | None = None


def wall(store: Store, secret: str) -> list[WallTile]:
    """Return a tile for each pupil of a teacher's classroom, who came first first.

    Six questions to the database, however many pupils there are, and one for each run that trains.
    """
    pupils = store.classrooms.pupils(secret)
    newest = store.listing.newest({pupil.owner: pupil.joined.timestamp() for pupil in pupils})
    watched = store.listing.of({pupil.watched for pupil in pupils if pupil.watched is not None})
    steps = store.lessons.newest({pupil.owner: pupil.joined.timestamp() for pupil in pupils})
    training = [run.id for run in newest.values() if run.state is RunState.RUNNING]
    records = {record.id: record for record in store.runs.active(training)} if training else {}
    tiles = []
    for pupil in pupils:
        own, replayed = newest.get(pupil.owner), watched.get(pupil.watched or "")
        at = pupil.watched_at
        if replayed is not None and not (replayed.shared or replayed.owner == pupil.owner):
            replayed = None  # turned private meanwhile
        if at is None or (own is not None and own.created > at):
            replayed = None
        lesson, step = steps.get(pupil.owner, (None, None))
        tile = WallTile(pupil=pupil, lesson=lesson, step=step)
        tiles.append(_with_run(store, tile, replayed or own, records, is_replay=replayed is not None))
    return tiles


def _with_run(
    store: Store, tile: WallTile, run: RunRow | None, records: dict[str, RunRecord], *, is_replay: bool
) -> WallTile:
    if run is None:
        return tile
    epochs = run.settings.get("train", {}).get("epochs") or 1
    curve, fraction = run.curve, 1.0 if run.state.is_finished else min(1.0, len(run.curve) / epochs)
    if (record := records.get(run.id)) is not None:
        fraction = _fraction(record)
        if len(curve) < 2:
            curve = _live_curve(store, run.id)
    accuracy = run.test_accuracy if run.test_accuracy is not None else curve[-1] if curve else None
    return replace(tile, run=run, is_replay=is_replay, curve=curve, accuracy=accuracy, fraction=fraction)


def _live_curve(store: Store, run_id: str) -> tuple[float, ...]:
    """Return the training accuracy so far: within the first epoch there is no other."""
    values = [point.values["accuracy"] for point in store.metrics.points(run_id) if "accuracy" in point.values]
    return tuple(values[-CURVE_POINTS:])


def _fraction(record: RunRecord) -> float:
    return min(1.0, record.step / max(1, record.config.rounds * record.steps_per_epoch))
