"""Metric points of runs."""

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, update

from mnist_core.store.folders import Folders
from mnist_core.store.records import MetricPoint, RunState
from mnist_core.store.tables import METRIC_NAMES, metrics, runs


class Metrics(Folders):
    """Writes and reads the curves."""

    def add_points(self, run_id: str, points: Sequence[MetricPoint]) -> None:
        """Append metric points and remember the newest as progress, in one transaction."""
        if not points:
            return
        rows = metric_rows(run_id, points)
        with self._begin() as connection:
            connection.execute(insert(metrics), rows)
            connection.execute(
                update(runs)
                .where(runs.c.id == run_id, runs.c.state == RunState.RUNNING.value)
                .values(epoch=points[-1].epoch, step=points[-1].step, updated=time.time())
            )

    def truncate_points(self, run_id: str, step: int) -> None:
        """Forget what was measured after batch `step`: training goes on from there."""
        with self._begin() as connection:
            connection.execute(delete(metrics).where(metrics.c.run_id == run_id, metrics.c.step > step))
            connection.execute(
                update(runs).where(runs.c.id == run_id, runs.c.step > step).values(step=step, updated=time.time())
            )

    def history(self, run_id: str) -> dict[str, list[float]]:
        """Return one list per metric with its value after each epoch."""
        points = self.points(run_id, "epoch")
        return {
            name: [point.values[name] for point in points if name in point.values]
            for name in METRIC_NAMES
            if any(name in point.values for point in points)
        }


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
