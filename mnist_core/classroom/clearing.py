"""Removing what belonged to a classroom that is over."""

from mnist_core.errors import RunNotFoundError, RunStateError
from mnist_core.store import Pupil, RunRecord, RunState, Store, Visitor

_MOST = 1000  # runs of one pupil


def clear_up(store: Store) -> int:
    """Remove classrooms that are closed or past their end, with what their pupils trained there.

    What trains is stopped, and removed at a later call. Deleted runs can be brought back by the pupils who trained
    them, for as long as any. May be called by anybody and at any time; the app that leads does so each minute.

    Returns
    -------
    int
        How many runs train still, so that their classroom is not gone yet.
    """
    left = 0
    for classroom_id, with_runs, pupils in store.classrooms.take_closed():
        training = sum(_remove(store, run) for pupil in pupils for run in _of(store, pupil)) if with_runs else 0
        if not training:
            store.classrooms.forget(classroom_id)
        left += training
    return left


def _of(store: Store, pupil: Pupil) -> list[RunRecord]:
    found = store.runs.find(owner=pupil.owner, limit=_MOST)
    return [run for run in found if run.created >= pupil.joined]


def _remove(store: Store, run: RunRecord) -> bool:
    """Delete a run, or have it stopped where it trains; return whether it trains still."""
    owner = Visitor(run.owner)
    try:
        if run.state is RunState.RUNNING:
            store.queue.request_stop(run.id, owner)
            return True
        store.bin.delete(run.id, owner)
    except RunStateError:  # it begins, or ends, at this moment
        return True
    except RunNotFoundError:
        return False
    return False
