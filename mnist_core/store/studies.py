"""Studies: groups of runs with a question."""

import secrets
import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, true, update

from mnist_core.config.study import Question
from mnist_core.config.wording import MAX_NAME
from mnist_core.errors import ConfigError, LimitError, NotOwnerError, RunNotFoundError, RunStateError
from mnist_core.store.bin import UNDO_SECONDS, Bin
from mnist_core.store.records import RunState, Visitor
from mnist_core.store.rows_of_studies import study_of, trial_of, written
from mnist_core.store.run_table import RunTable
from mnist_core.store.study_records import StudyRecord, StudyState, TrialRecord
from mnist_core.store.tables import runs, studies, trials
from mnist_core.store.trials import Trials
from mnist_core.store.visitors import Visitors
from mnist_core.system.saying import complain
from mnist_core.text import Phrase, one_line

_UNDER_WAY = (StudyState.RUNNING.value, StudyState.PAUSED.value)


class Studies:
    """Remembers studies; owns their table.

    A change of state is one conditional update that names the states it begins with. Owners may pause, resume, stop,
    ask for more trials, name, star, share, delete and bring back; the app that leads ends them
    (`mnist_core.studies.driver`).
    """

    def __init__(self, table: RunTable, visitors: Visitors, bin: Bin, trials: Trials) -> None:
        self._table, self._database, self._visitors, self._bin = table, table.database, visitors, bin
        self._trials = trials

    # making and finding

    def create(
        self,
        question: Question,
        name: str,
        *,
        visitor: Visitor,
        shared: bool | None = None,
        repeats: str | None = None,
    ) -> str:
        """Record a new study, which begins at once; return its id."""
        study_id, now = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{secrets.token_hex(4)}", time.time()
        with self._database.begin() as connection:
            self._visitors.meet(connection, visitor.id, visitor.address)
            connection.execute(
                insert(studies).values(
                    id=study_id,
                    name=_checked_name(name),
                    question=question.to_json(),
                    state=StudyState.RUNNING.value,
                    owner=visitor.id,
                    address=visitor.address,
                    created=now,
                    trials=question.trials,
                    shared=self._database.settings.share_new_runs if shared is None else shared,
                    pinned=False,
                    error="",
                    repeats=repeats,
                )
            )
        return study_id

    def get(self, study_id: str) -> StudyRecord:
        """Return a study; raises `RunNotFoundError`, also for a deleted one."""
        found = self._records(select(studies).where(studies.c.id == study_id, studies.c.deleted.is_(None)))
        if not found:
            raise RunNotFoundError("There is no study with this id.")
        return found[0]

    def seen(self, study_id: str, visitor: Visitor) -> StudyRecord:
        """Return a study that the visitor may look at; raises `RunNotFoundError` and `NotOwnerError`."""
        record = self.get(study_id)
        if not may_see(record, visitor):
            raise NotOwnerError("This study is private: only the visitor who began it can look at it.")
        return record

    def find(
        self,
        *,
        states: Sequence[StudyState] | None = None,
        owner: str | None = None,
        visible_to: Visitor | None = None,
        repeats: str | None = None,
        limit: int = 100,
        oldest_first: bool = False,
    ) -> list[StudyRecord]:
        """Return studies, newest first unless told otherwise; those that this version can't read are left out."""
        order = (studies.c.created, studies.c.id)
        query = select(studies).where(studies.c.deleted.is_(None)).limit(limit)
        query = query.order_by(*(order if oldest_first else [column.desc() for column in order]))
        if states is not None:
            query = query.where(studies.c.state.in_([state.value for state in states]))
        if owner is not None:
            query = query.where(studies.c.owner == owner)
        if visible_to is not None:
            query = query.where(seen_by(visible_to))
        if repeats is not None:
            query = query.where(studies.c.repeats == repeats)
        return self._records(query)

    def of_run(self, run_id: str) -> tuple[StudyRecord, TrialRecord] | None:
        """Return the study that asked for a run, and its trial there; None for all other runs."""
        query = (
            select(trials)
            .join(runs, (runs.c.id == trials.c.run_id) & (runs.c.study == trials.c.study_id))
            .where(trials.c.run_id == run_id)
        )
        for row in self._database.rows(query):
            for record in self._records(
                select(studies).where(studies.c.id == row.study_id, studies.c.deleted.is_(None))
            ):
                return record, trial_of(row)
        return None

    def own(self, study_id: str, visitor: Visitor) -> StudyRecord:
        """Return a study that the visitor may change; raises `RunNotFoundError` and `NotOwnerError`."""
        record = self.get(study_id)
        if not may_change(record, visitor):
            raise NotOwnerError("This study belongs to another visitor, so only they can change it.")
        return record

    # what its owner asks for

    def pause(self, study_id: str, visitor: Visitor) -> None:
        """Begin no more trials for now; those that train go on. Raises as `own`, and `RunStateError`."""
        self._ask(study_id, visitor, (StudyState.RUNNING,), state=StudyState.PAUSED.value)

    def resume(self, study_id: str, visitor: Visitor) -> None:
        """Go on with a paused or stopped study; raises as `pause`."""
        resting = (StudyState.PAUSED, StudyState.STOPPED, StudyState.FAILED)
        self._ask(study_id, visitor, resting, state=StudyState.RUNNING.value, finished=None, error="")

    def stop(self, study_id: str, visitor: Visitor) -> None:
        """Begin no more trials; those that train are stopped by whoever leads. Raises as `pause`."""
        under_way = (StudyState.RUNNING, StudyState.PAUSED)
        self._ask(study_id, visitor, under_way, state=StudyState.STOPPED.value, finished=time.time())

    def add_trials(self, study_id: str, n: int, visitor: Visitor, most: int) -> None:
        """Let a study make `n` more trials, `most` in all, also after its end.

        Raises
        ------
        RunNotFoundError, NotOwnerError
            As `own`.
        LimitError
            If it would have more.
        """
        self.own(study_id, visitor)
        again = {"state": StudyState.RUNNING.value, "finished": None, "error": ""}
        more = update(studies).where(studies.c.id == study_id, studies.c.trials + n <= most)
        with self._database.begin() as connection:
            done = connection.execute(more.values(trials=studies.c.trials + n, **again)).rowcount
        if not done:
            raise LimitError("A study has at most {most} trials here. Ask for fewer.", most=most)

    def rename(self, study_id: str, name: str, visitor: Visitor) -> None:
        """Give a study another name; raises `ConfigError` for an empty or endless one."""
        self.own(study_id, visitor)
        self._set(study_id, name=_checked_name(name))

    def set_pinned(self, study_id: str, pinned: bool, visitor: Visitor) -> None:
        """Star a study and its runs, which keeps them from being cleaned away, or take the star back."""
        self.own(study_id, visitor)
        self._set_with_runs(study_id, pinned=pinned)

    def set_shared(self, study_id: str, shared: bool, visitor: Visitor) -> None:
        """Let everyone look at a study and its runs, or only its owner."""
        self.own(study_id, visitor)
        self._set_with_runs(study_id, shared=shared)

    def delete(self, study_id: str, visitor: Visitor) -> None:
        """Delete a study with the runs that it asked for; `undelete` brings all of them back for ten minutes.

        Raises
        ------
        RunNotFoundError, NotOwnerError
            As `own`.
        RunStateError
            If one of its runs trains.
        """
        self.own(study_id, visitor)
        moment = time.time()
        self._bin.delete_all(self._runs_of(study_id), visitor, moment)
        self._set(study_id, deleted=moment)
        with self._database.begin() as connection:
            connection.execute(
                update(studies)
                .where(studies.c.id == study_id, studies.c.state.in_(_UNDER_WAY))
                .values(state=StudyState.STOPPED.value, finished=time.time())
            )

    def undelete(self, study_id: str, visitor: Visitor) -> StudyRecord:
        """Bring a deleted study back with the runs that went with it, but for those that had not begun.

        Raises
        ------
        RunNotFoundError
            If its time is over.
        LimitError
            If its runs would take more of the disk than is allowed.
        """
        since = time.time() - UNDO_SECONDS
        found = self._records(select(studies).where(studies.c.id == study_id, studies.c.deleted >= since))
        if not found or not may_change(found[0], visitor):
            raise RunNotFoundError("There is no deleted study with this id to bring back.")
        begun = runs.c.state != RunState.QUEUED.value
        for run_id in self._runs_of(study_id, self._deleted_with(study_id), begun):
            self._bin.undelete(run_id, visitor)
        self._set(study_id, deleted=None)
        return self.get(study_id)

    def deleted(self, visitor: Visitor) -> list[StudyRecord]:
        """Return the deleted studies that the visitor may bring back, latest deletion first."""
        query = select(studies).where(studies.c.deleted >= time.time() - UNDO_SECONDS)
        if not visitor.is_admin:
            query = query.where(studies.c.owner == (visitor.id or ""))
        return self._records(query.order_by(studies.c.deleted.desc()))

    def deleted_with(self, study_id: str) -> int:
        """Return how many runs were deleted with a study that can be brought back."""
        return len(self._runs_of(study_id, self._deleted_with(study_id)))

    # what the app that leads writes

    def end(self, study_id: str, state: StudyState, why: Phrase | None = None, *, trials: int | None = None) -> None:
        """End a study that runs; with `trials` only if no more than these are wanted still."""
        only = [studies.c.id == study_id, studies.c.state == StudyState.RUNNING.value]
        if trials is not None:
            only.append(studies.c.trials == trials)
        with self._database.begin() as connection:
            ended = {"state": state.value, "finished": time.time(), "error": written(why)}
            connection.execute(update(studies).where(*only).values(**ended))

    def ids(self) -> set[str]:
        """Return the ids of all studies, deleted ones too that can be brought back."""
        return {row.id for row in self._database.rows(select(studies.c.id))}

    def sweep(self) -> list[str]:
        """Remove deleted studies whose time is over, with their trials; return which."""
        over = studies.c.deleted < time.time() - UNDO_SECONDS
        if not self._database.rows(select(studies.c.id).where(over).limit(1)):
            return []
        with self._database.begin() as connection:
            return self._remove(connection, over)

    # of a visitor who leaves

    def count(self, connection: Connection, owner: str) -> int:
        """Return how many studies are kept of a visitor, within the caller's transaction."""
        count: int = connection.execute(select(func.count()).where(studies.c.owner == owner)).scalar_one()
        return count

    def forget_all(self, connection: Connection, owner: str) -> None:
        """Forget everything of a visitor, within the caller's transaction."""
        self._remove(connection, studies.c.owner == owner)

    # how

    def _records(self, query: Any) -> list[StudyRecord]:
        records = []
        for row in self._database.rows(query):
            try:
                records.append(study_of(row))
            except (ConfigError, ValueError) as error:
                _tell_unreadable(row.id, str(error))
        return records

    def _runs_of(self, study_id: str, *conditions: ColumnElement[bool]) -> list[str]:
        """Return the runs that a study asked for, those that are not deleted unless conditions say otherwise."""
        which = conditions or (runs.c.deleted.is_(None),)
        return [row.id for row in self._database.rows(select(runs.c.id).where(runs.c.study == study_id, *which))]

    def _deleted_with(self, study_id: str) -> ColumnElement[bool]:
        return runs.c.deleted == select(studies.c.deleted).where(studies.c.id == study_id).scalar_subquery()

    def _set_with_runs(self, study_id: str, **values: Any) -> None:
        """Change a study and all its runs; their folders say so, or nothing is changed."""
        ids = sorted(self._runs_of(study_id, true()))
        with self._table.changing(*ids, must_be_kept=True) as connection:
            connection.execute(update(studies).where(studies.c.id == study_id).values(**values))
            connection.execute(update(runs).where(runs.c.study == study_id).values(**values))

    def _ask(self, study_id: str, visitor: Visitor, states: Sequence[StudyState], **values: Any) -> None:
        self.own(study_id, visitor)
        allowed = studies.c.state.in_([state.value for state in states])
        with self._database.begin() as connection:
            done = connection.execute(
                update(studies).where(studies.c.id == study_id, allowed).values(**values)
            ).rowcount
        if not done:
            raise RunStateError("The study is not in a state for that any more. Look at it again.")

    def _set(self, study_id: str, **values: Any) -> None:
        def write() -> None:
            with self._database.begin() as connection:
                connection.execute(update(studies).where(studies.c.id == study_id).values(**values))

        self._database.in_any_case(write)

    def _remove(self, connection: Connection, *conditions: ColumnElement[bool]) -> list[str]:
        gone = [row.id for row in connection.execute(select(studies.c.id).where(*conditions))]
        if not gone:
            return []
        self._trials.forget(connection, gone)
        connection.execute(delete(studies).where(studies.c.id.in_(gone)))
        return gone


def may_change(record: StudyRecord, visitor: Visitor) -> bool:
    """Whether a visitor may pause, stop, rename or delete a study."""
    return visitor.is_admin or (visitor.id is not None and visitor.id == record.owner)


def may_see(record: StudyRecord, visitor: Visitor) -> bool:
    """Whether a visitor may look at a study."""
    return record.shared or may_change(record, visitor)


def seen_by(visitor: Visitor) -> ColumnElement[bool]:
    """Return the condition that a visitor may look at a study."""
    return true() if visitor.is_admin else or_(studies.c.shared, studies.c.owner == (visitor.id or ""))


def _checked_name(name: str) -> str:
    name = one_line(name)
    if not 0 < len(name) <= MAX_NAME:
        raise ConfigError("A name has 1 to {most} characters. Received: {n}", most=MAX_NAME, n=len(name))
    return name


@lru_cache(maxsize=1000)
def _tell_unreadable(study_id: str, why: str) -> None:
    complain(f"Study {study_id} is left out of lists, because this version can't read it. {why}")
