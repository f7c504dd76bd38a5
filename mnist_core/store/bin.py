"""Deleting runs, and bringing them back for a while.

A deleted run is gone for everybody at once: nothing finds it, and it counts for no limit. Its record and its files stay
until its time is over, so that a slip of the hand loses nothing; the app's cleaning then removes them.
"""

import time
from collections.abc import Sequence

from sqlalchemy import delete, func, select, update

from mnist_core.errors import LimitError, RunNotFoundError, RunStateError
from mnist_core.store.records import RunRecord, RunState, Visitor
from mnist_core.store.run_table import RunTable, next_in_queue
from mnist_core.store.runs import Runs, owned
from mnist_core.store.tables import runs
from mnist_core.store.visitors import Visitors
from mnist_core.text import Plural

UNDO_SECONDS = 600.0


class Bin:
    """Deletes runs, brings them back, and removes them for good; owns when a run was deleted.

    A run that trains is never deleted, and one that was brought back is not removed: both are conditions of the
    update. What was deleted together is deleted together or not at all, on a full disk too. Owners may delete and bring
    back; `set_aside` and `remove` are for the app that leads.
    """

    def __init__(self, table: RunTable, runs: Runs, visitors: Visitors) -> None:
        self._table, self._runs, self._visitors = table, runs, visitors
        self._database, self._settings = table.database, table.database.settings

    def delete(self, run_id: str, visitor: Visitor) -> None:
        """Delete one run; raises as `delete_all`."""
        self.delete_all([run_id], visitor)

    def delete_all(self, run_ids: Sequence[str], visitor: Visitor, moment: float | None = None) -> None:
        """Delete runs, all or none of them. `undelete` brings them back for ten minutes.

        `moment` is when, in Unix seconds, for what is deleted together with something else; now where it is not given.

        Raises
        ------
        RunNotFoundError, NotOwnerError
            If there is no such run, or it is another visitor's.
        RunStateError
            If one of them trains.
        """
        records = [self._runs.own(run_id, visitor) for run_id in sorted(set(run_ids))]  # in one order for all
        when = moment or time.time()  # the same for all: they come back together
        self._database.in_any_case(lambda: self._mark_deleted(records, when))

    def _mark_deleted(self, records: Sequence[RunRecord], moment: float) -> None:
        with self._table.changing(*[record.id for record in records]) as connection:
            for record in records:
                statement = (
                    update(runs)
                    .where(runs.c.id == record.id, runs.c.state != RunState.RUNNING.value, runs.c.deleted.is_(None))
                    .values(deleted=moment)
                )
                if not connection.execute(statement).rowcount:  # takes the others' deletion back too
                    self._runs.get(record.id)  # raises where somebody else deleted it meanwhile
                    raise RunStateError("“{name}” is training. Stop it first, then delete it.", name=record.name)

    def set_aside(self, run_ids: Sequence[str]) -> list[str]:
        """Delete finished runs that nobody starred to make room, and return which; their owners can undo that too."""
        gone = []
        for run_id in run_ids:
            finished = [state for state in RunState if state.is_finished]
            if self._table.change(run_id, tuple(finished), ~runs.c.pinned, deleted=time.time()):
                gone.append(run_id)
        return gone

    def undelete(self, run_id: str, visitor: Visitor) -> RunRecord:
        """Bring a deleted run back as it was; one that waited in the queue waits at its end.

        Raises
        ------
        RunNotFoundError
            If there is no such run, or none that was deleted a few minutes ago.
        NotOwnerError
            If it was another visitor's.
        LimitError
            If it would wait in the queue, and the visitor has as many waiting as is allowed; or if the visitor's runs
            would take more of the disk than is allowed.
        """
        record = self._table.find(run_id, runs.c.deleted.is_not(None))
        if record is None:
            raise _gone(run_id)
        owned(record, visitor)
        self._check_room(record)
        values = {}
        if record.state is RunState.QUEUED:
            self._check_waiting(record.owner)
            if record.owner is not None:
                self._visitors.check_waiting(record.owner, record.address)
            values["queued"] = next_in_queue()
        statement = update(runs).where(runs.c.id == run_id, runs.c.deleted.is_not(None))
        with self._table.changing(run_id) as connection:
            if values:
                self._database.alone(connection, "places")
            brought_back = connection.execute(statement.values(deleted=None, **values)).rowcount
        if not brought_back:
            raise _gone(run_id)
        return self._runs.get(run_id)

    def runs(self, visitor: Visitor) -> list[RunRecord]:
        """Return the deleted runs that the visitor may bring back, latest deletion first."""
        query = select(runs).where(runs.c.deleted.is_not(None)).order_by(runs.c.deleted.desc(), runs.c.id)
        if not visitor.is_admin:
            query = query.where(runs.c.owner == (visitor.id or ""))
        return self._table.records(query)

    def seconds_left(self, record: RunRecord) -> float:
        """Return for how many seconds a deleted run can still be brought back; 0 where it can't."""
        if record.deleted is None:
            return 0.0
        # The wall clock: it has to hold beyond a restart. Where it is set, a run stays longer or shorter.
        return max(0.0, record.deleted.timestamp() + UNDO_SECONDS - time.time())

    def remove(self, run_id: str, *, deleted: bool = False) -> bool:
        """Remove a run and its files for good.

        Parameters
        ----------
        run_id : str
        deleted : bool
            Whether only if it is deleted still, since it may just have been brought back.

        Returns
        -------
        bool
            Whether it was there and did not train.
        """
        statement = delete(runs).where(runs.c.id == run_id, runs.c.state != RunState.RUNNING.value)
        if deleted:
            statement = statement.where(runs.c.deleted.is_not(None))

        def forget() -> bool:
            with self._database.begin() as connection:
                return connection.execute(statement).rowcount == 1

        removed = self._database.in_any_case(forget)
        if removed:
            # After the record: what is left over is swept later, a record without files would stay.
            self._table.artifacts.remove(run_id)
        return removed

    def _check_room(self, record: RunRecord) -> None:
        """Raise `LimitError` where a run would take more of the disk than its owner has left since it was deleted."""
        most = self._settings.visitor_disk_mb
        if record.owner is not None and (self._runs.disk_usage(record.owner) + record.bytes) / 1e6 > most:
            raise LimitError(
                "Your runs may take {most} MB on the disk, and there is no room for “{name}” any more. Delete one that "
                "you don't need, then bring this one back.",
                most=most,
                name=record.name,
            )

    def _check_waiting(self, owner: str | None) -> None:
        """Raise `LimitError` where one more run of `owner` can't wait; those of the command line are not limited."""
        if owner is None:
            return
        query = select(func.count()).where(
            runs.c.owner == owner, runs.c.state == RunState.QUEUED.value, runs.c.deleted.is_(None)
        )
        waiting = self._database.value(query)
        if waiting >= self._settings.queued_per_visitor:
            raise LimitError(
                Plural(
                    "You already have {n:,} run waiting. Let it begin, or cancel it, then bring this one back.",
                    "You already have {n:,} runs waiting. Let one of them begin, or cancel it, then bring this one "
                    "back.",
                ),
                n=waiting,
            )


def _gone(run_id: str) -> RunNotFoundError:
    return RunNotFoundError(
        "There is no deleted run {run_id} to bring back. That is possible for {minutes:.0f} minutes after deleting.",
        run_id=run_id,
        minutes=UNDO_SECONDS / 60,
    )
