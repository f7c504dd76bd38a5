"""The states of runs: what their owners ask for, and what the process of a run does."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from typing import Any

import psutil
from sqlalchemy import ColumnElement, Connection, func, or_, select, update

from mnist_core.errors import RunStateError
from mnist_core.store.apps import Apps, Claims
from mnist_core.store.metrics import Metrics
from mnist_core.store.records import PROCESS_GONE, Outcome, Place, RunError, RunRecord, RunState, Visitor
from mnist_core.store.run_table import RunTable, next_in_queue
from mnist_core.store.runs import Runs
from mnist_core.store.tables import runs
from mnist_core.store.visitors import Visitors
from mnist_core.system.processes import start_time

_RETRIES = 3  # so often a run goes on by itself elsewhere: it may be what ended the apps that had it
Choice = Callable[[Sequence[Place], Sequence[Place]], Place | None]


class Queue:
    """Moves runs from state to state; owns state, phase, wishes, process, times, outcome and error of a run.

    Each change is one conditional update that names the states it begins with, so of two processes that try the same
    one succeeds, and a finished run is never written again:

    =====================  ==================================  ==============  =========================================
    change                 from                                to              by
    =====================  ==================================  ==============  =========================================
    `NewRuns.create`                                           queued          whoever submits
    `take_next`            queued, nobody's                    queued, held    an app with a free slot
    `give_back`            queued, held                        queued          the app that holds it
    `claim`                queued, nobody's or my app's        running         the process that will train it
    `request_stop`         queued, and never began             stopped         its owner
    `request_stop`         queued, running                     the same        its owner; its process stops
    `request_stop`         paused                              queued          its owner; a process makes its model
    `request_pause`        running                             the same        its owner; its process pauses
    `mark_paused`          running                             paused          its process, its checkpoint is written
    `request_resume`       paused, interrupted                 queued          its owner
    `finish`               queued, running                     any end         its process, or whoever saw that end
    `mark_interrupted`     running, its process is gone        interrupted     an app that leads
    `mark_interrupted`     the same, where apps share          queued          an app that leads
    `mark_interrupted`     queued, held, its app is gone       queued          an app that leads
    =====================  ==================================  ==============  =========================================

    `finish` and `mark_paused` are written on a full disk too. Requests check that the run is the visitor's.
    """

    def __init__(
        self, table: RunTable, runs: Runs, metrics: Metrics, visitors: Visitors, apps: Apps, claims: Claims
    ) -> None:
        self._table, self._runs, self._metrics, self._visitors = table, runs, metrics, visitors
        self._apps, self._claims, self._database = apps, claims, table.database

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
        stopped = {"state": RunState.STOPPED.value, "finished": time.time(), "holder": None}
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
            retries=0,
            finished=None,
            error=None,
            stop_requested=False,
            pause_requested=False,
            curve=None,
        ):
            raise RunStateError("Only a paused or interrupted run can be resumed.")
        return self._runs.get(run_id)

    # what an app does that has a free slot

    def line(self) -> tuple[list[Place], list[Place]]:
        """Return the runs that wait, in no order, and those that train or are about to."""
        with self._database.begin() as connection:
            return self._line(connection)

    def take_next(self, choose: Choice) -> Place | None:
        """Take the run for this app that `choose` names of those that wait and those that train, if it names one.

        Apps choose one after the other, so limits that count what trains hold for all of them together. None also where
        another app is choosing: the next look will show what it left.
        """
        with self._database.begin() as connection:
            if not self._database.alone(connection, "queue", wait=False):
                return None
            chosen = choose(*self._line(connection))
            if chosen is None:
                return None
            # Not one that its owner stops at this moment.
            free = (
                select(runs.c.id)
                .where(runs.c.id == chosen.id, runs.c.state == RunState.QUEUED.value)
                .where(runs.c.holder.is_(None), runs.c.deleted.is_(None))
                .with_for_update(skip_locked=True)
            )
            taken = connection.execute(update(runs).where(runs.c.id.in_(free)).values(holder=self._apps.id)).rowcount
        return chosen if taken else None

    def give_back(self, run_id: str) -> None:
        """Let a run wait for anybody again that this app took and that did not begin."""
        self._table.change(run_id, (RunState.QUEUED,), runs.c.holder == self._apps.id, holder=None)

    def _line(self, connection: Connection) -> tuple[list[Place], list[Place]]:
        columns = (runs.c.id, runs.c.state, runs.c.owner, runs.c.address, runs.c.queued, runs.c.holder)
        active = runs.c.state.in_((RunState.QUEUED.value, RunState.RUNNING.value))
        places = [Place(*row) for row in connection.execute(select(*columns).where(active, runs.c.deleted.is_(None)))]
        waits = [place.state == RunState.QUEUED and place.holder is None for place in places]
        return (
            [place for place, waiting in zip(places, waits, strict=True) if waiting],
            [place for place, waiting in zip(places, waits, strict=True) if not waiting],
        )

    # what the process of a run does

    def claim(self, run_id: str, process: psutil.Process, holder: str | None = None) -> bool:
        """Turn a queued run into a running one that belongs to `process`, a worker of the app `holder`.

        Returns False where another process was faster or the run is not queued any more. From now on this process
        writes nothing about the run once another one has it.
        """
        claimed = self._table.change(
            run_id,
            (RunState.QUEUED,),
            or_(runs.c.holder.is_(None), runs.c.holder == holder),
            state=RunState.RUNNING.value,
            started=func.coalesce(runs.c.started, time.time()),
            phase="start",
            pause_requested=False,
            pid=process.pid,
            pid_started=start_time(process),
            holder=holder,
        )
        if claimed:
            self._claims.add(run_id, holder, process.pid)
        return claimed

    def update_progress(self, run_id: str, **values: Any) -> None:
        """Write phase, device, epoch, step or steps_per_epoch of a running run."""
        mine = self._claims.conditions(run_id)
        self._database.patiently(lambda: self._table.change(run_id, (RunState.RUNNING,), *mine, **values))

    def finish(
        self,
        run_id: str,
        state: RunState,
        *,
        outcome: Outcome | None = None,
        error: RunError | None = None,
        held: bool = False,
    ) -> bool:
        """End a run, with `held` only one that this app holds; return False where it had ended, or is another's."""
        values: dict[str, Any] = {"state": state.value, "finished": time.time()}
        if outcome is not None:
            values["outcome"] = asdict(outcome)
            values["device"] = outcome.device
        if error is not None:
            values["error"] = asdict(error)
        mine = (runs.c.holder == self._apps.id,) if held else self._claims.conditions(run_id)
        ended = self._leave(run_id, (RunState.QUEUED, RunState.RUNNING), *mine, **values)
        if ended and state is RunState.COMPLETED:
            self._visitors.earned(run_id)
        return ended

    def mark_paused(self, run_id: str) -> bool:
        """Turn a running run, whose checkpoint is written, into a paused one without a process."""
        paused = {"state": RunState.PAUSED.value, "pause_requested": False, "pid": None, "pid_started": None}
        return self._leave(run_id, (RunState.RUNNING,), *self._claims.conditions(run_id), **paused)

    def _leave(
        self, run_id: str, states: tuple[RunState, ...], *conditions: ColumnElement[bool], **values: Any
    ) -> bool:
        """Write that nobody works on a run any more, on a full disk too, and keep its curve."""
        values |= {"phase": "", "holder": None, "bytes": self._table.artifacts.of(run_id).size()}
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

        Where several computers share the record, a visitor's run goes on by itself elsewhere, a few times at most. Runs
        that an app took and that never began wait for anybody again.

        Runs in `spare` are left to the caller, who knows better why their process ended.
        """
        roll = self._apps.roll()
        for place in self.line()[1]:
            if place.state == RunState.QUEUED and place.id not in spare and roll.has_lost(place.holder):
                self._table.change(place.id, (RunState.QUEUED,), runs.c.holder == place.holder, holder=None)
        return [
            record.id
            for record in self._runs.find(states=[RunState.RUNNING])
            if record.id not in spare
            and roll.has_lost(record.holder, record.pid, record.pid_started)
            and self._interrupt(record)
        ]

    def _interrupt(self, record: RunRecord) -> bool:
        # Not where another process took the run meanwhile.
        same_process = (
            runs.c.pid.is_not_distinct_from(record.pid),
            runs.c.holder.is_not_distinct_from(record.holder),
        )
        if self._database.is_shared and record.owner is not None and record.retries < _RETRIES:
            values: dict[str, Any] = {"pid": None, "pid_started": None, "retries": record.retries + 1}
            values["state"] = (RunState.PAUSED if record.pause_requested else RunState.QUEUED).value
        else:
            values = {"state": RunState.INTERRUPTED.value, "finished": time.time(), "error": asdict(PROCESS_GONE)}
        return self._leave(record.id, (RunState.RUNNING,), *same_process, **values)
