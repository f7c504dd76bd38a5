"""Runs that come with the program: finished elsewhere, put into the record as they are."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, insert

from mnist_core.config import RunConfig
from mnist_core.store.database import Database
from mnist_core.store.metrics import metric_rows
from mnist_core.store.records import MetricPoint, Outcome, RunState, Shipped
from mnist_core.store.tables import metrics, runs


class Shipping(Database):
    """Writes the records of shipped runs; their files are written before."""

    def put_shipped(
        self,
        run_id: str,
        shipped: Shipped,
        *,
        name: str,
        config: RunConfig,
        created: datetime,
        outcome: Outcome,
        points: Sequence[MetricPoint],
        epoch: int,
        step: int,
        steps_per_epoch: int,
        size: int,
        recipe: str | None = None,
    ) -> None:
        """Record a shipped run as completed, shared and kept; it takes the place of an older version of itself.

        All of it is one transaction: nobody sees the run without its curve, and of two processes that do the same the
        second one changes nothing.

        Parameters
        ----------
        run_id : str
        shipped : Shipped
        name : str
        config : RunConfig
        created : datetime
            When it was trained.
        outcome : Outcome
        points : sequence of MetricPoint
            Its curve.
        epoch, step, steps_per_epoch : int
            How far it was trained.
        size : int
            Bytes of its files.
        recipe : str, optional
        """
        moment = created.timestamp()
        with self._begin() as connection:
            connection.execute(delete(metrics).where(metrics.c.run_id == run_id))
            # Only a shipped one: a run of a visitor is never replaced.
            connection.execute(delete(runs).where(runs.c.id == run_id, runs.c.shipped.is_not(None)))
            connection.execute(
                insert(runs).values(
                    id=run_id,
                    name=name,
                    config=config.to_json(),
                    fingerprint=config.fingerprint(),
                    state=RunState.COMPLETED.value,
                    owner=None,
                    recipe=recipe,
                    created=moment,
                    started=moment,
                    finished=moment,
                    updated=moment,
                    device=outcome.device,
                    epoch=epoch,
                    step=step,
                    steps_per_epoch=steps_per_epoch,
                    shared=True,
                    pinned=True,
                    bytes=size,
                    outcome=asdict(outcome),
                    shipped=asdict(shipped),
                )
            )
            if points:
                connection.execute(insert(metrics), metric_rows(run_id, points))
