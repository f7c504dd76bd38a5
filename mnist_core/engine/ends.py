"""What becomes known outside once a run has ended: it is counted, and a line of the log."""

from mnist_core.errors import MnistLabError
from mnist_core.store import Store
from mnist_core.system.instruments import EPOCH_SECONDS, RUNS_ENDED
from mnist_core.system.saying import tell


class Ends:
    """Is told of each run that a worker of this process trained, or that was found interrupted, once it has ended."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def tell(self, run_id: str) -> None:
        """Pass on that a run has ended; nothing where it only rests, waits again, or is gone."""
        try:
            record = self._store.runs.get(run_id)
        except MnistLabError:  # deleted meanwhile, or the database can't be read: the end itself was recorded
            return
        if not record.state.is_finished:
            return
        RUNS_ENDED.add(record.state.value)
        seconds, why = sum(record.outcome.seconds.values()), record.error.code if record.error else None
        tell("run_ended", run=run_id, state=record.state.value, seconds=round(seconds, 3), why=why)
        for seconds in record.outcome.epoch_seconds:
            EPOCH_SECONDS.observe(seconds)
