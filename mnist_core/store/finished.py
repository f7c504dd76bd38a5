"""Runs that were finished elsewhere."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, insert

from mnist_core.store.folders import Folders
from mnist_core.store.metrics import metric_rows
from mnist_core.store.records import Finished
from mnist_core.store.tables import metrics, runs


class Finishing(Folders):
    """Writes a finished run with its curve."""

    def _insert(self, connection: Connection, run_id: str, run: Finished, **columns: Any) -> None:
        """Insert a run and its curve within the caller's transaction; `columns` say where it comes from."""
        connection.execute(
            insert(runs).values(
                id=run_id,
                name=run.name,
                config=run.config.to_json(),
                fingerprint=run.config.fingerprint(),
                recipe=run.recipe,
                device=run.outcome.device,
                epoch=run.epoch,
                step=run.step,
                steps_per_epoch=run.steps_per_epoch,
                bytes=run.size,
                outcome=asdict(run.outcome),
                **columns,
            )
        )
        if run.points:
            connection.execute(insert(metrics), metric_rows(run_id, run.points))
