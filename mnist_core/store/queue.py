"""The states of runs: what their owners ask for, and what the process of a run does."""

import secrets
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from typing import Any

import psutil
from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select, update

from mnist_core.errors import RunStateError
from mnist_core.store.apps import Apps, Claims
from mnist_core.store.classrooms import Classrooms
from mnist_core.store.metrics import Metrics
from mnist_core.store.records import PROCESS_GONE, Outcome, Place, RunError, RunRecord, RunState, Sign, Visitor
from mnist_core.store.run_table import RunTable, next_in_queue
from mnist_core.store.runs import Runs
from mnist_core.store.tables import runs
from mnist_core.store.visitors import Visitors
from mnist_core.system.processes import start_time

_MOST_PID = 2**31  # as many as the column holds
_WAITING = (runs.c.state == RunState.QUEUED.value, runs.c.holder.is_(None), runs.c.deleted.is_(None))
_PLACE = tuple(runs.c[name] for name in Place._fields)
_RETRIES = 3  # so often a run goes on by itself elsewhere: it may be what ended the apps that had it
Choice = Callable[[Sequence[Place], Sequence[Place]], Sequence[Place]]


class Queue:
    """Moves runs from state to state; owns state, phase, wishes, process, times, outcome and error of a run.

    Each change is one conditional update that names the states it begins with, so of two processes that try the same
    one succeeds, and a finished run is never written again:

    =====================  ==================================  ==============  =========================================
    change                 from                                to              by
    =====================  ==================================  ==============  =========================================
    `NewRuns.create`                                           queued          whoever submits
    `take`                 queued, nobody's                    queued, held    an app with a free slot
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
    `interrupt`            running, out of reach               as those two    the app that holds it
    `mark_interrupted`     queued, held, its app is gone       queued          an app that leads
    =====================  ==================================  ==============  =========================================

    `finish` and `mark_paused` are written on a full disk too. Requests check that the run is the visitor's.
    """

    def __init__(
        self,
        table: RunTable,
        runs: Runs,
        metrics: Metrics,
        visitors: Visitors,
        apps: Apps,
        claims: Claims,
        classrooms: Classrooms,
    ) -> None:
        self._table, self._runs, self._metrics, self._visitors = table, runs, metrics, visitors
        self._apps, self._claims, self._classrooms, self._database = apps, claims, classrooms, table.database

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

    def request_resume(self, run_id: str, visitor: Visitor, holder: str | None = None) -> RunRecord:
        """Put a paused or interrupted run into the queue again; with a `holder`, for that app (`Apps.id`) alone.

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
            holder=holder,
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

    def take(self, choose: Choice, per_visitor: int) -> list[Place]:
        """Take the runs for this app that `choose` names, of those that wait and those that train.

        Apps choose one after the other, so limits that count what trains hold for all of them together. Nothing also
        where another app is choosing: the next look will show what it left.

        Who gets a turn is the last of the line from then on, with what else waits from there: so turns go round, and
        nobody's many runs keep others waiting, however short each of them is.

        Parameters
        ----------
        choose : callable
        per_visitor : int
            How many runs of a visitor may train at once: `choose` sees no more of each visitor's waiting runs.
        """
        if not self._database.rows(select(runs.c.id).where(*_WAITING).limit(1)):
            return []
        with self._database.begin() as connection:
            if not self._database.alone(connection, "queue", wait=False):
                return []
            queued, running = self._line(connection, per_visitor)
            if silent := self._classrooms.silent(connection):  # their teacher wants to be listened to
                queued = [place for place in queued if place.owner not in silent]
            chosen = {place.id: place for place in choose(queued, running)}
            if not chosen:
                return []
            # Not one that its owner stops at this moment.
            free = select(runs.c.id).where(runs.c.id.in_(chosen), *_WAITING).with_for_update(skip_locked=True)
            taken = [chosen[row.id] for row in connection.execute(free)]
            held = update(runs).where(runs.c.id.in_([place.id for place in taken])).values(holder=self._apps.id)
            connection.execute(held)
            self._move_back(connection, taken)
        order = list(chosen)
        return sorted(taken, key=lambda place: order.index(place.id))

    def _move_back(self, connection: Connection, taken: Sequence[Place]) -> None:
        """Put what else waits from the addresses of some runs at the end of the line, that of their visitors last."""
        owners = {place.owner for place in taken if place.owner is not None}
        addresses = {place.address for place in taken if place.address is not None}
        from_there = or_(runs.c.owner.in_(owners), runs.c.address.in_(addresses))
        # In one statement, since a visitor may have hundreds of runs; but for what somebody changes just now.
        waiting = select(runs.c.id, runs.c.owner, runs.c.queued).where(from_there, *_WAITING)
        free = waiting.with_for_update(skip_locked=True).subquery()
        at_the_end = (case((free.c.owner.in_(owners), 1), else_=0), free.c.queued)
        number = func.row_number().over(order_by=at_the_end).label("number")
        order = select(free.c.id, number).subquery()
        self._database.alone(connection, "places")  # no two runs get the same
        moved = update(runs).where(runs.c.id == order.c.id).values(queued=next_in_queue() + order.c.number - 1)
        connection.execute(moved)

    def give_back(self, *run_ids: str) -> None:
        """Let runs wait for anybody again that this app took and that did not begin."""
        held = (runs.c.state == RunState.QUEUED.value, runs.c.holder == self._apps.id)
        with self._database.begin() as connection:
            connection.execute(update(runs).where(runs.c.id.in_(run_ids), *held).values(holder=None))

    def signs(self, run_ids: Collection[str]) -> dict[str, Sign]:
        """Return signs of life and wishes of those of some runs that wait or train, by their ids."""
        columns = [runs.c[name] for name in Sign._fields]
        active = runs.c.state.in_((RunState.QUEUED.value, RunState.RUNNING.value))
        query = select(*columns).where(runs.c.id.in_(run_ids), active, runs.c.deleted.is_(None))
        return {row.id: Sign._make(row) for row in self._database.rows(query)}

    def _line(self, connection: Connection, per_visitor: int | None = None) -> tuple[list[Place], list[Place]]:
        """Return what `line` does, with `per_visitor` only so many waiting runs of each visitor."""
        waiting = select(*_PLACE).where(*_WAITING)
        if per_visitor is not None:
            number = func.row_number().over(partition_by=runs.c.owner, order_by=runs.c.queued)
            numbered = select(*_PLACE, number.label("number")).where(*_WAITING).subquery()
            columns = [numbered.c[column.name] for column in _PLACE]
            waiting = select(*columns).where(numbered.c.number <= per_visitor)
        state = runs.c.state == RunState.RUNNING.value
        held = and_(runs.c.state == RunState.QUEUED.value, runs.c.holder.is_not(None))
        training = select(*_PLACE).where(or_(state, held), runs.c.deleted.is_(None))
        queued, running = ([Place(*row) for row in connection.execute(query)] for query in (waiting, training))
        return queued, running

    # what the process of a run does

    def claim(self, run_id: str, process: psutil.Process | None, holder: str | None = None) -> bool:
        """Turn a queued run into a running one that belongs to `process`, a worker of the app `holder`.

        `process` is None for this process where it is on a computer that has no app: `holder` alone says then whether
        anybody works on the run, and a number made up tells apart who claimed it.

        Returns False where another process was faster or the run is not queued any more. From now on this process
        writes nothing about the run once another one has it.
        """
        pid = process.pid if process is not None else secrets.randbelow(_MOST_PID)
        claimed = self._table.change(
            run_id,
            (RunState.QUEUED,),
            or_(runs.c.holder.is_(None), runs.c.holder == holder),
            state=RunState.RUNNING.value,
            started=func.coalesce(runs.c.started, time.time()),
            phase="start",
            pause_requested=False,
            pid=pid,
            pid_started=start_time(process) if process is not None else None,
            holder=holder,
        )
        if claimed:
            self._claims.add(run_id, holder, pid)
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

    def interrupt(self, run_id: str, error: RunError) -> None:
        """Do the same with a run of this app whose process is out of reach, and say why."""
        record = self._runs.get(run_id)
        if record.holder == self._apps.id:
            self._interrupt(record, error)

    def _interrupt(self, record: RunRecord, error: RunError = PROCESS_GONE) -> bool:
        # Not where another process took the run meanwhile.
        same_process = (
            runs.c.pid.is_not_distinct_from(record.pid),
            runs.c.holder.is_not_distinct_from(record.holder),
        )
        if self._database.is_shared and record.owner is not None and record.retries < _RETRIES:
            values: dict[str, Any] = {"pid": None, "pid_started": None, "retries": record.retries + 1}
            values["state"] = (RunState.PAUSED if record.pause_requested else RunState.QUEUED).value
        else:
            values = {"state": RunState.INTERRUPTED.value, "finished": time.time(), "error": asdict(error)}
        return self._leave(record.id, (RunState.RUNNING,), *same_process, **values)
