"""What can still be read of a damaged database."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from mnist_core.store.record_files import known_columns
from mnist_core.store.records import MetricPoint
from mnist_core.store.tables import METRIC_NAMES, drawings, metrics, runs

_JSON = ("outcome", "error", "shipped", "imported")
_FLAGS = ("stop_requested", "pause_requested", "shared", "pinned")
_GAP = 2000  # rows that can't be read are passed over, up to so many numbers in a row


def salvaged_runs(path: Path) -> dict[str, tuple[dict[str, Any], list[MetricPoint]]]:
    """Return columns and curve of each run that can be read."""
    found: dict[str, tuple[dict[str, Any], list[MetricPoint]]] = {}
    for row in _rows(path, runs.name):
        try:
            row |= {name: json.loads(row[name]) for name in _JSON if row.get(name) is not None}
            row |= {name: bool(row[name]) for name in _FLAGS if row.get(name) is not None}
            json.loads(row["config"])
        except (ValueError, TypeError, KeyError):
            continue
        values = known_columns(row)
        if values is not None and values.get("shipped") is None:
            found[values["id"]] = values, []
    for row in _rows(path, metrics.name):
        if row.get("run_id") in found and isinstance(row.get("step"), int):
            figures = {name: row[name] for name in METRIC_NAMES if isinstance(row.get(name), float)}
            point = MetricPoint(
                kind=row["kind"], step=row["step"], epoch=row["epoch"], seconds=row["seconds"], values=figures
            )
            found[row["run_id"]][1].append(point)
    return found


def salvaged_drawings(path: Path) -> list[dict[str, Any]]:
    """Return the visitors' drawings that can be read, as rows of their table without ids."""
    names = [column.name for column in drawings.columns if column.name != "id"]
    rows = [{name: row.get(name) for name in names} for row in _rows(path, drawings.name)]
    return [
        row for row in rows if isinstance(row["image"], bytes) and len(row["image"]) == 784 and None not in row.values()
    ]


def _rows(path: Path, table: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table that can be read, in the order in which they were written."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        last = 0
        failures = 0
        while failures < _GAP:
            try:
                query = f"SELECT rowid AS number, * FROM {table} WHERE rowid > ? ORDER BY rowid"  # noqa: S608
                for row in connection.execute(query, (last,)):
                    last, failures = row["number"], 0
                    yield {name: row[name] for name in row.keys()}  # noqa: SIM118
                return
            except sqlite3.Error as error:
                if not _is_damage(error):
                    return
                last, failures = last + 1, failures + 1


def _is_damage(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CORRUPT
