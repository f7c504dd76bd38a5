"""New rows of runs: those that are queued here, and those that were finished elsewhere."""

import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, delete, insert

from mnist_core.config import RunConfig
from mnist_core.drawing.personal import PersonalSet
from mnist_core.errors import RunStateError
from mnist_core.store.artifacts import new_run_id
from mnist_core.store.metrics import Metrics
from mnist_core.store.records import Finished, Imported, RunState, Shipped
from mnist_core.store.run_files import RunFiles
from mnist_core.store.run_table import RunTable, next_in_queue
from mnist_core.store.storage import Record
from mnist_core.store.tables import runs
from mnist_core.store.visitors import Visitors
from mnist_core.system.files import storage_errors


class NewRuns:
    """Makes runs; owns what a row begins with, and what is never written again: settings, owner, where it came from.

    A new row is there with its curve or not at all, and its files are there before it. Its visitor is remembered with
    it. The queue (`Supervisor.submit`) and the command line make runs, and `sharing` records those finished elsewhere.
    """

    def __init__(self, table: RunTable, metrics: Metrics, visitors: Visitors) -> None:
        self._table, self._metrics, self._visitors = table, metrics, visitors
        self._settings = table.database.settings

    def create(
        self,
        config: RunConfig,
        name: str,
        *,
        owner: str | None = None,
        recipe: str | None = None,
        shared: bool | None = None,
        continues: str | None = None,
        drawings: PersonalSet | None = None,
        base: Mapping[str, npt.NDArray[np.float32]] | None = None,
        address: str | None = None,
        holder: str | None = None,
        study: str | None = None,
    ) -> str:
        """Record a new queued run and return its id.

        Parameters
        ----------
        config : RunConfig
        name : str
        owner, recipe : str, optional
        shared : bool, optional
            Whether everyone may look at it; by default as the settings say.
        continues : str, optional
            A run whose training this one goes on with: its checkpoint, its film and its curve up to there
            are copied, so that it may be deleted.
        drawings : PersonalSet, optional
            What a fine-tuned run learns from, unless it continues one. They are copied. A run that continues one gets
            no copy of its drawings: they may be somebody else's, and stay where they are.
        base : mapping of str to ndarray, optional
            The weights that a fine-tuned run begins with, unless it continues one; they are written into its folder.
        address : str, optional
            Where the visitor comes from, as in `Visitor.address`.
        holder : str, optional
            Id of the app (`Apps.id`) that will train it, so that no other one takes it meanwhile.
        study : str, optional
            The study that asks for it.

        Raises
        ------
        RunStateError
            If the run to continue has no checkpoint, or the one to begin with no model; if one that is to be
            fine-tuned has nothing to learn from.
        ArtifactMissingError
            If the run to continue is a fine-tuned one, and its drawings are gone.
        StorageError
            If the disk is full or the folder can't be written.
        """
        if config.fine_tune is not None and continues is None and (drawings is None or base is None):
            raise RunStateError("A network is fine-tuned on the page Draw, with drawings. Draw some there first.")
        run_id, now = new_run_id(), time.time()
        files = self._table.artifacts.of(run_id)
        step = self._fill(files, config, owner, continues, drawings, base)
        size = files.size()  # what was copied lies there even if the run never begins
        with self._publishing(run_id) as record, self._table.changing(run_id) as connection:
            self._table.database.alone(connection, "places")
            self._insert(
                connection,
                run_id,
                config,
                name=name,
                state=RunState.QUEUED.value,
                holder=holder,
                owner=owner,
                recipe=recipe,
                created=now,
                updated=now,
                queued=next_in_queue(),
                shared=shared,
                continues=continues,
                step=step,
                bytes=size,
                address=address,
                study=study,
            )
            record(connection)
            if continues:
                self._metrics.copy(connection, continues, run_id, step)
        self._metrics.keep_curve(run_id)
        return run_id

    def put_imported(
        self,
        run_id: str,
        imported: Imported,
        run: Finished,
        *,
        owner: str | None,
        state: RunState,
        shared: bool | None = None,
        address: str | None = None,
    ) -> None:
        """Record a run that somebody brought along in a file, its curve with it, in one transaction.

        It counts as created now: what came last is the last to be cleaned away. When it was trained is in `imported`.

        Parameters
        ----------
        run_id : str
            A new one.
        imported : Imported
        run : Finished
        owner : str or None
            Whose it becomes.
        state : RunState
            One that has a model.
        shared : bool, optional
            Whether everyone may look at it; by default as the settings say.
        address : str, optional
            Where the visitor comes from, as in `Visitor.address`.
        """
        now = time.time()
        with self._publishing(run_id) as record, self._table.changing(run_id) as connection:
            self._insert_finished(
                connection,
                run_id,
                run,
                state=state.value,
                owner=owner,
                created=now,
                finished=now,
                updated=now,
                shared=shared,
                imported=asdict(imported),
                address=address,
            )
            record(connection)
        self._metrics.keep_curve(run_id)

    def put_shipped(self, run_id: str, shipped: Shipped, run: Finished, created: datetime) -> None:
        """Record a run that comes with the program as completed, shared and kept; an older version of it goes.

        All of it is one transaction: nobody sees the run without its curve, and of two processes that do the same the
        second one changes nothing.

        Parameters
        ----------
        run_id : str
        shipped : Shipped
        run : Finished
        created : datetime
            When it was trained.
        """
        moment = created.timestamp()
        with self._table.changing(run_id) as connection:
            self._table.database.alone(connection, "shipped")
            # Only a shipped one: a run of a visitor is never replaced. Its curve goes with it.
            connection.execute(delete(runs).where(runs.c.id == run_id, runs.c.shipped.is_not(None)))
            self._insert_finished(
                connection,
                run_id,
                run,
                state=RunState.COMPLETED.value,
                created=moment,
                started=moment,
                finished=moment,
                updated=moment,
                shared=True,
                pinned=True,
                shipped=asdict(shipped),
            )

    @contextmanager
    def _publishing(self, run_id: str) -> Iterator[Record]:
        """Publish the folder of a new run, which others find with its row; without one, the folder goes."""
        artifacts = self._table.artifacts
        try:
            with artifacts.storage.publishing(run_id) as record:
                yield record
        except BaseException:
            artifacts.remove(run_id)
            raise

    def _fill(
        self,
        files: RunFiles,
        config: RunConfig,
        owner: str | None,
        continues: str | None,
        drawings: PersonalSet | None,
        base: Mapping[str, npt.NDArray[np.float32]] | None,
    ) -> int:
        """Make the folder of a new run, with all that it begins with; return the step at which it begins."""
        files_of = self._table.artifacts.of
        try:
            with storage_errors(self._settings.runs_dir):
                files.folder.mkdir(parents=True, exist_ok=True)
                step = 0
                if continues:
                    step = files.copy_checkpoint(files_of(continues))
                    files.copy_film(files_of(continues), step)
                if config.fine_tune is not None and continues:
                    files.begin_as(files_of(continues))
                elif config.fine_tune is not None and drawings is not None and base is not None:
                    files.begin_with(files_of(config.fine_tune.base), base, drawings, owner)
        except BaseException:
            shutil.rmtree(files.folder, ignore_errors=True)
            raise
        return step

    def _insert_finished(self, connection: Connection, run_id: str, run: Finished, **columns: Any) -> None:
        self._insert(
            connection,
            run_id,
            run.config,
            name=run.name,
            recipe=run.recipe,
            device=run.outcome.device,
            epoch=run.epoch,
            step=run.step,
            steps_per_epoch=run.steps_per_epoch,
            bytes=run.size,
            outcome=asdict(run.outcome),
            **columns,
        )
        self._metrics.insert(connection, run_id, run.points)

    def _insert(
        self, connection: Connection, run_id: str, config: RunConfig, *, shared: bool | None, **columns: Any
    ) -> None:
        """Insert a run within the caller's transaction, and remember its visitor."""
        self._visitors.meet(connection, columns.get("owner"), columns.get("address"))
        connection.execute(
            insert(runs).values(
                id=run_id,
                config=config.to_json(),
                fingerprint=config.fingerprint(),
                shared=self._settings.share_new_runs if shared is None else shared,
                **columns,
            )
        )
