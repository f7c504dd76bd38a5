"""What a teacher does with all that the pupils train, at once."""

from collections.abc import Callable, Iterable

from mnist_core.errors import RunNotFoundError, RunStateError
from mnist_core.store import RunRecord, RunState, Store, Visitor


def hold_all(store: Store, secret: str) -> int:
    """Let all that the pupils train rest, and nothing of theirs begin, until `let_go_all`; return how many rest.

    Raises `ClassroomError` where the secret is no teacher's.
    """
    store.classrooms.hold(secret, store.classrooms.held(secret))  # from now on nothing begins
    paused = _each(_runs(store, secret, RunState.RUNNING), store.queue.request_pause)
    store.classrooms.hold(secret, sorted({*store.classrooms.held(secret), *paused}))
    return len(paused)


def let_go_all(store: Store, secret: str) -> int:
    """Let what `hold_all` paused go on, and what waits begin; return how many go on."""
    held = set(store.classrooms.held(secret))
    store.classrooms.let_go(secret)
    resting = [run for run in _runs(store, secret, RunState.PAUSED, RunState.INTERRUPTED) if run.id in held]
    return len(_each(resting, store.queue.request_resume))


def stop_all(store: Store, secret: str) -> int:
    """Stop all that the pupils train, or have waiting; what was learned so far is kept. Return how many stop."""
    running = _runs(store, secret, RunState.RUNNING, RunState.QUEUED, RunState.PAUSED)
    return len(_each(running, store.queue.request_stop))


def _runs(store: Store, secret: str, *states: RunState) -> list[RunRecord]:
    """Return what pupils began since they joined, and nothing from before."""
    return [
        run
        for pupil in store.classrooms.pupils(secret)
        for run in store.runs.find(states=states, owner=pupil.owner)
        if run.created >= pupil.joined
    ]


def _each(runs: Iterable[RunRecord], ask: Callable[[str, Visitor], object]) -> list[str]:
    """Ask each run's process for something, in the name of its owner, and return those that were in time."""
    asked = []
    for run in runs:
        try:
            ask(run.id, Visitor(run.owner))
        except (RunStateError, RunNotFoundError):  # it ended meanwhile, or was deleted
            continue
        asked.append(run.id)
    return asked
