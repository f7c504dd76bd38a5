"""Making the record of runs anew from what lies in the folders."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from mnist_core.store.metrics import Metrics
from mnist_core.store.record_files import read_curve, read_record, values_of
from mnist_core.store.records import PROCESS_GONE, MetricPoint, RunState
from mnist_core.store.run_table import RunTable
from mnist_core.store.tables import runs


class Folders:
    """Brings runs back whose row is lost, from what their folders say, and sees to it that they say it.

    Owns no table: it writes whole rows, which nobody else has then. `adopt` may be done again and again. It is for
    the program that opens a database that was lost, and for ``recover``; `keep_records` is for the app that leads.
    """

    def __init__(self, table: RunTable, metrics: Metrics) -> None:
        self._table, self._metrics = table, metrics
        self._database, self._artifacts = table.database, table.artifacts

    def make_anew(self) -> list[str]:
        """Bring a copy of the database that was put in place up to date; return the ids of the runs that are there.

        What a folder says is newer than the copy. A run without a folder was removed after the copy was made.
        """
        there = set(self._artifacts.ids())
        with self._database.begin() as connection:
            rows = connection.execute(select(runs).where(runs.c.shipped.is_(None))).all()
            for row in rows:
                files = self._artifacts.of(row.id)
                if row.id not in there:
                    connection.execute(delete(runs).where(runs.c.id == row.id))
                    continue
                told = read_record(files.record, row.id)
                trained = row.state == RunState.RUNNING.value  # its curve went on after the copy
                if told is not None and (trained or told != values_of(row)):
                    self._artifacts.storage.recall(row.id)(connection)  # the copy's may have been replaced
                    self._adopt(connection, row.id, told, read_curve(files.curve))
                else:
                    _end(connection, row.id, row.state, files.size())
        self.adopt_all()
        query = select(runs.c.id).where(runs.c.shipped.is_(None), runs.c.deleted.is_(None)).order_by(runs.c.id)
        return [row.id for row in self._database.rows(query)]

    def without_row(self) -> list[str]:
        """Return the ids of run folders that the database doesn't know, oldest first."""
        known = {row.id for row in self._database.rows(select(runs.c.id))}
        return [run_id for run_id in self._artifacts.ids() if run_id not in known]

    def adopt_all(self) -> list[str]:
        """Record all runs whose folder tells of them and which the database doesn't know; return their ids."""
        adopted = []
        lost = {run_id: self._artifacts.storage.recall(run_id) for run_id in self.without_row()}
        with self._database.begin() as connection:
            for run_id, record in lost.items():
                files = self._artifacts.of(run_id)
                told = read_record(files.record, run_id)
                if told is not None:
                    record(connection)
                    self._adopt(connection, run_id, told, read_curve(files.curve))
                    adopted.append(run_id)
        return adopted

    def adopt(self, run_id: str, values: Mapping[str, Any], points: Sequence[MetricPoint] | None) -> None:
        """Record a run by its columns and its curve, where one is given; one that trained was interrupted.

        Parameters
        ----------
        run_id : str
        values : mapping
            Columns of the table of runs; the rest get their defaults.
        points : sequence of MetricPoint or None
            None leaves the points as they are.
        """
        record = self._artifacts.storage.recall(run_id)
        with self._database.begin() as connection:
            record(connection)
            self._adopt(connection, run_id, values, points)

    def _adopt(
        self, connection: Connection, run_id: str, values: Mapping[str, Any], points: Sequence[MetricPoint] | None
    ) -> None:
        if connection.execute(select(runs.c.id).where(runs.c.id == run_id)).first() is None:
            connection.execute(insert(runs).values(**values))
        else:
            connection.execute(update(runs).where(runs.c.id == run_id).values(**values, curve=None))
        if points is not None:
            self._metrics.replace(connection, run_id, points)
            if points and values["state"] == RunState.RUNNING.value:
                newest = {"epoch": points[-1].epoch, "step": points[-1].step}
                connection.execute(update(runs).where(runs.c.id == run_id).values(**newest))
        _end(connection, run_id, values["state"], self._artifacts.of(run_id).size())
        self._table.write_record(connection, run_id)

    def keep_records(self) -> int:
        """Write the records that folders lack or that say something else, of older versions say; return how many."""
        written = 0
        for run_id in [row.id for row in self._database.rows(select(runs.c.id))]:
            found = self._database.rows(select(runs).where(runs.c.id == run_id))
            files = self._artifacts.of(run_id)
            if not found or not self._has_folder(found[0]):
                continue
            if not files.curve.exists() and found[0].state not in ("queued", "running"):
                self._metrics.keep_curve(run_id)
            if read_record(files.record, run_id) != values_of(found[0]):
                with self._table.changing(run_id) as connection:
                    connection.execute(update(runs).where(runs.c.id == run_id).values(id=run_id))  # takes the lock
                written += 1
            self.publish_record(run_id)
        return written

    def _has_folder(self, row: Row[Any]) -> bool:
        """Whether there is a folder to write a record into; where folders are copies of others, one is made."""
        folder = self._artifacts.of(row.id).folder
        if self._artifacts.storage.is_elsewhere and row.shipped is None:
            folder.mkdir(parents=True, exist_ok=True)
        return folder.is_dir()

    def publish_record(self, run_id: str) -> None:
        """Have the record of a run kept where its files are; who works at the run does that himself."""
        storage = self._artifacts.storage
        if storage.is_elsewhere and storage.listed(run_id):
            with storage.publishing(run_id) as record, self._database.begin() as connection:
                record(connection)


def _end(connection: Connection, run_id: str, state: str, size: int) -> None:
    """Mark a run that trained as interrupted: whoever trained it doesn't know this database."""
    if state != RunState.RUNNING.value:
        return
    connection.execute(
        update(runs)
        .where(runs.c.id == run_id)
        .values(
            state=RunState.INTERRUPTED.value,
            phase="",
            pid=None,
            pid_started=None,
            finished=time.time(),
            updated=time.time(),
            bytes=size,
            error=asdict(PROCESS_GONE),
        )
    )
