"""The table of runs, with each run's row in its folder: every change of a row goes through here.

``record.json`` in a run's folder is its row, so that a lost database can be made anew from the folders. It is written
within the transaction that changes the row: the lock of the database gives it one writer at a time, and it never says
less than a copy of the database. It is not written for progress (`Metrics`), which comes many times a second: the curve
tells it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, select, update

from mnist_core.errors import ConfigError, DiskFullError, RunNotFoundError
from mnist_core.store.artifacts import Artifacts
from mnist_core.store.database import Database
from mnist_core.store.record_files import read_record, tell_unwritten, values_of, write_record
from mnist_core.store.records import RunRecord, RunState
from mnist_core.store.rows import record_of, tell_unreadable
from mnist_core.store.run_files import is_run_id
from mnist_core.store.tables import runs

_BY_ID = select(runs).where(runs.c.id == bindparam("run_id"))  # made once: runs are looked up with every request


class RunTable:
    """Changes rows of runs; for the parts of the store that own some of their columns, and for nobody else.

    `change` is a conditional update: of two processes that make the same change, one succeeds. `changing` is for what
    may happen in any state.
    """

    def __init__(self, database: Database, artifacts: Artifacts) -> None:
        self.database = database
        self.artifacts = artifacts

    def find(self, run_id: str, *conditions: ColumnElement[bool]) -> RunRecord | None:
        """Return a run if it is there and fulfils the conditions; raises `RunNotFoundError` for what is no id."""
        if not is_run_id(run_id):
            # Not repeated to the reader: it may be anything that somebody put into a link.
            raise RunNotFoundError("There is no run with this id.")
        found = self.database.rows(_BY_ID.where(*conditions) if conditions else _BY_ID, run_id=run_id)
        return record_of(found[0]) if found else None

    def records(self, query: Select[Any]) -> list[RunRecord]:
        """Return the runs of a query that this version can read."""
        records = []
        for row in self.database.rows(query):
            try:
                records.append(record_of(row))
            except ConfigError as error:
                tell_unreadable(row.id, str(error))
        return records

    def size(self, *conditions: ColumnElement[bool]) -> int:
        """Return the bytes of all runs that were trained here and fulfil conditions."""
        query = select(func.coalesce(func.sum(runs.c.bytes), 0)).where(runs.c.shipped.is_(None), *conditions)
        return int(self.database.value(query))

    def change(
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
        with self.changing(run_id) as connection:
            if "queued" in values:
                self.database.alone(connection, "places")  # no two runs get the same
            changed: int = connection.execute(statement).rowcount
        return changed == 1

    def set(self, run_id: str, **values: Any) -> None:
        """Change a run whatever its state is, or not at all where its folder can't say so."""
        with self.changing(run_id, must_be_kept=True) as connection:
            connection.execute(update(runs).where(runs.c.id == run_id).values(**values))

    @contextmanager
    def changing(self, *run_ids: str, must_be_kept: bool = False) -> Iterator[Connection]:
        """Begin a transaction that changes runs; their folders say so before it ends.

        With `must_be_kept` nothing is changed where the disk is too full for that: what somebody asked for, above all
        that a run is private, shall not come back as it was.
        """
        with self.database.begin() as connection:
            yield connection
            for run_id in run_ids:
                self.write_record(connection, run_id, must_be_kept)

    def write_record(self, connection: Connection, run_id: str, must_be_kept: bool = False) -> None:
        """Write a run's row into its folder, if both are there; the caller's transaction has the lock for writing."""
        row = connection.execute(select(runs).where(runs.c.id == run_id)).first()
        path = self.artifacts.of(run_id).record
        if row is None or not path.parent.is_dir():
            return
        if read_record(path, run_id) == values_of(row):
            return
        try:
            write_record(path, values_of(row))
        except OSError as error:
            if must_be_kept and isinstance(error, DiskFullError):
                raise
            tell_unwritten(path, error)


def next_in_queue() -> Any:
    """Return the SQL for the end of the queue: a count, since clocks can be set back."""
    return select(func.coalesce(func.max(runs.c.queued), 0) + 1).scalar_subquery()
