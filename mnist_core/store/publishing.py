"""Publishing the files of runs where they are kept elsewhere, and tidying up there."""

import time
from contextlib import suppress

from sqlalchemy import Update, select, update

from mnist_core.errors import RunStateError
from mnist_core.store.apps import Claims
from mnist_core.store.records import RunState
from mnist_core.store.run_table import RunTable
from mnist_core.store.tables import runs


class Publishing:
    """Publishes what the processes of runs wrote; with a folder for all, each of these does nothing.

    A run's files are published before it says that it has ended, and only by the process that has the run; what that
    one could not publish, by the app on its computer once the run has ended.
    """

    def __init__(self, table: RunTable, claims: Claims) -> None:
        self._table, self._claims, self._storage = table, claims, table.artifacts.storage

    @property
    def is_needed(self) -> bool:
        """Whether files have to be published before others have them."""
        return self._storage.is_elsewhere

    def begin(self, run_id: str) -> None:
        """Bring all files of a run that this process has claimed; raises `StorageError`."""
        self._storage.begin(run_id)

    def publish(self, run_id: str, *, work_goes_on: bool = False) -> None:
        """Publish what is new in the folder of a run that this process trains.

        Raises
        ------
        StorageError
            If it can't be published at the moment.
        RunStateError
            If another process has the run by now, or it has ended.
        """
        if self.is_needed:
            is_mine = (runs.c.state == RunState.RUNNING.value, *self._claims.conditions(run_id))
            alive = {"updated": time.time()}  # a sign of life too
            self._publish(update(runs).where(runs.c.id == run_id, *is_mine).values(alive), run_id, work_goes_on)

    def _publish(self, condition: Update, run_id: str, work_goes_on: bool = False) -> None:
        """Publish a run where an update finds it, which takes its row's lock: nobody claims it meanwhile."""
        files = self._storage.publishing(run_id, work_goes_on=work_goes_on)
        with files as record, self._table.database.begin() as connection:
            if not connection.execute(condition).rowcount:
                raise RunStateError("Another process has this run, or it is gone.")
            record(connection)

    def publish_left(self) -> list[str]:
        """Publish what is left in folders here of runs that nobody trains any more; return their ids.

        So a lab that gets object storage one day brings its runs there. Raises `StorageError` where it can't at the
        moment.
        """
        done = []
        for run_id in self._storage.with_work():
            record = self._table.find(run_id)
            if record is None or record.shipped is not None or record.state is RunState.RUNNING:
                continue
            unclaimed = update(runs).where(runs.c.id == run_id, runs.c.state != RunState.RUNNING.value)
            with suppress(RunStateError):  # claimed meanwhile
                self._publish(unclaimed.values(id=run_id), run_id)
                done.append(run_id)
        return done

    def tidy(self) -> None:
        """Remove what is kept elsewhere, or was brought from there, of runs that are gone; raises `StorageError`."""
        self._storage.tidy(self._is_known)

    def sweep(self, old: float) -> None:
        """Remove what somebody began to publish before `old` (seconds since 1970), and never did; raises as `tidy`."""
        self._storage.sweep(old)

    def _is_known(self, run_id: str) -> bool:
        return bool(self._table.database.rows(select(runs.c.id).where(runs.c.id == run_id)))
