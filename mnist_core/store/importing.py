"""Runs that somebody brought along in a file: finished elsewhere, from now on a visitor's own."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy import insert

from mnist_core.config import RunConfig
from mnist_core.store.artifacts import is_run_id
from mnist_core.store.finding import Finding
from mnist_core.store.metrics import metric_rows
from mnist_core.store.records import Imported, MetricPoint, Outcome, RunState
from mnist_core.store.tables import metrics, runs


class Importing(Finding):
    """Writes the records of imported runs; their files are written before."""

    def free_id(self, wanted: str) -> str:
        """Return `wanted` if it has the form of an id and no run (nor a deleted one) or folder has it, else another."""
        if is_run_id(wanted) and not self.exists(wanted, deleted=True) and not self.files(wanted).folder.exists():
            return wanted
        return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"

    def put_imported(
        self,
        run_id: str,
        imported: Imported,
        *,
        name: str,
        config: RunConfig,
        owner: str | None,
        state: RunState,
        outcome: Outcome,
        points: Sequence[MetricPoint],
        epoch: int,
        step: int,
        steps_per_epoch: int,
        size: int,
        recipe: str | None = None,
        shared: bool | None = None,
    ) -> None:
        """Record an imported run, its curve with it, in one transaction.

        It counts as created now: what came last is the last to be cleaned away. When it was trained is in `imported`.

        Parameters
        ----------
        run_id : str
            As `free_id` gave it.
        imported : Imported
        name, config, owner, outcome, points, epoch, step, steps_per_epoch, recipe
            As of `RunRecord`.
        state : RunState
            One that has a model.
        size : int
            Bytes of its files.
        shared : bool, optional
            Whether everyone may look at it; by default as the settings say.
        """
        now = time.time()
        with self._begin() as connection:
            connection.execute(
                insert(runs).values(
                    id=run_id,
                    name=name,
                    config=config.to_json(),
                    fingerprint=config.fingerprint(),
                    state=state.value,
                    owner=owner,
                    recipe=recipe,
                    created=now,
                    finished=now,
                    updated=now,
                    device=outcome.device,
                    epoch=epoch,
                    step=step,
                    steps_per_epoch=steps_per_epoch,
                    shared=self.settings.share_new_runs if shared is None else shared,
                    bytes=size,
                    outcome=asdict(outcome),
                    imported=asdict(imported),
                )
            )
            if points:
                connection.execute(insert(metrics), metric_rows(run_id, points))
