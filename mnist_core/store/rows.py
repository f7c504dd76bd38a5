"""From a row of the database to a record."""

from dataclasses import fields
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import Row

from mnist_core.config import RunConfig
from mnist_core.errors import ConfigError
from mnist_core.store.records import Imported, Outcome, RunError, RunRecord, RunState, Shipped
from mnist_core.system.saying import complain

_FIELDS = [field.name for field in fields(RunRecord)]
_Value = TypeVar("_Value", Outcome, RunError, Shipped, Imported)
_KNOWN = {kind: {field.name for field in fields(kind)} for kind in (Outcome, RunError, Shipped, Imported)}
_STATES = frozenset(RunState)


@lru_cache(maxsize=1000)
def tell_unreadable(run_id: str, why: str) -> None:
    """Say that a run is left out of lists because this version can't read its row; once, for lists are read often."""
    complain(f"Run {run_id} is left out of lists, because this version can't read it. {why}")


@lru_cache(maxsize=500)  # as many runs as pages look at again and again; a configuration never changes
def _config(text: str) -> RunConfig:
    return RunConfig.from_json(text)


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _known(kind: type[_Value], values: dict[str, Any]) -> _Value:
    """Return a value of what this version knows of it; a newer one may have written more."""
    return kind(**{name: value for name, value in values.items() if name in _KNOWN[kind]})


def record_of(row: Row[Any]) -> RunRecord:
    """Return a row of the table `runs` as a record; raises `ConfigError` where this version can't read it."""
    # A column that only a newer version knows is left out.
    values = {name: row._mapping[name] for name in _FIELDS}
    values["config"] = _config(values["config"])
    if values["state"] not in _STATES:
        raise ConfigError("This run was written by another version of the dashboard. Update the dashboard to see it.")
    values["state"] = RunState(values["state"])
    values["outcome"] = _known(Outcome, values["outcome"])
    values["error"] = _known(RunError, values["error"]) if values["error"] else None
    values["shipped"] = _known(Shipped, values["shipped"]) if values["shipped"] else None
    values["imported"] = _known(Imported, values["imported"]) if values["imported"] else None
    for name in ("created", "started", "finished", "updated", "deleted"):
        values[name] = _time(values[name])
    return RunRecord(**values)
