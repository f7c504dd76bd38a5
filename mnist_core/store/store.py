"""Runs and metrics in one database, shared by the app, its workers and the command line.

Every change of state is one conditional update, so two processes can't claim one run, and a
finished run never changes its state again.
"""

import secrets
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import psutil
from sqlalchemy import ColumnElement, Connection, create_engine, event, insert, or_, select, update
from sqlalchemy.exc import DBAPIError, OperationalError

from mnist_core.config import RunConfig
from mnist_core.errors import ConfigError, NotOwnerError, RunNotFoundError, RunStateError, StorageError
from mnist_core.files import storage_errors
from mnist_core.settings import Settings, get_settings
from mnist_core.store.artifacts import RunFiles, is_run_id
from mnist_core.store.processes import is_alive
from mnist_core.store.records import MetricPoint, Outcome, RunError, RunRecord, RunState
from mnist_core.store.rows import record_of
from mnist_core.store.tables import METRIC_NAMES, metadata, metrics, runs

_ACTIVE = (RunState.QUEUED.value, RunState.RUNNING.value)


class Store:
    """Access to the database and to the run folders.

    Safe to use from several threads and processes.

    Parameters
    ----------
    settings : Settings
        Names the folders.

    Raises
    ------
    StorageError
        If the home folder can't be written or the database can't be opened.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        with storage_errors(settings.home):
            settings.home.mkdir(parents=True, exist_ok=True)
        self._engine = create_engine(f"sqlite:///{settings.database_path}", connect_args={"timeout": 15})
        event.listen(self._engine, "connect", _configure_connection)
        with self._begin() as connection:
            metadata.create_all(connection)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    # creating and finding runs

    def create(self, config: RunConfig, name: str, *, owner: str | None = None, recipe: str | None = None) -> str:
        """Record a new queued run and return its id."""
        now = time.time()
        run_id = f"{datetime.fromtimestamp(now, UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"
        with self._begin() as connection:
            connection.execute(
                insert(runs).values(
                    id=run_id,
                    name=name,
                    config=config.to_json(),
                    fingerprint=config.fingerprint(),
                    state=RunState.QUEUED.value,
                    owner=owner,
                    recipe=recipe,
                    created=now,
                    updated=now,
                )
            )
        with storage_errors(self.settings.runs_dir):
            self.files(run_id).folder.mkdir(parents=True, exist_ok=True)
        return run_id

    def get(self, run_id: str) -> RunRecord:
        """Return one run; raises `RunNotFoundError`."""
        if not is_run_id(run_id):
            # Not repeated to the reader: it may be anything that somebody put into a link.
            raise RunNotFoundError("There is no run with this id.")
        with self._begin() as connection:
            row = connection.execute(select(runs).where(runs.c.id == run_id)).first()
        if row is None:
            raise RunNotFoundError("There is no run {run_id}.", run_id=run_id)
        return record_of(row)

    def find(
        self,
        *,
        states: Sequence[RunState] | None = None,
        owner: str | None = None,
        limit: int = 200,
        oldest_first: bool = False,
    ) -> list[RunRecord]:
        """Return runs, newest first unless told otherwise.

        A run whose configuration can't be read (written by a newer version, say) is left out, so
        that it does not hide all the others.
        """
        columns = (runs.c.created, runs.c.id)
        order = columns if oldest_first else tuple(column.desc() for column in columns)
        query = select(runs).order_by(*order).limit(limit)
        if states is not None:
            query = query.where(runs.c.state.in_([state.value for state in states]))
        if owner is not None:
            query = query.where(runs.c.owner == owner)
        with self._begin() as connection:
            rows = connection.execute(query).all()
        records = []
        for row in rows:
            with suppress(ConfigError):
                records.append(record_of(row))
        return records

    def find_completed(self, fingerprint: str) -> RunRecord | None:
        """Return the newest completed run of a configuration, if there is one."""
        query = (
            select(runs)
            .where(runs.c.fingerprint == fingerprint, runs.c.state == RunState.COMPLETED.value)
            .order_by(runs.c.created.desc())
            .limit(1)
        )
        with self._begin() as connection:
            row = connection.execute(query).first()
        return record_of(row) if row else None

    def queue_position(self, run_id: str) -> int:
        """Return how many queued runs come before this one."""
        created = select(runs.c.created).where(runs.c.id == run_id).scalar_subquery()
        query = select(runs.c.id).where(runs.c.state == RunState.QUEUED.value, runs.c.created < created)
        with self._begin() as connection:
            return len(connection.execute(query).all())

    def files(self, run_id: str) -> RunFiles:
        """Return the paths of a run's files."""
        return RunFiles(self.settings.runs_dir, run_id)

    # changing state

    def claim(self, run_id: str, process: psutil.Process) -> bool:
        """Turn a queued run into a running one that belongs to `process`.

        Returns False where another process was faster or the run is not queued any more.
        """
        now = time.time()
        return self._change(
            run_id,
            (RunState.QUEUED,),
            state=RunState.RUNNING.value,
            started=now,
            phase="start",
            pid=process.pid,
            pid_started=process.create_time(),
        )

    def finish(
        self,
        run_id: str,
        state: RunState,
        *,
        outcome: Outcome | None = None,
        error: RunError | None = None,
        pid: int | None = None,
    ) -> bool:
        """End a run. Returns False where it had ended before, or belongs to another process than `pid`."""
        values: dict[str, Any] = {"state": state.value, "finished": time.time(), "phase": ""}
        if outcome is not None:
            values["outcome"] = asdict(outcome)
            values["device"] = outcome.device
        if error is not None:
            values["error"] = asdict(error)
        mine = () if pid is None else (or_(runs.c.pid.is_(None), runs.c.pid == pid),)
        return self._change(run_id, (RunState.QUEUED, RunState.RUNNING), *mine, **values)

    def request_stop(self, run_id: str, owner: str | None) -> RunRecord:
        """Ask for the end of a run, in the name of `owner`.

        A queued run is stopped at once; a running one by its process.

        Raises
        ------
        NotOwnerError
            If the run belongs to somebody else.
        RunStateError
            If the run has ended already.
        """
        record = self.get(run_id)
        if record.owner != owner:
            raise NotOwnerError("This run belongs to another visitor, so only they can stop it.")
        if self._change(run_id, (RunState.QUEUED,), state=RunState.STOPPED.value, finished=time.time()):
            return self.get(run_id)
        if not self._change(run_id, (RunState.RUNNING,), stop_requested=True):
            raise RunStateError("This run has already ended.")
        return self.get(run_id)

    def update_progress(self, run_id: str, **values: Any) -> None:
        """Write phase, device, epoch, step or steps_per_epoch of a running run."""
        self._change(run_id, (RunState.RUNNING,), **values)

    def mark_interrupted(self, spare: Collection[str] = ()) -> list[str]:
        """Mark every running run whose process is gone; return their ids.

        Runs in `spare` are left to the caller, who knows better why their process ended.
        """
        gone = []
        for record in self.find(states=[RunState.RUNNING]):
            if record.id in spare:
                continue
            if not is_alive(record.pid, record.pid_started) and self.finish(
                record.id,
                RunState.INTERRUPTED,
                error=RunError(
                    code="process_gone",
                    template="The program that trained this run ended before the run was finished.",
                ),
            ):
                gone.append(record.id)
        return gone

    # metrics

    def add_points(self, run_id: str, points: Sequence[MetricPoint]) -> None:
        """Append metric points and remember the newest as progress, in one transaction."""
        if not points:
            return
        rows = [
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
        with self._begin() as connection:
            connection.execute(insert(metrics), rows)
            connection.execute(
                update(runs)
                .where(runs.c.id == run_id, runs.c.state == RunState.RUNNING.value)
                .values(epoch=points[-1].epoch, step=points[-1].step, updated=time.time())
            )

    def points(self, run_id: str, kind: str | None = None) -> list[MetricPoint]:
        """Return a run's metric points in the order in which they came."""
        query = select(metrics).where(metrics.c.run_id == run_id).order_by(metrics.c.id)
        if kind is not None:
            query = query.where(metrics.c.kind == kind)
        with self._begin() as connection:
            rows = connection.execute(query).all()
        return [
            MetricPoint(
                kind=row.kind,
                step=row.step,
                epoch=row.epoch,
                seconds=row.seconds,
                values={name: value for name in METRIC_NAMES if (value := getattr(row, name)) is not None},
            )
            for row in rows
        ]

    def history(self, run_id: str) -> dict[str, list[float]]:
        """Return one list per metric with its value after each epoch."""
        points = self.points(run_id, "epoch")
        return {
            name: [point.values[name] for point in points if name in point.values]
            for name in METRIC_NAMES
            if any(name in point.values for point in points)
        }

    # inside

    def _change(self, run_id: str, states: Sequence[RunState], *conditions: ColumnElement[bool], **values: Any) -> bool:
        statement = (
            update(runs)
            .where(runs.c.id == run_id, runs.c.state.in_([state.value for state in states]), *conditions)
            .values(updated=time.time(), **values)
        )
        with self._begin() as connection:
            changed: int = connection.execute(statement).rowcount
        return changed == 1

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except (OperationalError, DBAPIError) as error:
            raise StorageError(
                "The database {path} can't be used: {reason}. Check that the disk is not full and that the "
                "folder can be written.",
                path=self.settings.database_path,
                reason=str(error.orig),
            ) from error


def _configure_connection(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    # Readers don't wait for the writer in WAL mode; NORMAL keeps the file whole after a crash.
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@lru_cache(maxsize=1)
def shared_store() -> Store:
    """Return the store of this process."""
    return Store(get_settings())
