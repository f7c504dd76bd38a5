"""The rows of runs: making and finding them, and what their owners write about them."""

import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, true

from mnist_core.config import RunConfig
from mnist_core.config.wording import MAX_NAME
from mnist_core.drawing.personal import PersonalSet
from mnist_core.errors import ConfigError, NotOwnerError, RunNotFoundError, RunStateError
from mnist_core.store.artifacts import new_run_id
from mnist_core.store.metrics import Metrics
from mnist_core.store.records import Finished, Imported, RunRecord, RunState, Shipped, Visitor
from mnist_core.store.rows import record_of
from mnist_core.store.run_table import RunTable, next_in_queue
from mnist_core.store.tables import runs
from mnist_core.store.visitors import Visitors
from mnist_core.system.files import storage_errors
from mnist_core.text import one_line

MAX_NOTES = 2000


class Runs:
    """Makes and finds runs; owns all columns but those of `Queue`, `Metrics`, `Bin` and `Listing`.

    A new row is there with its curve or not at all, and its files are there before it. What an owner may write
    (`rename`, `set_shared`, `set_pinned`, `set_notes`) may be written in any state, the last one counts; it is checked
    that the run is the visitor's, and nothing changes where its folder can't say so. Deleted runs are never found.

    Everybody may read. The queue makes runs (`Supervisor.submit`), and `sharing` records those finished elsewhere.
    """

    def __init__(self, table: RunTable, metrics: Metrics, visitors: Visitors) -> None:
        self._table, self._metrics, self._visitors = table, metrics, visitors
        self._database, self._settings = table.database, table.database.settings

    # finding

    def get(self, run_id: str) -> RunRecord:
        """Return one run; raises `RunNotFoundError`, also for a deleted one."""
        record = self._table.find(run_id)
        if record is None:
            raise RunNotFoundError("There is no run {run_id}.", run_id=run_id)
        if record.deleted is not None:
            raise RunNotFoundError("The run {run_id} was deleted.", run_id=run_id)
        return record

    def exists(self, run_id: str, *, deleted: bool = False) -> bool:
        """Whether there is a run with this id, readable or not; with `deleted` also one that can be brought back."""
        query = select(runs.c.id).where(runs.c.id == run_id)
        if not deleted:
            query = query.where(runs.c.deleted.is_(None))
        return bool(self._database.rows(query))

    def find(
        self,
        *,
        states: Sequence[RunState] | None = None,
        owner: str | None = None,
        visible_to: Visitor | None = None,
        limit: int = 200,
        oldest_first: bool = False,
    ) -> list[RunRecord]:
        """Return runs that were trained here, newest first unless told otherwise; `shipped` has the others.

        A run that this version can't read (written by a newer version, say) is left out, so
        that it does not hide all the others.

        Parameters
        ----------
        states : sequence of RunState, optional
        owner : str, optional
            Only this visitor's runs.
        visible_to : Visitor, optional
            Only runs that this visitor may look at.
        limit : int
        oldest_first : bool
        """
        columns = (runs.c.created, runs.c.id)
        order = columns if oldest_first else tuple(column.desc() for column in columns)
        query = select(runs).where(runs.c.shipped.is_(None), runs.c.deleted.is_(None)).order_by(*order).limit(limit)
        if states is not None:
            query = query.where(runs.c.state.in_([state.value for state in states]))
        if owner is not None:
            query = query.where(runs.c.owner == owner)
        if visible_to is not None:
            query = query.where(seen_by(visible_to))
        return self._table.records(query)

    def shipped(self) -> list[RunRecord]:
        """Return the runs that came with the program, in their order; everyone may look at them."""
        return self._table.records(select(runs).where(runs.c.shipped.is_not(None)).order_by(runs.c.id))

    def imported_earlier(self) -> list[RunRecord]:
        """Return the imported runs, deleted ones too, whose files are those of the bundle: `Imported.written_here`."""
        found = self._table.records(select(runs).where(runs.c.imported.is_not(None)))
        return [record for record in found if record.imported and not record.imported.written_here]

    def find_completed(self, fingerprint: str, visible_to: Visitor | None = None) -> RunRecord | None:
        """Return the newest completed run of a configuration that `visible_to` may look at, if there is one.

        Only of those that were trained here: who sets a network up wants to see it learn.
        """
        # Another backend draws other first weights; a baseline has none.
        backend = func.json_extract(runs.c.outcome, "$.computed_with.backend")
        query = (
            select(runs)
            .where(
                runs.c.fingerprint == fingerprint,
                runs.c.state == RunState.COMPLETED.value,
                runs.c.shipped.is_(None),
                runs.c.deleted.is_(None),
                runs.c.imported.is_(None),
                or_(backend.is_(None), backend == self._settings.backend),
            )
            .order_by(runs.c.created.desc())
            .limit(1)
        )
        if visible_to is not None:
            query = query.where(seen_by(visible_to))
        found = self._database.rows(query)
        return record_of(found[0]) if found else None

    def disk_usage(self, owner: str | None = None) -> int:
        """Return the bytes of all finished and paused runs that were trained here, or of one visitor's."""
        whose = () if owner is None else (runs.c.owner == owner,)
        return self._table.size(runs.c.deleted.is_(None), *whose)

    def own(self, run_id: str, visitor: Visitor) -> RunRecord:
        """Return a run that the visitor may change; raises `RunNotFoundError` and `NotOwnerError`."""
        return owned(self.get(run_id), visitor)

    # making

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
            A run whose training this one goes on with: its checkpoint and its curve up to there are
            copied, so that it may be deleted.
        drawings : PersonalSet, optional
            What a fine-tuned run learns from, unless it continues one. They are copied. A run that continues one gets
            no copy of its drawings: they may be somebody else's, and stay where they are.
        base : mapping of str to ndarray, optional
            The weights that a fine-tuned run begins with, unless it continues one; they are written into its folder.
        address : str, optional
            Where the visitor comes from, as in `Visitor.address`.

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
        now = time.time()
        run_id = new_run_id()
        files_of = self._table.artifacts.of
        files = files_of(run_id)
        try:
            with storage_errors(self._settings.runs_dir):
                files.folder.mkdir(parents=True, exist_ok=True)
                step = files.copy_checkpoint(files_of(continues)) if continues else 0
                if config.fine_tune is not None and continues:
                    files.begin_as(files_of(continues))
                elif config.fine_tune is not None and drawings is not None and base is not None:
                    files.begin_with(files_of(config.fine_tune.base), base, drawings, owner)
        except BaseException:
            shutil.rmtree(files.folder, ignore_errors=True)
            raise
        with self._table.changing(run_id) as connection:
            self._insert(
                connection,
                run_id,
                config,
                name=name,
                state=RunState.QUEUED.value,
                owner=owner,
                recipe=recipe,
                created=now,
                updated=now,
                queued=next_in_queue(),
                shared=shared,
                continues=continues,
                step=step,
                bytes=files.size(),  # what was copied lies there even if the run never begins
                address=address,
            )
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
        with self._table.changing(run_id) as connection:
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
        self._metrics.keep_curve(run_id)

    def mark_written_here(self, record: RunRecord) -> None:
        """Record that the files of an imported run were written here."""
        assert record.imported is not None
        imported = asdict(replace(record.imported, written_here=True))
        self._table.set(record.id, imported=imported, bytes=self._table.artifacts.of(record.id).size())

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

    # what its owner writes

    def rename(self, run_id: str, name: str, visitor: Visitor) -> None:
        """Give a run another name; raises `ConfigError` for an empty or endless one."""
        self.own(run_id, visitor)
        name = one_line(name)
        if not 0 < len(name) <= MAX_NAME:
            raise ConfigError("A name has 1 to {most} characters. Received: {n}", most=MAX_NAME, n=len(name))
        self._table.set(run_id, name=name)

    def set_shared(self, run_id: str, shared: bool, visitor: Visitor) -> None:
        """Let everyone look at a run, or only its owner."""
        self.own(run_id, visitor)
        self._table.set(run_id, shared=shared)

    def set_pinned(self, run_id: str, pinned: bool, visitor: Visitor) -> None:
        """Star a run, which keeps it from being cleaned away, or take the star back."""
        self.own(run_id, visitor)
        self._table.set(run_id, pinned=pinned)

    def set_notes(self, run_id: str, notes: str, visitor: Visitor) -> None:
        """Write about a run what is worth remembering; raises `ConfigError` for more than fits."""
        self.own(run_id, visitor)
        notes = notes.encode(errors="ignore").decode().strip()  # a terminal may send what is no text
        if len(notes) > MAX_NOTES:
            raise ConfigError("Notes have at most {most:,} characters. Received: {n:,}", most=MAX_NOTES, n=len(notes))
        self._table.set(run_id, notes=notes)


def owned(record: RunRecord, visitor: Visitor) -> RunRecord:
    """Return a run that the visitor may change; raises `NotOwnerError`."""
    if record.shipped is not None:
        raise NotOwnerError(
            "“{name}” comes with MNIST Lab, so nobody can change it. Train a network of your own to name, share "
            "or delete it.",
            name=record.name,
        )
    if not visitor.may_change(record):
        raise NotOwnerError("This run belongs to another visitor, so only they can change it.")
    return record


def seen_by(visitor: Visitor) -> ColumnElement[bool]:
    """Return the SQL for `Visitor.may_see`."""
    return true() if visitor.is_admin else or_(runs.c.shared, runs.c.owner == (visitor.id or ""))
