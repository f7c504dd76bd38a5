"""Trials: what a study tried, and which run answered."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from mnist_core.store.rows_of_studies import trial_of, written
from mnist_core.store.run_table import RunTable
from mnist_core.store.study_records import TrialRecord, TrialState
from mnist_core.store.tables import runs, studies, trials
from mnist_core.text import Phrase


class Trials:
    """Remembers the trials of studies; owns their table.

    They are written by the app that leads (`mnist_core.studies.driver`). A trial names its run: the run itself is an
    ordinary one, and may be gone.
    """

    def __init__(self, table: RunTable) -> None:
        self._table, self._database = table, table.database

    def of(self, study_id: str) -> list[TrialRecord]:
        """Return the trials of a study in the order of their numbers."""
        query = select(trials).where(trials.c.study_id == study_id).order_by(trials.c.number)
        return [trial_of(row) for row in self._database.rows(query)]

    def count(self, study_ids: Sequence[str]) -> dict[str, dict[TrialState, int]]:
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

    def highest(self, study_ids: Sequence[str]) -> dict[str, float]:
        """Return the highest value of the completed trials of some studies; without any, a study is left out."""
        query = (
            select(trials.c.study_id, func.max(trials.c.value).label("highest"))
            .where(trials.c.study_id.in_(study_ids), trials.c.state == TrialState.COMPLETED.value)
            .where(trials.c.value.is_not(None))
            .group_by(trials.c.study_id)
        )
        return {row.study_id: float(row.highest) for row in self._database.rows(query)}

    def unended(self) -> list[tuple[str, TrialRecord]]:
        """Return all trials that have not ended, with the ids of their studies."""
        query = select(trials).where(trials.c.state == TrialState.RUNNING.value)
        return [(row.study_id, trial_of(row)) for row in self._database.rows(query)]

    def begin(self, study_id: str, number: int, values: Mapping[str, Any], run_id: str, *, cached: bool) -> TrialRecord:
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
        return self._insert(study_id, number, values, TrialState.RUNNING, run_id=run_id, cached=cached)

    def refuse(self, study_id: str, number: int, values: Mapping[str, Any], why: Phrase) -> TrialRecord:
        """Record that there is no run for these values; return the trial."""
        return self._insert(study_id, number, values, TrialState.FAILED, ended=time.time(), error=written(why))

    def report(self, study_id: str, number: int, history: Sequence[float]) -> None:
        """Record what a trial that trains is measured by, after each epoch."""
        self._change(study_id, number, history=list(history))

    def end(
        self, study_id: str, number: int, state: TrialState, value: float | None, why: Phrase | None = None, **more: Any
    ) -> bool:
        """End a trial, once; return whether this was it."""
        return self._change(
            study_id, number, state=state.value, value=value, ended=time.time(), error=written(why), **more
        )

    def forget(self, connection: Connection, study_ids: Sequence[str]) -> None:
        """Forget all trials of some studies, within the caller's transaction."""
        connection.execute(delete(trials).where(trials.c.study_id.in_(study_ids)))

    def _insert(
        self, study_id: str, number: int, values: Mapping[str, Any], state: TrialState, **columns: Any
    ) -> TrialRecord:
        row = {"history": [], "cached": False, "began": time.time(), "error": ""} | columns
        statement = self._database.insert(trials).values(
            study_id=study_id, number=number, values=dict(values), state=state.value, **row
        )
        with self._database.begin() as connection:
            connection.execute(statement.on_conflict_do_nothing())
        own = (trials.c.study_id == study_id, trials.c.number == number)
        return trial_of(self._database.rows(select(trials).where(*own))[0])

    def _change(self, study_id: str, number: int, **values: Any) -> bool:
        own = (trials.c.study_id == study_id, trials.c.number == number)
        with self._database.begin() as connection:
            changed = update(trials).where(*own, trials.c.state == TrialState.RUNNING.value).values(**values)
            return connection.execute(changed).rowcount == 1
