"""Signs of life of runs, and the end of workers that nobody else can end."""

import time
from contextlib import suppress
from datetime import datetime

import psutil

from mnist_core.engine.local import WORKER
from mnist_core.store import RunRecord
from mnist_core.store.records import Sign
from mnist_core.system.processes import is_alive


class Silence:
    """How long a run has not changed. Its own clock is monotonic: that of the record can be set back."""

    def __init__(self) -> None:
        self._seen: datetime | float | None = None
        self._since = time.monotonic()

    def seconds(self, record: RunRecord | Sign) -> float:
        """Return the seconds since `record` was first seen as it is now."""
        if record.updated != self._seen:
            self._seen, self._since = record.updated, time.monotonic()
        return time.monotonic() - self._since


class Strays:
    """Ends silent workers of an app that is gone. Used by the supervisor's thread only.

    A worker ends by itself with its app, unless it stands still. Its run would stay "running" for ever.
    """

    def __init__(self, patience: float) -> None:
        # The worker's own app, if it lives after all, shall be the first to notice.
        self._patience = 2 * patience
        self._silences: dict[str, Silence] = {}

    def end(self, running: list[RunRecord]) -> None:
        """Kill the workers of those of `running`, all of other apps, that give no sign of life."""
        self._silences = {record.id: self._silences.get(record.id, Silence()) for record in running}
        for record in running:
            silent = self._silences[record.id].seconds(record) > self._patience
            if silent and record.pid is not None and is_alive(record.pid, record.pid_started):
                with suppress(psutil.Error):
                    process = psutil.Process(record.pid)
                    # Never a command line's training, which a person may have halted.
                    if WORKER in process.cmdline():
                        process.kill()
