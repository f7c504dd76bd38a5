"""Runs that come with the program: finished elsewhere, put into the record as they are."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete

from mnist_core.store.finished import Finishing
from mnist_core.store.records import Finished, RunState, Shipped
from mnist_core.store.tables import metrics, runs


class Shipping(Finishing):
    """Writes the records of shipped runs; their files are written before."""

    def put_shipped(self, run_id: str, shipped: Shipped, run: Finished, created: datetime) -> None:
        """Record a shipped run as completed, shared and kept; it takes the place of an older version of itself.

        All of it is one transaction: nobody sees the run without its curve, and of two processes that do the same the
        second one changes nothing.

        Parameters
        ----------
        run_id : str
        shipped : Shipped
        run : Finished
        created : datetime
            When it was trained.
        """
        moment = created.timestamp()
        with self._changing(run_id) as connection:
            connection.execute(delete(metrics).where(metrics.c.run_id == run_id))
            # Only a shipped one: a run of a visitor is never replaced.
            connection.execute(delete(runs).where(runs.c.id == run_id, runs.c.shipped.is_not(None)))
            self._insert(
                connection,
                run_id,
                run,
                state=RunState.COMPLETED.value,
                created=moment,
                started=moment,
                finished=moment,
                updated=moment,
                shared=True,
                pinned=True,
                shipped=asdict(shipped),
            )
