"""Studies in the list of runs: what one line says of all runs of a study."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import fmean
from typing import Any

from pydantic_core import from_json
from sqlalchemy import func, select

from mnist_core.config.study import StudyKind
from mnist_core.store.database import Database
from mnist_core.store.listing import RunRow
from mnist_core.store.records import RunState, Visitor
from mnist_core.store.runs import seen_by as runs_seen_by
from mnist_core.store.studies import seen_by
from mnist_core.store.study_records import StudyState, TrialState
from mnist_core.store.tables import runs, studies, trials

_CHUNK = 500  # SQLite takes so many values in one statement everywhere


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRow:
    """A study in the list of runs, with those of its runs that the list has.

    Attributes
    ----------
    kind : {"try", "search", "repeat", "sizes", "rate"}
    over : tuple of str
        Names of what is tried.
    best : str or None
        The run whose trial is measured highest so far, by what the study ranks by.
    runs : tuple of RunRow
        In the order of the list; at least one. Those too that stand alone beside it.
    of : int
        How many runs it has in all, those too that the list leaves out: what deletes the study deletes so many.
    trains : bool
        Whether one of all these trains.
    """

    id: str
    name: str
    kind: StudyKind
    over: tuple[str, ...]
    state: StudyState
    owner: str | None
    starred: bool
    best: str | None
    runs: tuple[RunRow, ...] = ()
    of: int
    trains: bool

    def may_change(self, visitor: Visitor) -> bool:
        """Whether the visitor may rename or delete it."""
        return visitor.is_admin or (visitor.id is not None and visitor.id == self.owner)

    @property
    def test_accuracy(self) -> float | None:
        """Test accuracy of the run that the validation set chose; the mean of all where they differ by luck alone.

        None where nothing was chosen: the best by the test set would be the luckiest.
        """
        known = {run.id: run.test_accuracy for run in self.runs if run.test_accuracy is not None}
        if self.kind == "repeat":
            return fmean(known.values()) if known else None
        if self.kind not in ("try", "search"):
            return None
        return known.get(self.best or "")


Line = RunRow | StudyRow
"""What a line of the list is about."""


class StudyRows:
    """Reads what the list of runs wants to know of studies: few columns, and one query each for all of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def folded(self, rows: Sequence[RunRow], visitor: Visitor, *, alone: Collection[str] = ()) -> list[Line]:
        """Return a list in which the runs of each study are one line, where the first of them stood.

        Parameters
        ----------
        rows : sequence of RunRow
        visitor : Visitor
            Runs of studies that they may not look at stand alone.
        alone : collection of str
            Ids of runs that stand alone in any case, beside the line of their study.
        """
        members: dict[str, list[RunRow]] = {}
        for row in rows:
            if row.study is not None:
                members.setdefault(row.study, []).append(row)
        heads = self._heads(list(members), visitor) if members else {}
        lines: list[Line] = []
        told: set[str] = set()
        for row in rows:
            head = heads.get(row.study or "")
            if head is None or row.id in alone:
                lines.append(row)
            elif head["id"] not in told:
                told.add(head["id"])
                lines.append(StudyRow(**head, runs=tuple(members[head["id"]])))
        return lines

    def _heads(self, study_ids: Sequence[str], visitor: Visitor) -> dict[str, dict[str, Any]]:
        """Return the attributes of studies by id, but for `StudyRow.runs`."""
        columns = (studies.c.id, studies.c.name, studies.c.question, studies.c.state, studies.c.owner, studies.c.pinned)
        heads: dict[str, dict[str, Any]] = {}
        for start in range(0, len(study_ids), _CHUNK):
            chunk = study_ids[start : start + _CHUNK]
            query = select(*columns).where(studies.c.id.in_(chunk), studies.c.deleted.is_(None), seen_by(visitor))
            best, all_runs = self._best(chunk), self._all_runs(chunk, visitor)
            for row in self._database.rows(query):
                states = all_runs.get(row.id, {})
                kind, over = _asked(row.question)
                heads[row.id] = {
                    "id": row.id,
                    "name": row.name,
                    "kind": kind,
                    "over": over,
                    "state": StudyState(row.state),
                    "owner": row.owner,
                    "starred": row.pinned,
                    "best": best.get(row.id),
                    "of": sum(states.values()),
                    "trains": RunState.RUNNING.value in states,
                }
        return heads

    def _best(self, study_ids: Sequence[str]) -> dict[str, str]:
        """Return the best run of each study: all that they are measured by is best where it is highest."""
        measured = (trials.c.study_id.in_(study_ids), trials.c.state == TrialState.COMPLETED.value)
        query = select(trials.c.study_id, trials.c.run_id).where(*measured, trials.c.value.is_not(None))
        return {row.study_id: row.run_id for row in self._database.rows(query.order_by(trials.c.value))}

    def _all_runs(self, study_ids: Sequence[str], visitor: Visitor) -> dict[str, dict[str, int]]:
        """Return how many runs of each study are in each state, as far as the visitor may look at them."""
        which = (runs.c.study.in_(study_ids), runs.c.deleted.is_(None), runs_seen_by(visitor))
        columns = (runs.c.study, runs.c.state)
        found: dict[str, dict[str, int]] = {}
        for row in self._database.rows(select(*columns, func.count().label("n")).where(*which).group_by(*columns)):
            found.setdefault(row.study, {})[row.state] = row.n
        return found


# Questions never change, and checking one takes longer than the rest of its line.
@lru_cache(maxsize=2000)
def _asked(question: str) -> tuple[StudyKind, tuple[str, ...]]:
    values = from_json(question)
    return values["kind"], tuple(parameter["name"] for parameter in values.get("over", ()))
