"""What people ask of their runs: each method checks that the run is theirs."""

import time
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from mnist_core.config.wording import MAX_NAME
from mnist_core.errors import ConfigError, NotOwnerError, RunStateError
from mnist_core.store.finding import Finding
from mnist_core.store.records import RunRecord, RunState, Visitor
from mnist_core.store.tables import runs
from mnist_core.text import one_line

MAX_NOTES = 2000


class Requests(Finding):
    """Stopping, pausing, resuming, naming, sharing and starring; `Deleting` has the rest.

    Every method raises `RunNotFoundError`, and `NotOwnerError` where the run is another visitor's.
    """

    def request_stop(self, run_id: str, visitor: Visitor) -> RunRecord:
        """Ask for the end of a run, keeping its model so far.

        A queued run that never began is stopped at once; a running one by its process. A paused
        one goes into the queue again, so that a worker makes a model of its checkpoint.

        Raises
        ------
        RunStateError
            If the run has ended already.
        """
        self._own(run_id, visitor)
        never_began = runs.c.started.is_(None)
        stopped = {"state": RunState.STOPPED.value, "finished": time.time()}
        changed = (
            self._change(run_id, (RunState.QUEUED,), never_began, **stopped)
            or self._change(run_id, (RunState.QUEUED, RunState.RUNNING), stop_requested=True)
            or self._change(
                run_id, (RunState.PAUSED,), state=RunState.QUEUED.value, stop_requested=True, queued=next_in_queue()
            )
        )
        if not changed:
            raise RunStateError("This run has already ended.")
        return self.get(run_id)

    def request_pause(self, run_id: str, visitor: Visitor) -> RunRecord:
        """Ask a running run for a checkpoint to go on from; raises `RunStateError` if it is not running."""
        self._own(run_id, visitor)
        if not self._change(run_id, (RunState.RUNNING,), pause_requested=True):
            raise RunStateError("Only a run that is training can be paused.")
        return self.get(run_id)

    def request_resume(self, run_id: str, visitor: Visitor) -> RunRecord:
        """Put a paused or interrupted run into the queue again.

        It goes on from its checkpoint, or begins anew where it had none.

        Raises
        ------
        RunStateError
            If it is neither paused nor interrupted.
        """
        self._own(run_id, visitor)
        if not self._change(
            run_id,
            (RunState.PAUSED, RunState.INTERRUPTED),
            state=RunState.QUEUED.value,
            queued=next_in_queue(),
            finished=None,
            error=None,
            stop_requested=False,
            pause_requested=False,
            curve=None,
        ):
            raise RunStateError("Only a paused or interrupted run can be resumed.")
        return self.get(run_id)

    def rename(self, run_id: str, name: str, visitor: Visitor) -> None:
        """Give a run another name; raises `ConfigError` for an empty or endless one."""
        self._own(run_id, visitor)
        name = one_line(name)
        if not 0 < len(name) <= MAX_NAME:
            raise ConfigError("A name has 1 to {most} characters. Received: {n}", most=MAX_NAME, n=len(name))
        self._set(run_id, name=name)

    def set_shared(self, run_id: str, shared: bool, visitor: Visitor) -> None:
        """Let everyone look at a run, or only its owner."""
        self._own(run_id, visitor)
        self._set(run_id, shared=shared)

    def set_pinned(self, run_id: str, pinned: bool, visitor: Visitor) -> None:
        """Star a run, which keeps it from being cleaned away, or take the star back."""
        self._own(run_id, visitor)
        self._set(run_id, pinned=pinned)

    def set_notes(self, run_id: str, notes: str, visitor: Visitor) -> None:
        """Write about a run what is worth remembering; raises `ConfigError` for more than fits."""
        self._own(run_id, visitor)
        notes = notes.encode(errors="ignore").decode().strip()  # a terminal may send what is no text
        if len(notes) > MAX_NOTES:
            raise ConfigError("Notes have at most {most:,} characters. Received: {n:,}", most=MAX_NOTES, n=len(notes))
        self._set(run_id, notes=notes)

    def _own(self, run_id: str, visitor: Visitor) -> RunRecord:
        return self._owned(self.get(run_id), visitor)

    def _owned(self, record: RunRecord, visitor: Visitor) -> RunRecord:
        """Return a run that the visitor may change; raises `NotOwnerError`."""
        if record.shipped is not None:
            raise NotOwnerError(
                "“{name}” comes with MNIST Lab, so nobody can change it. Train a network of your own to name, share "
                "or delete it.",
                name=record.name,
            )
        if not visitor.may_change(record):
            raise NotOwnerError("This run belongs to another visitor, so only they can change it.")
        return record

    def _set(self, run_id: str, **values: Any) -> None:
        with self._changing(run_id, must_be_kept=True) as connection:
            connection.execute(update(runs).where(runs.c.id == run_id).values(**values))

    def _change(
        self, run_id: str, states: tuple[RunState, ...], *conditions: ColumnElement[bool], **values: Any
    ) -> bool:
        """Change a run if it is in one of `states`; return whether it was. Never twice by two processes."""
        statement = (
            update(runs)
            .where(
                runs.c.id == run_id,
                runs.c.state.in_([state.value for state in states]),
                runs.c.deleted.is_(None),
                *conditions,
            )
            .values(updated=time.time(), **values)
        )
        with self._changing(run_id) as connection:
            changed: int = connection.execute(statement).rowcount
        return changed == 1


def next_in_queue() -> Any:
    """Return the SQL for the end of the queue: a count, since clocks can be set back."""
    return select(func.coalesce(func.max(runs.c.queued), 0) + 1).scalar_subquery()
