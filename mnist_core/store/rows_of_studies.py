"""How studies and trials are read from their tables, and their errors written."""

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Row

from mnist_core.config.study import Question
from mnist_core.errors import jsonable
from mnist_core.store.study_records import StudyRecord, StudyState, TrialRecord, TrialState
from mnist_core.store.tables import studies, trials
from mnist_core.text import Phrase, told


def written(why: Phrase | None) -> str:
    """Return an error as its column has it."""
    return "" if why is None else json.dumps(jsonable(why))


def study_of(row: Row[Any]) -> StudyRecord:
    """Return a study; raises `ConfigError` and `ValueError` for one that this version can't read."""
    values = {column.name: row._mapping[column.name] for column in studies.columns}
    values["question"] = _question(values["question"])
    values["state"] = StudyState(values["state"])
    values["error"] = _read(values["error"])
    return StudyRecord(**values | {name: _time(values[name]) for name in ("created", "finished", "deleted")})


def trial_of(row: Row[Any]) -> TrialRecord:
    """Return a trial."""
    values = {column.name: row._mapping[column.name] for column in trials.columns if column.name != "study_id"}
    values["state"] = TrialState(values["state"])
    values["error"] = _read(values["error"])
    return TrialRecord(**values | {name: _time(values[name]) for name in ("began", "ended")})


@lru_cache(maxsize=500)
def _question(text: str) -> Question:
    return Question.from_json(text)


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _read(text: str) -> Phrase | None:
    return told(**json.loads(text)) if text else None
