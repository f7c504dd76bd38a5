"""Visitors who want everything of theirs to be deleted."""

import time
from dataclasses import dataclass
from functools import partial

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, select, update

from mnist_core.store.classrooms import Classrooms
from mnist_core.store.lesson_progress import LessonProgress
from mnist_core.store.personal_links import PersonalLinks
from mnist_core.store.records import RunState
from mnist_core.store.run_table import RunTable
from mnist_core.store.studies import Studies
from mnist_core.store.tables import drawings, runs, visitors

_DAY = 24 * 3600.0
_AT_ONCE = 100  # visitors: the others' turn comes a minute later


@dataclass(frozen=True)
class Belongings:
    """What is kept of a visitor.

    Attributes
    ----------
    runs : int
        Runs, deleted ones too that can still be brought back.
    training : int
        Those of them that train at the moment.
    drawings : int
        Drawings that were collected to teach networks with.
    steps : int
        Steps of lessons that were done, or guessed in.
    studies : int
        Groups of runs with a question.
    """

    runs: int
    training: int
    drawings: int
    steps: int
    studies: int = 0

    @property
    def is_nothing(self) -> bool:
        """Whether there are neither runs nor drawings, nor steps of lessons, nor studies."""
        return not (self.runs or self.drawings or self.steps or self.studies)


class Leaving:
    """Deletes everything of a visitor: runs, drawings, link, lessons, studies, nickname, and that they were here.

    Owns when a visitor began to leave, and removes rows of all kinds, but never another visitor's: what others trained
    on from a run has copies of what it needs. `ask` does it at once for all but what trains, which is asked to stop; as
    soon as that has stopped, `finish` removes it. Both are one transaction. `finish` may be called by anybody and at
    any time; the app that leads does so until nobody is left.
    """

    def __init__(
        self,
        table: RunTable,
        links: PersonalLinks,
        lessons: LessonProgress,
        studies: Studies,
        classrooms: Classrooms,
    ) -> None:
        self._table, self._links, self._lessons, self._studies = table, links, lessons, studies
        self._classrooms, self._database = classrooms, table.database

    def kept(self, owner: str) -> Belongings:
        """Return what is kept of a visitor."""
        own = runs.c.owner == owner
        with self._database.begin() as connection:
            return Belongings(
                runs=connection.execute(select(func.count()).where(own)).scalar_one(),
                training=connection.execute(select(func.count()).where(own, _training())).scalar_one(),
                drawings=connection.execute(select(func.count()).where(drawings.c.owner == owner)).scalar_one(),
                steps=self._lessons.count(connection, owner),
                studies=self._studies.count(connection, owner),
            )

    def ask(self, owner: str) -> Belongings:
        """Delete everything of a visitor and have runs that train stopped; return what there was.

        What the visitor begins afterwards stays. On a full disk too.
        """
        before = self.kept(owner)
        self._table.database.in_any_case(lambda: self._mark(owner))
        self.finish()
        return before

    def forget_absent(self) -> int:
        """Delete everything of visitors who stayed away for `Settings.forget_days`; return of how many."""
        days = self._database.settings.forget_days
        if days is None:
            return 0
        away = (
            visitors.c.seen < time.time() - days * _DAY,
            ~_leaving(),
            ~exists().where(runs.c.owner == visitors.c.id, _training()),
        )
        found = self._database.rows(select(visitors.c.id).where(*away).limit(_AT_ONCE))
        # Asked again with each of them: somebody may come back at this moment.
        gone = sum(self._database.in_any_case(partial(self._mark, row.id, *away)) for row in found)
        if gone:
            self.finish()
        return gone

    def finish(self) -> int:
        """Remove what can be removed of all who are leaving by now; return how many of their runs train still."""
        if not self._database.rows(select(visitors.c.id).where(visitors.c.leaving.is_not(None)).limit(1)):
            return 0
        gone, left = self._table.database.in_any_case(self._remove)
        for run_id in gone:  # after the record: what is left over is swept later, a record without files would stay
            self._table.artifacts.remove(run_id)
            for file in self._database.settings.temporary_dir.glob(f"*{run_id}*"):  # its bundles
                file.unlink(missing_ok=True)
        return left

    def is_leaving(self, owner: str) -> bool:
        """Whether runs of a visitor who asked for it train still."""
        return bool(self._database.rows(select(visitors.c.id).where(visitors.c.id == owner, _leaving())))

    def _mark(self, owner: str, *conditions: ColumnElement[bool]) -> bool:
        """Begin to delete what is a visitor's, if that meets all conditions; return whether it does."""
        with self._database.begin() as connection:
            # Not by the clock alone: another computer's, which made the last run, may be ahead.
            newest = connection.execute(select(func.max(runs.c.created)).where(runs.c.owner == owner)).scalar_one()
            now = max(time.time(), newest or 0.0)
            marked = update(visitors).where(visitors.c.id == owner, *conditions).values(leaving=now)
            known = connection.execute(marked).rowcount
            if not known and conditions:
                return False
            if not known:
                connection.execute(insert(visitors).values(id=owner, since=now, seen=now, leaving=now))
            connection.execute(delete(drawings).where(drawings.c.owner == owner))
            self._links.forget(connection, owner)
            self._lessons.forget_all(connection, owner)
            self._classrooms.forget_pupil(connection, owner)
            self._studies.forget_all(connection, owner)
            # Nobody else looks on while it stops.
            stopped = {"stop_requested": True, "shared": False, "updated": now}
            connection.execute(update(runs).where(runs.c.owner == owner, _training()).values(**stopped))
        return True

    def _remove(self) -> tuple[list[str], int]:
        with self._database.begin() as connection:
            theirs = exists().where(visitors.c.id == runs.c.owner, _asked_for())
            resting = delete(runs).where(theirs, ~_training()).returning(runs.c.id)
            gone = [row.id for row in connection.execute(resting)]
            left = connection.execute(select(func.count()).select_from(runs).where(theirs)).scalar_one()
            self._forget_visitors(connection)
        return gone, left

    def _forget_visitors(self, connection: Connection) -> None:
        """Forget who has left; who trains or draws again already stays as one who is new."""
        connection.execute(
            delete(visitors).where(
                _leaving(),
                ~exists().where(runs.c.owner == visitors.c.id),
                ~exists().where(drawings.c.owner == visitors.c.id),
            )
        )
        older = exists().where(runs.c.owner == visitors.c.id, _asked_for())
        again = {"since": visitors.c.leaving, "leaving": None, "trained": False}
        connection.execute(update(visitors).where(_leaving(), ~older).values(**again))


def _training() -> ColumnElement[bool]:
    return runs.c.state == RunState.RUNNING.value


def _leaving() -> ColumnElement[bool]:
    return visitors.c.leaving.is_not(None)


def _asked_for() -> ColumnElement[bool]:
    """Return the SQL for runs that were there when their visitor asked, where both tables are in the query."""
    return runs.c.created <= visitors.c.leaving
