"""The rows of runs: finding them, and what their owners write about them."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, or_, select, true

from mnist_core.config.wording import MAX_NAME
from mnist_core.errors import ConfigError, NotOwnerError, RunNotFoundError
from mnist_core.store.records import RunRecord, RunState, Visitor
from mnist_core.store.rows import record_of
from mnist_core.store.run_table import RunTable
from mnist_core.store.tables import runs
from mnist_core.text import one_line

MAX_NOTES = 2000
_UNDER_WAY = (runs.c.state.in_((RunState.QUEUED.value, RunState.RUNNING.value)), runs.c.deleted.is_(None))


class UnderWay(NamedTuple):
    """What changes of a run while it waits and trains; `state` is a value of `RunState`."""

    id: str
    owner: str | None
    state: str
    epoch: int


class Runs:
    """Finds runs; owns what a person may write about one: name, notes, star, who may see it.

    That may be written in any state, the last one counts; it is checked that the run is the visitor's, and nothing
    changes where its folder can't say so. Everybody may read. Deleted runs are never found.
    """

    def __init__(self, table: RunTable) -> None:
        self._table, self._database = table, table.database

    # finding

    def get(self, run_id: str) -> RunRecord:
        """Return one run; raises `RunNotFoundError`, also for a deleted one."""
        record = self._table.find(run_id)
        if record is None:
            raise RunNotFoundError("There is no run {run_id}.", run_id=run_id)
        if record.deleted is not None:
            raise RunNotFoundError("The run {run_id} was deleted.", run_id=run_id)
        return record

    def exists(self, run_id: str, *, deleted: bool = False) -> bool:
        """Whether there is a run with this id, readable or not; with `deleted` also one that can be brought back."""
        query = select(runs.c.id).where(runs.c.id == run_id)
        if not deleted:
            query = query.where(runs.c.deleted.is_(None))
        return bool(self._database.rows(query))

    def find(
        self,
        *,
        states: Sequence[RunState] | None = None,
        owner: str | None = None,
        visible_to: Visitor | None = None,
        limit: int = 200,
        oldest_first: bool = False,
    ) -> list[RunRecord]:
        """Return runs that were trained here, newest first unless told otherwise; `shipped` has the others.

        A run that this version can't read (written by a newer version, say) is left out, so
        that it does not hide all the others.

        Parameters
        ----------
        states : sequence of RunState, optional
        owner : str, optional
            Only this visitor's runs.
        visible_to : Visitor, optional
            Only runs that this visitor may look at.
        limit : int
        oldest_first : bool
        """
        columns = (runs.c.created, runs.c.id)
        order = columns if oldest_first else tuple(column.desc() for column in columns)
        query = select(runs).where(runs.c.shipped.is_(None), runs.c.deleted.is_(None)).order_by(*order).limit(limit)
        if states is not None:
            query = query.where(runs.c.state.in_([state.value for state in states]))
        if owner is not None:
            query = query.where(runs.c.owner == owner)
        if visible_to is not None:
            query = query.where(seen_by(visible_to))
        return self._table.records(query)

    def active(self, run_ids: Collection[str]) -> list[RunRecord]:
        """Return those of some runs that wait or train."""
        query = select(runs).where(runs.c.id.in_(run_ids), *_UNDER_WAY)
        return self._table.records(query)

    def under_way(self, visible_to: Visitor, limit: int = 50) -> list[UnderWay]:
        """Return how far the newest runs are that wait or train, of those that a visitor may look at."""
        columns = [runs.c[name] for name in UnderWay._fields]
        query = select(*columns).where(*_UNDER_WAY, seen_by(visible_to))
        newest = query.order_by(runs.c.created.desc(), runs.c.id.desc()).limit(limit)
        return [UnderWay._make(row) for row in self._database.rows(newest)]

    def shipped(self) -> list[RunRecord]:
        """Return the runs that came with the program, in their order; everyone may look at them."""
        return self._table.records(select(runs).where(runs.c.shipped.is_not(None)).order_by(runs.c.id))

    def imported_earlier(self) -> list[RunRecord]:
        """Return the imported runs, deleted ones too, whose files are those of the bundle: `Imported.written_here`."""
        found = self._table.records(select(runs).where(runs.c.imported.is_not(None)))
        return [record for record in found if record.imported and not record.imported.written_here]

    def find_completed(self, fingerprint: str, visible_to: Visitor | None = None) -> RunRecord | None:
        """Return the newest completed run of a configuration that `visible_to` may look at, if there is one.

        Only of those that were trained here: who sets a network up wants to see it learn.
        """
        query = (
            select(runs)
            .where(
                runs.c.fingerprint == fingerprint,
                runs.c.state == RunState.COMPLETED.value,
                runs.c.shipped.is_(None),
                runs.c.deleted.is_(None),
                runs.c.imported.is_(None),
            )
            .order_by(runs.c.created.desc())
        )
        if visible_to is not None:
            query = query.where(seen_by(visible_to))
        # Another backend draws other first weights; a baseline has none.
        same = (None, self._database.settings.backend)
        found = (
            row for row in self._database.rows(query) if row.outcome.get("computed_with", {}).get("backend") in same
        )
        row = next(found, None)
        return None if row is None else record_of(row)

    def count_by_state(self) -> tuple[dict[RunState, int], float | None]:
        """Return how many runs that were asked for here are in each state, and since when the longest waits.

        Seconds since 1970, UTC; None where none waits. States without a run are left out.
        """
        query = (
            select(runs.c.state, func.count(), func.min(runs.c.updated))
            .where(runs.c.shipped.is_(None), runs.c.imported.is_(None), runs.c.deleted.is_(None))
            .group_by(runs.c.state)
        )
        found: Sequence[Any] = self._database.rows(query)
        known = {row[0]: row for row in found if row[0] in set(RunState)}
        waiting = known.get(RunState.QUEUED.value)
        return {RunState(state): row[1] for state, row in known.items()}, waiting[2] if waiting else None

    def disk_usage(self, owner: str | None = None) -> int:
        """Return the bytes of all finished and paused runs that were trained here, or of one visitor's."""
        whose = () if owner is None else (runs.c.owner == owner,)
        return self._table.size(runs.c.deleted.is_(None), *whose)

    def own(self, run_id: str, visitor: Visitor) -> RunRecord:
        """Return a run that the visitor may change; raises `RunNotFoundError` and `NotOwnerError`."""
        return owned(self.get(run_id), visitor)

    # what its owner writes

    def rename(self, run_id: str, name: str, visitor: Visitor) -> None:
        """Give a run another name; raises `ConfigError` for an empty or endless one."""
        self.own(run_id, visitor)
        name = one_line(name)
        if not 0 < len(name) <= MAX_NAME:
            raise ConfigError("A name has 1 to {most} characters. Received: {n}", most=MAX_NAME, n=len(name))
        self._table.set(run_id, name=name)

    def set_shared(self, run_id: str, shared: bool, visitor: Visitor) -> None:
        """Let everyone look at a run, or only its owner."""
        self.own(run_id, visitor)
        self._table.set(run_id, shared=shared)

    def set_pinned(self, run_id: str, pinned: bool, visitor: Visitor) -> None:
        """Star a run, which keeps it from being cleaned away, or take the star back."""
        self.own(run_id, visitor)
        self._table.set(run_id, pinned=pinned)

    def set_notes(self, run_id: str, notes: str, visitor: Visitor) -> None:
        """Write about a run what is worth remembering; raises `ConfigError` for more than fits."""
        self.own(run_id, visitor)
        notes = notes.encode(errors="ignore").decode().strip()  # a terminal may send what is no text
        if len(notes) > MAX_NOTES:
            raise ConfigError("Notes have at most {most:,} characters. Received: {n:,}", most=MAX_NOTES, n=len(notes))
        self._table.set(run_id, notes=notes)

    # what sharing writes

    def mark_written_here(self, record: RunRecord) -> None:
        """Record that the files of an imported run were written here."""
        assert record.imported is not None
        imported = asdict(replace(record.imported, written_here=True))
        self._table.set(record.id, imported=imported, bytes=self._table.artifacts.of(record.id).size())


def owned(record: RunRecord, visitor: Visitor) -> RunRecord:
    """Return a run that the visitor may change; raises `NotOwnerError`."""
    if record.shipped is not None:
        raise NotOwnerError(
            "“{name}” comes with MNIST Lab, so nobody can change it. Train a network of your own to name, share "
            "or delete it.",
            name=record.name,
        )
    if not visitor.may_change(record):
        raise NotOwnerError("This run belongs to another visitor, so only they can change it.")
    return record


def seen_by(visitor: Visitor) -> ColumnElement[bool]:
    """Return the SQL for `Visitor.may_see`."""
    return true() if visitor.is_admin else or_(runs.c.shared, runs.c.owner == (visitor.id or ""))
