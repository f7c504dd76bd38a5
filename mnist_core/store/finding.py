"""Reading runs."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, true

from mnist_core.errors import ConfigError, RunNotFoundError
from mnist_core.store.artifacts import is_run_id
from mnist_core.store.folders import Folders
from mnist_core.store.records import RunRecord, RunState, Visitor
from mnist_core.store.rows import record_of, tell_unreadable
from mnist_core.store.tables import runs


class Finding(Folders):
    """Finds runs and their files."""

    def get(self, run_id: str) -> RunRecord:
        """Return one run; raises `RunNotFoundError`, also for a deleted one."""
        if not is_run_id(run_id):
            # Not repeated to the reader: it may be anything that somebody put into a link.
            raise RunNotFoundError("There is no run with this id.")
        with self._begin() as connection:
            row = connection.execute(select(runs).where(runs.c.id == run_id)).first()
        if row is None:
            raise RunNotFoundError("There is no run {run_id}.", run_id=run_id)
        if row.deleted is not None:
            raise RunNotFoundError("The run {run_id} was deleted.", run_id=run_id)
        return record_of(row)

    def exists(self, run_id: str, *, deleted: bool = False) -> bool:
        """Whether there is a run with this id, readable or not; with `deleted` also one that can be brought back."""
        query = select(runs.c.id).where(runs.c.id == run_id)
        if not deleted:
            query = query.where(runs.c.deleted.is_(None))
        with self._begin() as connection:
            return connection.execute(query).first() is not None

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
        return self._readable(query)

    def shipped(self) -> list[RunRecord]:
        """Return the runs that came with the program, in their order; everyone may look at them."""
        return self._readable(select(runs).where(runs.c.shipped.is_not(None)).order_by(runs.c.id))

    def _readable(self, query: Select[Any]) -> list[RunRecord]:
        """Return the runs of a query that this version can read."""
        with self._begin() as connection:
            rows = connection.execute(query).all()
        records = []
        for row in rows:
            try:
                records.append(record_of(row))
            except ConfigError as error:
                tell_unreadable(row.id, str(error))
        return records

    def find_completed(self, fingerprint: str, visible_to: Visitor | None = None) -> RunRecord | None:
        """Return the newest completed run of a configuration that `visible_to` may look at, if there is one.

        Only of those that were trained here: who sets a network up wants to see it learn.
        """
        # Another backend draws other first weights; a baseline has none.
        backend = func.json_extract(runs.c.outcome, "$.computed_with.backend")
        query = (
            select(runs)
            .where(
                runs.c.fingerprint == fingerprint,
                runs.c.state == RunState.COMPLETED.value,
                runs.c.shipped.is_(None),
                runs.c.deleted.is_(None),
                runs.c.imported.is_(None),
                or_(backend.is_(None), backend == self.settings.backend),
            )
            .order_by(runs.c.created.desc())
            .limit(1)
        )
        if visible_to is not None:
            query = query.where(seen_by(visible_to))
        with self._begin() as connection:
            row = connection.execute(query).first()
        return record_of(row) if row else None

    def disk_usage(self, owner: str | None = None, *, deleted: bool = False) -> int:
        """Return the bytes of all finished and paused runs that were trained here, or of one visitor's.

        With `deleted` those of the deleted ones that still lie on the disk.
        """
        there = runs.c.deleted.is_not(None) if deleted else runs.c.deleted.is_(None)
        query = select(func.coalesce(func.sum(runs.c.bytes), 0)).where(runs.c.shipped.is_(None), there)
        if owner is not None:
            query = query.where(runs.c.owner == owner)
        with self._begin() as connection:
            return int(connection.execute(query).scalar_one())


def seen_by(visitor: Visitor) -> ColumnElement[bool]:
    """Return the SQL for `Visitor.may_see`."""
    return true() if visitor.is_admin else or_(runs.c.shared, runs.c.owner == (visitor.id or ""))
