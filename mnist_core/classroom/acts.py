"""What a teacher does with all that the pupils train, at once."""

from collections.abc import Callable, Iterable
from contextlib import suppress

from mnist_core.errors import RunNotFoundError, RunStateError
from mnist_core.store import Pupil, RunRecord, RunState, Store, StudyState, Visitor
from mnist_core.store.classroom_records import Rest


def hold_all(store: Store, secret: str) -> None:
    """Let all that the pupils train rest, and nothing of theirs begin, until `let_go_all`.

    Raises `ClassroomError` where the secret is no teacher's.
    """
    store.classrooms.pause(secret)
    settle(store)


def let_go_all(store: Store, secret: str) -> None:
    """Let what `hold_all` paused go on, and what waits begin."""
    store.classrooms.pause(secret, paused=False)
    settle(store)


def stop_all(store: Store, secret: str) -> None:
    """Stop all that the pupils train, or have waiting, and their studies; what was learned so far is kept."""
    for pupil in store.classrooms.pupils(secret):
        under_way = (StudyState.RUNNING, StudyState.PAUSED)
        for study in store.studies.find(states=under_way, owner=pupil.owner):
            if study.created >= pupil.joined:
                ask(store.studies.stop, study.id, study.owner)
        for run in _runs(store, pupil, RunState.RUNNING, RunState.QUEUED, RunState.PAUSED):
            ask(store.queue.request_stop, run.id, run.owner)


def settle(store: Store) -> None:
    """Bring runs to rest, or let them go on, as teachers last said.

    A run that is about to begin can't be paused yet, and one that is about to pause can't go on yet. So the app that
    leads does this again every few seconds; it may be called by anybody and at any time.
    """
    for rest in store.classrooms.resting():
        held = sorted({*rest.held, *_hold(store, rest)}) if rest.paused else rest.held
        silent = {pupil.owner for pupil in rest.pupils} if rest.paused else set()
        stays = []
        for run in records(store, held):
            if run.owner in silent or (run.state is RunState.RUNNING and run.pause_requested):
                stays.append(run.id)
            elif run.state.can_resume:
                ask(store.queue.request_resume, run.id, run.owner)
        if stays != held:
            store.classrooms.set_held(rest.id, stays)


def _hold(store: Store, rest: Rest) -> list[str]:
    """Ask what pupils train to rest, and return it."""
    training = [
        run for pupil in rest.pupils for run in _runs(store, pupil, RunState.RUNNING) if not run.pause_requested
    ]
    found = [run.id for run in training]
    if found:  # written down first: whatever happens now, they go on one day
        store.classrooms.set_held(rest.id, sorted({*rest.held, *found}))
    for run in training:
        ask(store.queue.request_pause, run.id, run.owner)
    return found


def _runs(store: Store, pupil: Pupil, *states: RunState) -> list[RunRecord]:
    """Return what a pupil began since they joined, and nothing from before."""
    return [run for run in store.runs.find(states=states, owner=pupil.owner) if run.created >= pupil.joined]


def records(store: Store, run_ids: Iterable[str]) -> list[RunRecord]:
    """Return those of some runs that are there still."""
    found = []
    for run_id in run_ids:
        with suppress(RunNotFoundError):
            found.append(store.runs.get(run_id))
    return found


def ask(what: Callable[[str, Visitor], object], one: str, owner: str | None) -> None:
    """Ask for something in the name of the owner; what ended meanwhile, or was deleted, needs no asking."""
    with suppress(RunStateError, RunNotFoundError):
        what(one, Visitor(owner))
