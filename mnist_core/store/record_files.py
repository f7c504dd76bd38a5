"""What each run's folder says about the run, so that a lost database can be made anew from the folders.

``record.json`` is the run's row, ``curve.npz`` its curve. `RunTable` and `Metrics` say when they are written.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import JSON, Column, Row

from mnist_core.store.records import MetricPoint
from mnist_core.store.tables import METRIC_NAMES, runs
from mnist_core.system.files import replacing, storage_errors
from mnist_core.system.saying import complain

_FORMAT = 1
# A process is gone when the record is read, and the small curve is made anew.
_LEFT_OUT = ("pid", "pid_started", "holder", "curve")
_REQUIRED = [column.name for column in runs.columns if not (column.nullable or column.default or column.server_default)]
_KINDS = ("batch", "epoch")


def tell_unwritten(path: Path, error: OSError) -> None:
    """Say that a folder tells less than the database: the disk is full, say."""
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
        complain(f"What {path} says of its run can't be read.", error)
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
