"""Publishing what a run writes: at each checkpoint, and at its end. With a folder for all there is nothing to do."""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from mnist_core.errors import MnistLabError, ObjectStoreError, RunStateError
from mnist_core.store import Store
from mnist_core.training.control import Control

_BETWEEN = 20.0  # least seconds from one checkpoint that is published to the next, as long as one may be lost
_SHARE = 4  # so many times as long as it took nothing is published
_LOOK = 0.5  # seconds between two looks for a new one
_PATIENCE = 120.0  # seconds in which the object store may be gone without ending a run
_SHORT = 8.0  # the same where a stop was asked for: the app waits some 20 seconds for it, and then ends the process
_RETRY = 2.0


class Delivery:
    """Brings the files that a run goes on from, and publishes what it makes; a context manager around the training.

    Parameters
    ----------
    store : Store
    run_id : str
        A run that this process has claimed.
    control : Control
        Gets a stop where another process has the run by now.
    """

    def __init__(self, store: Store, run_id: str, control: Control) -> None:
        self._store, self._run_id, self._control = store, run_id, control
        self._checkpoint = store.artifacts.local(run_id).checkpoint
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Bring all files; raises `ObjectStoreError` where that is not possible for two minutes."""
        self._in_time(lambda: self._store.publishing.begin(self._run_id), "start")

    def end(self) -> None:
        """Publish all that the run has made; raises `RunStateError` as `Publishing.publish`, and as `begin`."""
        self._in_time(lambda: self._store.publishing.publish(self._run_id), "export")

    def __enter__(self) -> Self:
        """Publish checkpoints from now on."""
        if self._store.publishing.is_needed:
            self._thread = threading.Thread(target=self._loop, name="delivery", daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        """Leave the rest to `end`."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()

    def _loop(self) -> None:
        published: int | None = None  # an earlier attempt here may have left one that is not
        not_before = 0.0
        while not self._closing.wait(_LOOK):
            changed = self._changed()
            if changed == published or time.monotonic() < not_before:
                continue
            began = time.monotonic()
            try:
                self._store.publishing.publish(self._run_id, work_goes_on=True)
                published = changed
            except RunStateError as error:
                print(f"The run ends here: {error}", flush=True)
                self._control.stop()
                return
            except (MnistLabError, OSError) as error:  # the next one may go through
                print(f"A checkpoint could not be published: {error}", flush=True)
            took = time.monotonic() - began
            not_before = time.monotonic() + max(_BETWEEN, _SHARE * took)  # a slow line is for others too

    def _changed(self) -> int | None:
        try:
            return self._checkpoint.stat().st_mtime_ns
        except OSError:
            return None

    def _in_time(self, action: Callable[[], None], phase: str) -> None:
        """Do something again and again until the object store takes part, or patience is at its end."""
        began = time.monotonic()
        while True:
            try:
                return action()
            except ObjectStoreError as error:
                if time.monotonic() - began > (_SHORT if self._control.stopping else _PATIENCE):
                    raise
                print(f"Trying again: {error}", flush=True)  # into the log of the run
            self._store.queue.update_progress(self._run_id, phase=phase)  # a sign of life
            time.sleep(_RETRY)
