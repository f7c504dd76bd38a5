"""Removing what belonged to a classroom that is over."""

from collections import defaultdict

from mnist_core.classroom.acts import ask, records
from mnist_core.errors import RunNotFoundError, RunStateError
from mnist_core.store import RunRecord, RunState, Store, Visitor
from mnist_core.store.classroom_records import Belonging, Over

_MOST = 10_000  # runs of one pupil


def clear_up(store: Store) -> None:
    """Remove classrooms that are over, with what their pupils trained there.

    What trains is stopped, and removed at a later call. Each run is deleted once: its pupil can bring it back for as
    long as any other. Runs from before the classroom, from after its end, and those that were brought along in a file
    are not the classroom's. May be called by anybody and at any time; the app that leads does so each minute.
    """
    for over in store.classrooms.over():
        left = Belonging([], [])
        if over.with_runs:
            left = _remove(store, over.left if over.left is not None else _of(store, over))
        if left.is_nothing:
            store.classrooms.forget(over.id)
        elif left != over.left:
            store.classrooms.set_left(over.id, left)


def _of(store: Store, over: Over) -> Belonging:
    """Return what was begun in a classroom by those who are in it at its end."""
    found = Belonging([], [])
    for pupil in over.pupils:
        runs = store.runs.find(owner=pupil.owner, limit=_MOST)
        studies = store.studies.find(owner=pupil.owner, limit=_MOST)
        found.studies.extend(study.id for study in studies if pupil.joined <= study.created <= over.moment)
        found.runs.extend(run.id for run in runs if pupil.joined <= run.created <= over.moment and run.imported is None)
    return found


def _remove(store: Store, belonging: Belonging) -> Belonging:
    """Delete what can be deleted by now, have the rest stopped, and return it."""
    studies = [study_id for study_id in belonging.studies if not _remove_study(store, study_id)]
    by_owner: dict[str | None, list[RunRecord]] = defaultdict(list)
    for run in records(store, belonging.runs):
        by_owner[run.owner].append(run)
    runs = [run_id for owner, some in by_owner.items() for run_id in _remove_runs(store, some, Visitor(owner))]
    return Belonging(runs, studies)


def _remove_study(store: Store, study_id: str) -> bool:
    """Delete a study with its runs, or have it stopped where one trains; return whether it is gone."""
    try:
        owner = store.studies.get(study_id).owner
        store.studies.delete(study_id, Visitor(owner))
    except RunStateError:
        ask(store.studies.stop, study_id, owner)
        return False
    except RunNotFoundError:
        return True
    return True


def _remove_runs(store: Store, runs: list[RunRecord], owner: Visitor) -> list[str]:
    """Delete the runs of one pupil, or have them stopped; return those that are there still."""
    training = [run.id for run in runs if run.state is RunState.RUNNING]
    resting = [run.id for run in runs if run.state is not RunState.RUNNING]
    for run_id in training:
        ask(store.queue.request_stop, run_id, owner.id)
    try:
        store.bin.delete_all(resting, owner)
    except (RunStateError, RunNotFoundError):  # one begins, or is deleted, at this moment: the next call sees
        return training + resting
    return training
