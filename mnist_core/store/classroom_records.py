"""Classrooms and pupils, as plain values."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class ClassBeginning(NamedTuple):
    """With what the pupils of a classroom begin; at most one of them.

    Attributes
    ----------
    lesson : str or None
        Id of a lesson.
    config : str or None
        Settings, as `mnist_core.config.links.settings_text` writes them.
    """

    lesson: str | None = None
    config: str | None = None


@dataclass(frozen=True, kw_only=True)
class Classroom:
    """A class of a school, as pupils may know it. Times are UTC.

    Attributes
    ----------
    code : str
        Four words with hyphens between them, by which pupils join.
    ends : datetime
        When it is cleared up by itself.
    beginning : ClassBeginning
    message : str
        What the teacher says to all at the moment; empty for nothing.
    paused : bool
        Whether nothing of its pupils may train for now.
    """

    id: str
    name: str
    code: str
    created: datetime
    ends: datetime
    beginning: ClassBeginning
    message: str
    paused: bool


@dataclass(frozen=True, kw_only=True)
class Pupil:
    """Somebody who joined a classroom. Times are UTC.

    Attributes
    ----------
    owner : str
        The visitor, as runs name their owners. Never shown to anybody.
    nickname : str
        What pupils call themselves, or the teacher calls them.
    watched : str or None
        The run that was played back here last in place of training its settings once more.
    watched_at : datetime or None
        Since when.
    """

    owner: str
    nickname: str
    joined: datetime
    watched: str | None = None
    watched_at: datetime | None = None


class Belonging(NamedTuple):
    """What is still to be removed with a classroom: ids of runs and of studies."""

    runs: list[str]
    studies: list[str]

    @property
    def is_nothing(self) -> bool:
        """Whether nothing is left."""
        return not (self.runs or self.studies)


@dataclass(frozen=True, kw_only=True)
class Over:
    """A classroom that is closed or past its end.

    Attributes
    ----------
    moment : datetime
        When it was over: what pupils begin afterwards is not the classroom's.
    with_runs : bool
        Whether what was trained in it goes with it.
    left : Belonging or None
        What of it is still there; None before anybody looked.
    """

    id: str
    moment: datetime
    with_runs: bool
    pupils: list[Pupil]
    left: Belonging | None


@dataclass(frozen=True, kw_only=True)
class Rest:
    """A classroom whose runs rest, or rested and shall go on.

    Attributes
    ----------
    paused : bool
        Whether they shall rest.
    pupils : list of Pupil
    held : list of str
        Ids of the runs that the teacher had paused.
    """

    id: str
    paused: bool
    pupils: list[Pupil]
    held: list[str]
