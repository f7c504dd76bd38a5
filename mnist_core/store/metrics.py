"""Metric points of runs."""

import time
from collections.abc import Sequence
from itertools import count
from typing import Any

from sqlalchemy import Connection, delete, insert, literal, select, update

from mnist_core.errors import RunStateError
from mnist_core.store.apps import Claims
from mnist_core.store.artifacts import Artifacts
from mnist_core.store.database import Database
from mnist_core.store.record_files import tell_unwritten, write_curve
from mnist_core.store.records import MetricPoint, RunState
from mnist_core.store.tables import METRIC_NAMES, metrics, runs

_COLUMNS = ("kind", "step", "epoch", "seconds", *METRIC_NAMES)


class Metrics:
    """Writes and reads curves; owns the table of metrics, progress (epoch and step) of a run, and its ``curve.npz``.

    `add` and `truncate` are for the process that trains the run: points and progress change together, and progress
    only of a run that is running. Everybody may read. What takes a connection is a piece of another part's transaction.
    """

    def __init__(self, database: Database, artifacts: Artifacts, claims: Claims) -> None:
        self._database, self._artifacts, self._claims = database, artifacts, claims

    def add(self, run_id: str, points: Sequence[MetricPoint]) -> None:
        """Append metric points and remember the newest as progress, in one transaction.

        Raises
        ------
        RunStateError
            If this process had claimed the run, and another one has it now.
        """
        if not points:
            return
        tries = count()
        self._database.patiently(lambda: self._add(run_id, points, again=next(tries) > 0))

    def _add(self, run_id: str, points: Sequence[MetricPoint], *, again: bool) -> None:
        mine = self._claims.conditions(run_id)
        with self._database.begin() as connection:
            progress = connection.execute(
                update(runs)
                .where(runs.c.id == run_id, runs.c.state == RunState.RUNNING.value, *mine)
                .values(epoch=points[-1].epoch, step=points[-1].step, updated=time.time())
            )
            if mine and not progress.rowcount:
                raise RunStateError("Another process has this run now, so this one ends.")
            if again:  # the server may have written them and gone before it said so
                connection.execute(delete(metrics).where(metrics.c.run_id == run_id, metrics.c.step >= points[0].step))
            self.insert(connection, run_id, points)

    def truncate(self, run_id: str, step: int) -> None:
        """Forget what was measured after batch `step`: training goes on from there."""
        with self._database.begin() as connection:
            connection.execute(delete(metrics).where(metrics.c.run_id == run_id, metrics.c.step > step))
            connection.execute(
                update(runs).where(runs.c.id == run_id, runs.c.step > step).values(step=step, updated=time.time())
            )

    def points(self, run_id: str, kind: str | None = None) -> list[MetricPoint]:
        """Return a run's metric points in the order in which they came."""
        query = select(metrics).where(metrics.c.run_id == run_id).order_by(metrics.c.id)
        if kind is not None:
            query = query.where(metrics.c.kind == kind)
        return [
            MetricPoint(
                kind=row.kind,
                step=row.step,
                epoch=row.epoch,
                seconds=row.seconds,
                values={name: value for name in METRIC_NAMES if (value := getattr(row, name)) is not None},
            )
            for row in self._database.rows(query)
        ]

    def history(self, run_id: str) -> dict[str, list[float]]:
        """Return one list per metric with its value after each epoch."""
        points = self.points(run_id, "epoch")
        return {
            name: [point.values[name] for point in points if name in point.values]
            for name in METRIC_NAMES
            if any(name in point.values for point in points)
        }

    def keep_curve(self, run_id: str) -> None:
        """Write a run's curve into its folder, for a lost database; where that fails, the log says so."""
        path = self._artifacts.of(run_id).curve
        points = self.points(run_id)
        try:
            if points and path.parent.is_dir():
                write_curve(path, points)
        except OSError as error:
            tell_unwritten(path, error)

    def insert(self, connection: Connection, run_id: str, points: Sequence[MetricPoint]) -> None:
        """Append metric points."""
        if points:
            connection.execute(insert(metrics), metric_rows(run_id, points))

    def replace(self, connection: Connection, run_id: str, points: Sequence[MetricPoint]) -> None:
        """Put metric points in place of those that are there."""
        connection.execute(delete(metrics).where(metrics.c.run_id == run_id))
        self.insert(connection, run_id, points)

    def copy(self, connection: Connection, source: str, target: str, step: int) -> None:
        """Give a run the points of another one up to batch `step`."""
        earlier = (
            select(literal(target), *(metrics.c[name] for name in _COLUMNS))
            .where(metrics.c.run_id == source, metrics.c.step <= step)
            .order_by(metrics.c.id)
        )
        connection.execute(insert(metrics).from_select(["run_id", *_COLUMNS], earlier))


def metric_rows(run_id: str, points: Sequence[MetricPoint]) -> list[dict[str, Any]]:
    """Return metric points as rows of their table."""
    return [
        {
            "run_id": run_id,
            "kind": point.kind,
            "step": point.step,
            "epoch": point.epoch,
            "seconds": point.seconds,
            **{name: point.values.get(name) for name in METRIC_NAMES},
        }
        for point in points
    ]
