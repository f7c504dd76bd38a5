"""What each run's folder says about the run, so that a lost database can be made anew from the folders.

`record.json` is the run's row. It is written within the transaction that changes the row: the lock of the database
gives it one writer at a time, and it never says less than a copy of the database. `curve.npz` is the curve, written by
the process that trains, and by whoever records the end.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import JSON, Column, Connection, Row, select

from mnist_core.errors import DiskFullError
from mnist_core.store.artifacts import RunFiles
from mnist_core.store.database import Database
from mnist_core.store.records import MetricPoint
from mnist_core.store.tables import METRIC_NAMES, metrics, runs
from mnist_core.system.files import replacing, storage_errors
from mnist_core.system.saying import complain

_FORMAT = 1
# A process is gone when the record is read, and the small curve is made anew.
_LEFT_OUT = ("pid", "pid_started", "curve")
_REQUIRED = [column.name for column in runs.columns if not (column.nullable or column.default or column.server_default)]
_KINDS = ("batch", "epoch")


class Folders(Database):
    """Knows the folders of runs, and keeps in each what the database says about its run."""

    def files(self, run_id: str) -> RunFiles:
        """Return the paths of a run's files."""
        return RunFiles(self.settings.runs_dir, run_id)

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

    def keep_curve(self, run_id: str) -> None:
        """Write a run's curve into its folder, for a lost database; where that fails, the log says so."""
        path = self.files(run_id).curve
        points = self.points(run_id)
        try:
            if points and path.parent.is_dir():
                write_curve(path, points)
        except OSError as error:
            _tell(path, error)

    def keep_records(self) -> int:
        """Write the records that folders lack or that say something else, of older versions say; return how many."""
        with self._begin() as connection:
            run_ids = connection.execute(select(runs.c.id)).scalars().all()
        written = 0
        for run_id in run_ids:
            with self._begin() as connection:
                row = connection.execute(select(runs).where(runs.c.id == run_id)).first()
            files = self.files(run_id)
            if row is None or not files.folder.is_dir():
                continue
            if not files.curve.exists() and row.state not in ("queued", "running"):
                self.keep_curve(run_id)
            if read_record(files.record, run_id) != values_of(row):
                with self._begin() as connection:
                    connection.execute(runs.update().where(runs.c.id == run_id).values(id=run_id))  # takes the lock
                    self._write_record(connection, run_id)
                written += 1
        return written

    @contextmanager
    def _changing(self, *run_ids: str, must_be_kept: bool = False) -> Iterator[Connection]:
        """Begin a transaction that changes runs; their folders say so before it ends.

        With `must_be_kept` nothing is changed where the disk is too full for that: what somebody asked for, above all
        that a run is private, shall not come back as it was.
        """
        with self._begin() as connection:
            yield connection
            for run_id in run_ids:
                self._write_record(connection, run_id, must_be_kept)

    def _write_record(self, connection: Connection, run_id: str, must_be_kept: bool = False) -> None:
        """Write a run's row into its folder, if both are there; the caller's transaction has the lock for writing."""
        row = connection.execute(select(runs).where(runs.c.id == run_id)).first()
        path = self.files(run_id).record
        if row is None or not path.parent.is_dir():
            return
        if read_record(path, run_id) == values_of(row):
            return
        try:
            write_record(path, values_of(row))
        except OSError as error:
            if must_be_kept and isinstance(error, DiskFullError):
                raise
            _tell(path, error)


def _tell(path: Path, error: OSError) -> None:
    complain(f"{path} could not be written: {error}")


def values_of(row: Row[Any]) -> dict[str, Any]:
    """Return what a folder says of a row."""
    return {column.name: row._mapping[column.name] for column in runs.columns if column.name not in _LEFT_OUT}


def write_record(path: Path, values: Mapping[str, Any]) -> None:
    """Write a run's columns as JSON for people and programs; raises `StorageError`."""
    try:
        config = json.loads(values["config"])
    except ValueError:
        config = values["config"]
    text = json.dumps({"format": _FORMAT, "run": {**values, "config": config}}, indent=1, ensure_ascii=False)
    with replacing(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def read_record(path: Path, run_id: str) -> dict[str, Any] | None:
    """Return the columns of a run that its folder tells; None where it tells none that can be used."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))["run"]
        if told["id"] != run_id or not isinstance(told["config"], dict):
            return None
        told["config"] = json.dumps(told["config"], sort_keys=True, separators=(",", ":"))
        return known_columns(told)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        complain(f"What {path} says of its run can't be read. {error!r}")
        return None


def known_columns(told: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the columns of a run that this version knows; None where one is missing or is of another type."""
    values = {
        column.name: told[column.name]
        for column in runs.columns
        if column.name in told and column.name not in _LEFT_OUT
    }
    if not all(name in values for name in _REQUIRED):
        return None
    return values if all(_fits(runs.columns[name], value) for name, value in values.items()) else None


def _fits(column: Column[Any], value: Any) -> bool:
    if value is None:
        return bool(column.nullable)
    if isinstance(column.type, JSON):
        return isinstance(value, (dict, list))
    kind = column.type.python_type
    return isinstance(value, (int, float) if kind is float else kind)


def write_curve(path: Path, points: Sequence[MetricPoint]) -> None:
    """Write metric points as arrays, one value each; raises `StorageError`."""
    arrays: dict[str, Any] = {
        "kind": np.array([_KINDS.index(point.kind) for point in points], np.uint8),
        "step": np.array([point.step for point in points], np.int64),
        "epoch": np.array([point.epoch for point in points], np.int64),
        "seconds": np.array([point.seconds for point in points], np.float64),
    }
    for name in METRIC_NAMES:
        arrays[name] = np.array([point.values.get(name, np.nan) for point in points], np.float64)
    with storage_errors(path.parent), replacing(path) as temporary:
        np.savez_compressed(temporary, allow_pickle=False, **arrays)


def read_curve(path: Path) -> list[MetricPoint] | None:
    """Return metric points as `write_curve` wrote them; None where there are none that can be read."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            columns = {name: archive[name].tolist() for name in ("kind", "step", "epoch", "seconds", *METRIC_NAMES)}
        return [
            MetricPoint(
                kind=_KINDS[kind],
                step=step,
                epoch=epoch,
                seconds=seconds,
                values={name: value for name, value in zip(METRIC_NAMES, values, strict=True) if value == value},
            )
            for kind, step, epoch, seconds, *values in zip(*columns.values(), strict=True)
        ]
    except Exception:  # NumPy and zipfile raise a dozen classes for damaged content
        return None
