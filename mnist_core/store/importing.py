"""Runs that somebody brought along in a file: finished elsewhere, from now on a visitor's own."""

import time
from dataclasses import asdict

from mnist_core.store.finished import Finishing
from mnist_core.store.records import Finished, Imported, RunState
from mnist_core.store.visitors import Visitors


class Importing(Finishing, Visitors):
    """Writes the records of imported runs; their files are written before."""

    def put_imported(
        self,
        run_id: str,
        imported: Imported,
        run: Finished,
        *,
        owner: str | None,
        state: RunState,
        shared: bool | None = None,
        address: str | None = None,
    ) -> None:
        """Record an imported run, its curve with it, in one transaction.

        It counts as created now: what came last is the last to be cleaned away. When it was trained is in `imported`.

        Parameters
        ----------
        run_id : str
            A new one.
        imported : Imported
        run : Finished
        owner : str or None
            Whose it becomes.
        state : RunState
            One that has a model.
        shared : bool, optional
            Whether everyone may look at it; by default as the settings say.
        address : str, optional
            Where the visitor comes from, as in `Visitor.address`.
        """
        now = time.time()
        with self._changing(run_id) as connection:
            self._meet(connection, owner, address)
            self._insert(
                connection,
                run_id,
                run,
                state=state.value,
                owner=owner,
                created=now,
                finished=now,
                updated=now,
                shared=self.settings.share_new_runs if shared is None else shared,
                imported=asdict(imported),
                address=address,
            )
        self.keep_curve(run_id)
