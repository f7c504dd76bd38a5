"""How far visitors are in lessons."""

import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, exists, func, select

from mnist_core.store.database import Database
from mnist_core.store.tables import lesson_steps, visitors


@dataclass(frozen=True)
class LessonState:
    """What a visitor did in one lesson.

    Attributes
    ----------
    done : frozenset of str
        Ids of steps that were gone through.
    guesses : dict of str to int
        What was guessed, by step: the option, counted from 1.
    """

    done: frozenset[str] = frozenset()
    guesses: dict[str, int] = field(default_factory=dict)


class LessonProgress:
    """Remembers the steps that visitors did; owns their table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, owner: str) -> dict[str, LessonState]:
        """Return what a visitor did, by lesson."""
        done: dict[str, set[str]] = defaultdict(set)
        guesses: dict[str, dict[str, int]] = defaultdict(dict)
        for row in self._database.rows(select(lesson_steps).where(lesson_steps.c.owner == owner)):
            steps = done[row.lesson]
            if row.done:
                steps.add(row.step)
            if row.guess is not None:
                guesses[row.lesson][row.step] = row.guess
        return {lesson: LessonState(frozenset(steps), guesses[lesson]) for lesson, steps in done.items()}

    def newest(self, since: Mapping[str, float]) -> dict[str, tuple[str, str]]:
        """Return the lesson and the step that some visitors did last, by visitor; who did none is left out.

        Parameters
        ----------
        since : mapping of str to float
            Visitors, and the time in Unix seconds before which nothing of theirs is looked at.
        """
        latest = (lesson_steps.c.changed.desc(), lesson_steps.c.lesson, lesson_steps.c.step)
        number = func.row_number().over(partition_by=lesson_steps.c.owner, order_by=latest).label("number")
        steps = select(lesson_steps, number).where(lesson_steps.c.owner.in_(since)).subquery()
        found = self._database.rows(select(steps).where(steps.c.number == 1))
        return {row.owner: (row.lesson, row.step) for row in found if row.changed >= since[row.owner]}

    def keep(self, owner: str, lesson: str, step: str, guess: int | None = None) -> None:
        """Remember that a visitor went through a step, or with a guess that it was made there; the first one counts."""
        row = {"owner": owner, "lesson": lesson, "step": step, "changed": time.time()}
        new: dict[str, Any] = {"guess": guess, "done": guess is None}
        kept: dict[str, Any] = {"changed": row["changed"]}
        kept |= {"done": True} if guess is None else {"guess": func.coalesce(lesson_steps.c.guess, guess)}
        statement = self._database.insert(lesson_steps).values(row | new)
        with self._database.begin() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["owner", "lesson", "step"], set_=kept))

    def count(self, connection: Connection, owner: str) -> int:
        """Return how many steps are kept of a visitor, within the caller's transaction."""
        count: int = connection.execute(select(func.count()).where(lesson_steps.c.owner == owner)).scalar_one()
        return count

    def forget_all(self, connection: Connection, owner: str) -> None:
        """Forget everything of a visitor, within the caller's transaction."""
        connection.execute(delete(lesson_steps).where(lesson_steps.c.owner == owner))

    def sweep(self, before: float, strangers: float) -> None:
        """Forget the steps of visitors who have done none since `before`, in Unix seconds.

        Of those who keep nothing else, so that nobody knows when they were here last, since `strangers`.
        """
        unknown = ~exists().where(visitors.c.id == lesson_steps.c.owner)
        with self._database.begin() as connection:
            for since, conditions in ((before, ()), (strangers, (unknown,))):
                stays = select(lesson_steps.c.owner).where(lesson_steps.c.changed >= since)
                connection.execute(delete(lesson_steps).where(lesson_steps.c.owner.not_in(stays), *conditions))
