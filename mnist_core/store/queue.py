"""The states of runs: what their owners ask for, and what the process of a run does."""

import time
from collections.abc import Collection
from dataclasses import asdict
from typing import Any

import psutil
from sqlalchemy import ColumnElement, func, or_, update

from mnist_core.errors import RunStateError
from mnist_core.store.metrics import Metrics
from mnist_core.store.records import PROCESS_GONE, Outcome, RunError, RunRecord, RunState, Visitor
from mnist_core.store.run_table import RunTable, next_in_queue
from mnist_core.store.runs import Runs
from mnist_core.store.tables import runs
from mnist_core.store.visitors import Visitors
from mnist_core.system.processes import is_alive, start_time


class Queue:
    """Moves runs from state to state; owns state, phase, wishes, process, times, outcome and error of a run.

    Each change is one conditional update that names the states it begins with, so of two processes that try the same
    one succeeds, and a finished run is never written again:

    =====================  ==================================  ==============  =========================================
    change                 from                                to              by
    =====================  ==================================  ==============  =========================================
    `NewRuns.create`                                           queued          whoever submits
    `claim`                queued                              running         the process that will train it
    `request_stop`         queued, and never began             stopped         its owner
    `request_stop`         queued, running                     the same        its owner; its process stops
    `request_stop`         paused                              queued          its owner; a process makes its model
    `request_pause`        running                             the same        its owner; its process pauses
    `mark_paused`          running                             paused          its process, its checkpoint is written
    `request_resume`       paused, interrupted                 queued          its owner
    `finish`               queued, running                     any end         its process, or whoever saw that end
    `mark_interrupted`     running, its process is gone        interrupted     the app that leads
    =====================  ==================================  ==============  =========================================

    `finish` and `mark_paused` are written on a full disk too. Requests check that the run is the visitor's.
    """

    def __init__(self, table: RunTable, runs: Runs, metrics: Metrics, visitors: Visitors) -> None:
        self._table, self._runs, self._metrics, self._visitors = table, runs, metrics, visitors

    # what people ask for: each raises `RunNotFoundError`, and `NotOwnerError` where the run is another visitor's

    def request_stop(self, run_id: str, visitor: Visitor) -> RunRecord:
        """Ask for the end of a run, keeping its model so far.

        A queued run that never began is stopped at once; a running one by its process. A paused
        one goes into the queue again, so that a worker makes a model of its checkpoint.

        Raises
        ------
        RunStateError
            If the run has ended already.
        """
        self._runs.own(run_id, visitor)
        never_began = runs.c.started.is_(None)
        stopped = {"state": RunState.STOPPED.value, "finished": time.time()}
        changed = (
            self._table.change(run_id, (RunState.QUEUED,), never_began, **stopped)
            or self._table.change(run_id, (RunState.QUEUED, RunState.RUNNING), stop_requested=True)
            or self._table.change(
                run_id, (RunState.PAUSED,), state=RunState.QUEUED.value, stop_requested=True, queued=next_in_queue()
            )
        )
        if not changed:
            raise RunStateError("This run has already ended.")
        return self._runs.get(run_id)

    def request_pause(self, run_id: str, visitor: Visitor) -> RunRecord:
        """Ask a running run for a checkpoint to go on from; raises `RunStateError` if it is not running."""
        self._runs.own(run_id, visitor)
        if not self._table.change(run_id, (RunState.RUNNING,), pause_requested=True):
            raise RunStateError("Only a run that is training can be paused.")
        return self._runs.get(run_id)

    def request_resume(self, run_id: str, visitor: Visitor) -> RunRecord:
        """Put a paused or interrupted run into the queue again.

        It goes on from its checkpoint, or begins anew where it had none.

        Raises
        ------
        RunStateError
            If it is neither paused nor interrupted.
        """
        self._runs.own(run_id, visitor)
        if not self._table.change(
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
        return self._runs.get(run_id)

    # what the process of a run does

    def claim(self, run_id: str, process: psutil.Process) -> bool:
        """Turn a queued run into a running one that belongs to `process`.

        Returns False where another process was faster or the run is not queued any more.
        """
        return self._table.change(
            run_id,
            (RunState.QUEUED,),
            state=RunState.RUNNING.value,
            started=func.coalesce(runs.c.started, time.time()),
            phase="start",
            pause_requested=False,
            pid=process.pid,
            pid_started=start_time(process),
        )

    def update_progress(self, run_id: str, **values: Any) -> None:
        """Write phase, device, epoch, step or steps_per_epoch of a running run."""
        self._table.change(run_id, (RunState.RUNNING,), **values)

    def finish(
        self,
        run_id: str,
        state: RunState,
        *,
        outcome: Outcome | None = None,
        error: RunError | None = None,
        pid: int | None = None,
    ) -> bool:
        """End a run. Returns False where it had ended before, or belongs to another process than `pid`."""
        values: dict[str, Any] = {"state": state.value, "finished": time.time()}
        if outcome is not None:
            values["outcome"] = asdict(outcome)
            values["device"] = outcome.device
        if error is not None:
            values["error"] = asdict(error)
        mine = () if pid is None else (or_(runs.c.pid.is_(None), runs.c.pid == pid),)
        ended = self._leave(run_id, (RunState.QUEUED, RunState.RUNNING), *mine, **values)
        if ended and state is RunState.COMPLETED:
            self._visitors.earned(run_id)
        return ended

    def mark_paused(self, run_id: str) -> bool:
        """Turn a running run, whose checkpoint is written, into a paused one without a process."""
        paused = {"state": RunState.PAUSED.value, "pause_requested": False, "pid": None, "pid_started": None}
        return self._leave(run_id, (RunState.RUNNING,), **paused)

    def _leave(
        self, run_id: str, states: tuple[RunState, ...], *conditions: ColumnElement[bool], **values: Any
    ) -> bool:
        """Write that nobody works on a run any more, on a full disk too, and keep its curve."""
        values |= {"phase": "", "bytes": self._table.artifacts.of(run_id).size()}
        left = self._table.database.in_any_case(lambda: self._table.change(run_id, states, *conditions, **values))
        if left:
            self._metrics.keep_curve(run_id)
        return left

    # what the app that leads does

    def explain(self, run_id: str, error: RunError) -> None:
        """Say why a run ended as it did, where its own process could not know."""
        with self._table.changing(run_id) as connection:
            connection.execute(update(runs).where(runs.c.id == run_id).values(error=asdict(error)))

    def mark_interrupted(self, spare: Collection[str] = ()) -> list[str]:
        """Mark every running run whose process is gone; return their ids.

        Runs in `spare` are left to the caller, who knows better why their process ended.
        """
        return [
            record.id
            for record in self._runs.find(states=[RunState.RUNNING])
            if record.id not in spare and not is_alive(record.pid, record.pid_started) and self._interrupt(record)
        ]

    def _interrupt(self, record: RunRecord) -> bool:
        values = {"state": RunState.INTERRUPTED.value, "finished": time.time(), "error": asdict(PROCESS_GONE)}
        # Not where another process took the run meanwhile.
        same_process = runs.c.pid.is_not_distinct_from(record.pid)
        return self._leave(record.id, (RunState.RUNNING,), same_process, **values)
