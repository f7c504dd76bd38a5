"""What a teacher sees of all pupils at a glance."""

from dataclasses import dataclass

from mnist_core.config import LogisticConfig
from mnist_core.store import Pupil, RunRecord, RunState, Store
from mnist_core.store.listing import CURVE_POINTS, RunRow


@dataclass(frozen=True, kw_only=True)
class WallTile:
    """One pupil.

    Attributes
    ----------
    run : RunRow or None
        The newest since the pupil joined.
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
    curve: tuple[float, ...] = ()
    accuracy: float | None = None
    fraction: float = 0.0
    lesson: str | None = None
    step: str | None = None


def wall(store: Store, secret: str) -> list[WallTile]:
    """Return a tile for each pupil of a teacher's classroom, who came first first.

    Five questions to the database, however many pupils there are, and one for each run that trains.
    """
    pupils = store.classrooms.pupils(secret)
    newest = store.listing.newest({pupil.owner: pupil.joined.timestamp() for pupil in pupils})
    steps = store.lessons.newest([pupil.owner for pupil in pupils])
    training = [run.id for run in newest.values() if run.state is RunState.RUNNING]
    records = {record.id: record for record in store.runs.active(training)} if training else {}
    return [
        _tile(store, pupil, newest.get(pupil.owner), records, steps.get(pupil.owner, (None, None))) for pupil in pupils
    ]


def _tile(
    store: Store,
    pupil: Pupil,
    run: RunRow | None,
    records: dict[str, RunRecord],
    at: tuple[str | None, str | None],
) -> WallTile:
    if run is None:
        return WallTile(pupil=pupil, lesson=at[0], step=at[1])
    epochs = run.settings.get("train", {}).get("epochs") or 1
    curve, fraction = run.curve, 1.0 if run.state.is_finished else min(1.0, len(run.curve) / epochs)
    if (record := records.get(run.id)) is not None:
        fraction = _fraction(record)
        if len(curve) < 2:
            curve = _live_curve(store, run.id)
    accuracy = run.test_accuracy if run.test_accuracy is not None else curve[-1] if curve else None
    return WallTile(pupil=pupil, run=run, curve=curve, accuracy=accuracy, fraction=fraction, lesson=at[0], step=at[1])


def _live_curve(store: Store, run_id: str) -> tuple[float, ...]:
    """Return the training accuracy so far: within the first epoch there is no other."""
    values = [point.values["accuracy"] for point in store.metrics.points(run_id) if "accuracy" in point.values]
    return tuple(values[-CURVE_POINTS:])


def _fraction(record: RunRecord) -> float:
    model = record.config.model
    rounds = model.folds if isinstance(model, LogisticConfig) else record.config.train.epochs
    return min(1.0, record.step / max(1, rounds * record.steps_per_epoch))
