"""From a row of the database to a record."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from mnist_core.config import RunConfig
from mnist_core.store.records import Outcome, RunError, RunRecord, RunState

_FIELDS = [field.name for field in fields(RunRecord)]


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def record_of(row: Row[Any]) -> RunRecord:
    """Return a row of the table `runs` as a record; raises `ConfigError` for an unreadable configuration."""
    # A column that only a newer version knows is left out.
    values = {name: row._mapping[name] for name in _FIELDS}
    values["config"] = RunConfig.from_json(values["config"])
    values["state"] = RunState(values["state"])
    values["outcome"] = Outcome(**values["outcome"])
    values["error"] = RunError(**values["error"]) if values["error"] else None
    for name in ("created", "started", "finished", "updated"):
        values[name] = _time(values[name])
    return RunRecord(**values)
