"""Publishing what workers left behind, and tidying up in object storage; with a folder for all it does nothing."""

import threading
import time

from mnist_core.errors import MnistLabError
from mnist_core.store import Store
from mnist_core.system.saying import say

_EVERY = 20.0  # seconds: so soon it goes on once an object store is back
_DAY = 24 * 3600.0
_FIRST_SWEEP = 3600.0  # seconds after the start: it looks at every object


class Publisher:
    """A thread of each app, since each computer has its own copies, and what only it has.

    What a worker could not publish before it ended is published here, also after the app was started anew.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._said = ""

    def start(self) -> None:
        """Begin to work, where files are kept elsewhere."""
        if self._store.publishing.is_needed:
            self._thread = threading.Thread(target=self._loop, name="publisher", daemon=True)
            self._thread.start()

    def close(self, timeout: float) -> None:
        """Publish what the last workers left, as far as that is possible within `timeout` seconds, and stop."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def _loop(self) -> None:
        next_sweep = time.monotonic() + _FIRST_SWEEP
        while True:
            ends = self._closing.is_set()
            try:
                self._store.publishing.publish_left()
                if not ends:
                    self._store.publishing.tidy()
                    if time.monotonic() > next_sweep:
                        next_sweep = time.monotonic() + _DAY
                        self._store.publishing.sweep(time.time() - _DAY)
                self._said = ""
            except (MnistLabError, OSError) as error:
                if str(error) != self._said:  # once is enough, however long it lasts
                    say(f"What runs left here could not be published this time: {error}")
                self._said = str(error)
            if ends:
                return
            self._closing.wait(_EVERY)
