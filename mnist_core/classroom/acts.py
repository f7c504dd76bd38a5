"""What a teacher does with all that the pupils train, at once."""

from collections.abc import Callable, Iterable

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
        visitor = Visitor(pupil.owner)
        under_way = (StudyState.RUNNING, StudyState.PAUSED)
        for study in store.studies.find(states=under_way, owner=pupil.owner):
            if study.created >= pupil.joined:
                _ask(study.id, store.studies.stop, visitor)
        for run in _runs(store, pupil, RunState.RUNNING, RunState.QUEUED, RunState.PAUSED):
            _ask(run.id, store.queue.request_stop, visitor)


def settle(store: Store) -> None:
    """Bring runs to rest, or let them go on, as teachers last said.

    A run that is about to begin can't be paused yet, and one that is about to pause can't go on yet. So the app that
    leads does this again every few seconds; it may be called by anybody and at any time.
    """
    for rest in store.classrooms.resting():
        if rest.paused:
            _hold(store, rest)
        going = {pupil.owner for pupil in rest.pupils} if rest.paused else set()
        held = [run for run in _records(store, rest.held) if run.owner not in going]
        waits = [run.id for run in held if run.state is RunState.RUNNING and run.pause_requested]
        for run in held:
            if run.state.can_resume:
                _ask(run.id, store.queue.request_resume, Visitor(run.owner))
        if held:
            gone = {run.id for run in held} - set(waits)
            store.classrooms.set_held(rest.id, [run_id for run_id in rest.held if run_id not in gone])
        elif rest.held and not rest.paused:
            store.classrooms.set_held(rest.id, [])  # deleted meanwhile


def _hold(store: Store, rest: Rest) -> None:
    training = [
        run for pupil in rest.pupils for run in _runs(store, pupil, RunState.RUNNING) if not run.pause_requested
    ]
    if not training:
        return
    # Written down first: whatever happens now, they go on one day.
    store.classrooms.set_held(rest.id, sorted({*rest.held, *(run.id for run in training)}))
    for run in training:
        _ask(run.id, store.queue.request_pause, Visitor(run.owner))


def _runs(store: Store, pupil: Pupil, *states: RunState) -> list[RunRecord]:
    """Return what a pupil began since they joined, and nothing from before."""
    return [run for run in store.runs.find(states=states, owner=pupil.owner) if run.created >= pupil.joined]


def _records(store: Store, run_ids: Iterable[str]) -> list[RunRecord]:
    return [store.runs.get(run_id) for run_id in run_ids if store.runs.exists(run_id)]


def _ask(one: str, ask: Callable[[str, Visitor], object], visitor: Visitor) -> None:
    """Ask for something in the name of the owner; what ended meanwhile, or was deleted, needs no asking."""
    try:
        ask(one, visitor)
    except (RunStateError, RunNotFoundError):
        return
