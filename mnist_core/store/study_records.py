"""What the store holds of studies, as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from mnist_core.config.study import Question
from mnist_core.text import Phrase


class StudyState(StrEnum):
    """Where a study is in its life."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    COMPLETED = "completed"
    FAILED = "failed"

    @property
    def is_finished(self) -> bool:
        """Whether no more trials begin, unless somebody asks for some."""
        return self not in (StudyState.RUNNING, StudyState.PAUSED)


class TrialState(StrEnum):
    """Where a trial is in its life."""

    RUNNING = "running"
    COMPLETED = "completed"
    PRUNED = "pruned"
    FAILED = "failed"

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to it."""
        return self is not TrialState.RUNNING


@dataclass(frozen=True, kw_only=True)
class TrialRecord:
    """One trial: a run of a study. Times are UTC.

    Attributes
    ----------
    number : int
        In its study, from 0.
    run_id : str or None
        Its run; None until it has one, and where it could not be begun.
    state : TrialState
    values : mapping of str to value
        What was tried, by the name of a `mnist_core.config.study.Parameter`; conditional ones may be missing.
    value : float or None
        What it is measured by (`Question.objective`), once known; of a pruned one as it was last.
    history : sequence of float
        The same after each epoch, the first one first.
    cached : bool
        Whether a run that was there before answered.
    error : Phrase or None
        Why it failed, in words.
    """

    number: int
    run_id: str | None
    state: TrialState
    values: Mapping[str, Any]
    value: float | None
    history: Sequence[float]
    cached: bool
    began: datetime
    ended: datetime | None
    error: Phrase | None = None


@dataclass(frozen=True, kw_only=True)
class StudyRecord:
    """One study as the store knows it. Times are UTC.

    Attributes
    ----------
    question : Question
        As it was asked; `trials` is how many are wanted by now, of which repetitions of failed ones do not count.
    owner, address : str or None
        Whose it is, and where they came from, as of a run.
    shared, pinned : bool
        Whether everyone may look at it; whether it is starred, and its runs so never cleaned away.
    deleted : datetime or None
        When its owner deleted it; it can still be brought back.
    error : Phrase or None
        Why it failed, in words.
    repeats : str or None
        The study whose winner this one repeats.
    """

    id: str
    name: str
    question: Question
    state: StudyState
    owner: str | None
    address: str | None
    created: datetime
    finished: datetime | None
    trials: int
    shared: bool
    pinned: bool
    deleted: datetime | None
    error: Phrase | None = None
    repeats: str | None = None
