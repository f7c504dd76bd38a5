"""Making the record of runs anew from what lies in the folders."""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from mnist_core.store.artifacts import is_run_id
from mnist_core.store.folders import Folders, read_curve, read_record, values_of
from mnist_core.store.metrics import metric_rows
from mnist_core.store.records import MetricPoint, RunError, RunState
from mnist_core.store.tables import metrics, runs

PROCESS_GONE = RunError(
    code="process_gone",
    template="The program that trained this run ended before the run was finished.",
)


class Adopting(Folders):
    """Brings runs back whose row is lost."""

    def make_anew(self) -> list[str]:
        """Bring a copy of the database that was put in place up to date; return the ids of the runs that are there.

        What a folder says is newer than the copy. A run without a folder was removed after the copy was made.
        """
        with self._begin() as connection:
            rows = connection.execute(select(runs).where(runs.c.shipped.is_(None))).all()
            for row in rows:
                files = self.files(row.id)
                if not files.folder.is_dir():
                    connection.execute(delete(runs).where(runs.c.id == row.id))
                    continue
                told = read_record(files.record, row.id)
                trained = row.state == RunState.RUNNING.value  # its curve went on after the copy
                if told is not None and (trained or told != values_of(row)):
                    self._adopt(connection, row.id, told, read_curve(files.curve))
                else:
                    _end(connection, row.id, row.state, files.size())
        self.adopt_all()
        with self._begin() as connection:
            query = select(runs.c.id).where(runs.c.shipped.is_(None), runs.c.deleted.is_(None)).order_by(runs.c.id)
            return list(connection.execute(query).scalars())

    def without_row(self) -> list[str]:
        """Return the ids of run folders that the database doesn't know, oldest first."""
        with self._begin() as connection:
            known = set(connection.execute(select(runs.c.id)).scalars())
        found = []
        with suppress(OSError):
            found = [path.name for path in self.settings.runs_dir.iterdir() if path.is_dir()]
        return sorted(name for name in found if is_run_id(name) and name not in known)

    def adopt_all(self) -> list[str]:
        """Record all runs whose folder tells of them and which the database doesn't know; return their ids."""
        adopted = []
        lost = self.without_row()
        with self._begin() as connection:
            for run_id in lost:
                files = self.files(run_id)
                told = read_record(files.record, run_id)
                if told is not None:
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
        with self._begin() as connection:
            self._adopt(connection, run_id, values, points)

    def _adopt(
        self, connection: Connection, run_id: str, values: Mapping[str, Any], points: Sequence[MetricPoint] | None
    ) -> None:
        if connection.execute(select(runs.c.id).where(runs.c.id == run_id)).first() is None:
            connection.execute(insert(runs).values(**values))
        else:
            connection.execute(update(runs).where(runs.c.id == run_id).values(**values, curve=None))
        if points is not None:
            connection.execute(delete(metrics).where(metrics.c.run_id == run_id))
        if points:
            connection.execute(insert(metrics), metric_rows(run_id, points))
            if values["state"] == RunState.RUNNING.value:
                newest = {"epoch": points[-1].epoch, "step": points[-1].step}
                connection.execute(update(runs).where(runs.c.id == run_id).values(**newest))
        _end(connection, run_id, values["state"], self.files(run_id).size())
        self._write_record(connection, run_id)


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
