"""Studies: groups of runs with a question, and the trials that answer it."""

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, or_, select, true, update

from mnist_core.config.study import Question
from mnist_core.config.wording import MAX_NAME
from mnist_core.errors import ConfigError, LimitError, NotOwnerError, RunNotFoundError, RunStateError, jsonable
from mnist_core.store.bin import UNDO_SECONDS, Bin
from mnist_core.store.records import RunState, Visitor
from mnist_core.store.run_table import RunTable
from mnist_core.store.study_records import StudyRecord, StudyState, TrialRecord, TrialState
from mnist_core.store.tables import runs, studies, trials
from mnist_core.store.visitors import Visitors
from mnist_core.system.saying import complain
from mnist_core.text import Phrase, one_line, told

_UNDER_WAY = (StudyState.RUNNING.value, StudyState.PAUSED.value)


class Studies:
    """Remembers studies and their trials; owns both tables.

    A change of state is one conditional update that names the states it begins with. Owners may pause, resume, stop,
    ask for more trials, name, star, share, delete and bring back; trials are written by the app that leads
    (`mnist_core.studies.driver`). A trial names its run: the run itself is an ordinary one, and may be gone.
    """

    def __init__(self, table: RunTable, visitors: Visitors, bin: Bin) -> None:
        self._table, self._database, self._visitors, self._bin = table, table.database, visitors, bin

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

    def trials(self, study_id: str) -> list[TrialRecord]:
        """Return the trials of a study in the order of their numbers."""
        query = select(trials).where(trials.c.study_id == study_id).order_by(trials.c.number)
        return [_trial_of(row) for row in self._database.rows(query)]

    def count_trials(self, study_ids: Sequence[str]) -> dict[str, dict[TrialState, int]]:
        """Return how many trials some studies have in each state."""
        query = (
            select(trials.c.study_id, trials.c.state, func.count().label("n"))
            .where(trials.c.study_id.in_(study_ids))
            .group_by(trials.c.study_id, trials.c.state)
        )
        found: dict[str, dict[TrialState, int]] = {study_id: {} for study_id in study_ids}
        for row in self._database.rows(query):
            found[row.study_id][TrialState(row.state)] = row.n
        return found

    def highest_values(self, study_ids: Sequence[str]) -> dict[str, float]:
        """Return the highest value of the completed trials of some studies; without any, a study is left out."""
        query = (
            select(trials.c.study_id, func.max(trials.c.value).label("highest"))
            .where(trials.c.study_id.in_(study_ids), trials.c.state == TrialState.COMPLETED.value)
            .where(trials.c.value.is_not(None))
            .group_by(trials.c.study_id)
        )
        return {row.study_id: float(row.highest) for row in self._database.rows(query)}

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
                return record, _trial_of(row)
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

    def begin_trial(
        self, study_id: str, number: int, values: Mapping[str, Any], run_id: str, *, cached: bool
    ) -> TrialRecord:
        """Record that a run answers a trial; return the trial.

        A run of its own is shared and starred as the study is by now, and stops where the study was deleted meanwhile.
        """
        if not cached:
            with self._database.begin() as connection:
                now = select(studies.c.shared, studies.c.pinned)
                study = connection.execute(now.where(studies.c.id == study_id, studies.c.deleted.is_(None))).first()
                kept = {"shared": study.shared, "pinned": study.pinned} if study else {"shared": False}
                stopped = {} if study else {"stop_requested": True}
                own = (runs.c.id == run_id, runs.c.study == study_id)
                if connection.execute(update(runs).where(*own).values(**kept, **stopped)).rowcount:
                    self._table.write_record(connection, run_id)
        return self._insert_trial(study_id, number, values, TrialState.RUNNING, run_id=run_id, cached=cached)

    def refuse_trial(self, study_id: str, number: int, values: Mapping[str, Any], why: Phrase) -> TrialRecord:
        """Record that there is no run for these values; return the trial."""
        return self._insert_trial(study_id, number, values, TrialState.FAILED, ended=time.time(), error=_written(why))

    def report(self, study_id: str, number: int, history: Sequence[float]) -> None:
        """Record what a trial that trains is measured by, after each epoch."""
        self._change_trial(study_id, number, history=list(history))

    def end_trial(
        self, study_id: str, number: int, state: TrialState, value: float | None, why: Phrase | None = None, **more: Any
    ) -> bool:
        """End a trial, once; return whether this was it."""
        return self._change_trial(
            study_id, number, state=state.value, value=value, ended=time.time(), error=_written(why), **more
        )

    def end(self, study_id: str, state: StudyState, why: Phrase | None = None, *, trials: int | None = None) -> None:
        """End a study that runs; with `trials` only if no more than these are wanted still."""
        only = [studies.c.id == study_id, studies.c.state == StudyState.RUNNING.value]
        if trials is not None:
            only.append(studies.c.trials == trials)
        with self._database.begin() as connection:
            ended = {"state": state.value, "finished": time.time(), "error": _written(why)}
            connection.execute(update(studies).where(*only).values(**ended))

    def unended(self) -> list[tuple[str, TrialRecord]]:
        """Return all trials that have not ended, with the ids of their studies."""
        query = select(trials).where(trials.c.state == TrialState.RUNNING.value)
        return [(row.study_id, _trial_of(row)) for row in self._database.rows(query)]

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
                records.append(_record_of(row))
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

    def _insert_trial(
        self, study_id: str, number: int, values: Mapping[str, Any], state: TrialState, **columns: Any
    ) -> TrialRecord:
        row = {"history": [], "cached": False, "began": time.time(), "error": ""} | columns
        statement = self._database.insert(trials).values(
            study_id=study_id, number=number, values=dict(values), state=state.value, **row
        )
        with self._database.begin() as connection:
            connection.execute(statement.on_conflict_do_nothing())
        own = (trials.c.study_id == study_id, trials.c.number == number)
        return _trial_of(self._database.rows(select(trials).where(*own))[0])

    def _change_trial(self, study_id: str, number: int, **values: Any) -> bool:
        own = (trials.c.study_id == study_id, trials.c.number == number)
        with self._database.begin() as connection:
            changed = update(trials).where(*own, trials.c.state == TrialState.RUNNING.value).values(**values)
            return connection.execute(changed).rowcount == 1

    def _remove(self, connection: Connection, *conditions: ColumnElement[bool]) -> list[str]:
        gone = [row.id for row in connection.execute(select(studies.c.id).where(*conditions))]
        if not gone:
            return []
        connection.execute(delete(trials).where(trials.c.study_id.in_(gone)))
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


@lru_cache(maxsize=500)
def _question(text: str) -> Question:
    return Question.from_json(text)


@lru_cache(maxsize=1000)
def _tell_unreadable(study_id: str, why: str) -> None:
    complain(f"Study {study_id} is left out of lists, because this version can't read it. {why}")


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _written(why: Phrase | None) -> str:
    return "" if why is None else json.dumps(jsonable(why))


def _read(text: str) -> Phrase | None:
    return told(**json.loads(text)) if text else None


def _record_of(row: Row[Any]) -> StudyRecord:
    values = {column.name: row._mapping[column.name] for column in studies.columns}
    values["question"] = _question(values["question"])
    values["state"] = StudyState(values["state"])
    values["error"] = _read(values["error"])
    return StudyRecord(**values | {name: _time(values[name]) for name in ("created", "finished", "deleted")})


def _trial_of(row: Row[Any]) -> TrialRecord:
    values = {column.name: row._mapping[column.name] for column in trials.columns if column.name != "study_id"}
    values["state"] = TrialState(values["state"])
    values["error"] = _read(values["error"])
    return TrialRecord(**values | {name: _time(values[name]) for name in ("began", "ended")})
