"""The warm spare: a worker that has imported Keras before anybody needs it."""

import time

from mnist_core.engine.local import LocalWorker
from mnist_core.settings import Settings
from mnist_core.system.devices import available_memory

_MEMORY = 2_000_000_000  # bytes that must be free: the spare takes up to 1 GB, and its run will want more
_FIRST_DELAY = 3.0  # seconds after the start: the first page comes first
_RETRY, _LONGEST_RETRY = 5.0, 300.0  # seconds after a spare that died by itself


class Spare:
    """Keeps at most one worker waiting. Used by the supervisor's thread only."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._worker: LocalWorker | None = None
        self._not_before = time.monotonic() + _FIRST_DELAY
        self._retry = _RETRY

    @property
    def pid(self) -> int | None:
        """Process id of the worker that waits."""
        return self._worker.pid if self._worker else None

    @property
    def gpu(self) -> str | None:
        """Card that the worker that waits would use."""
        return self._worker.gpu if self._worker else None

    def keep(self, gpu: str | None) -> None:
        """Start a worker for `gpu` unless one waits, memory is low, or it is too early."""
        now = time.monotonic()
        if self._worker is not None and self._worker.poll() is not None:
            self._worker = None
            self._not_before, self._retry = now + self._retry, min(2 * self._retry, _LONGEST_RETRY)
        if self._worker is not None and self._worker.gpu != gpu:
            self.close(0.0)
        if not self._settings.warm_spare or self._worker is not None or now < self._not_before:
            return
        if available_memory() < _MEMORY:
            return
        try:
            self._settings.spare_log.unlink(missing_ok=True)
            self._worker = LocalWorker(self._settings, self._settings.spare_log, gpu=gpu, warm_up=True)
        except OSError:
            self._not_before = now + self._retry

    def take(self, gpu: str | None) -> LocalWorker | None:
        """Return the worker that waits for `gpu`, if there is one; it is the caller's now."""
        worker = self._worker
        if worker is None or worker.gpu != gpu or worker.poll() is not None:
            return None
        self._worker, self._retry = None, _RETRY
        return worker

    def close(self, timeout: float) -> None:
        """End the worker that waits."""
        if self._worker is not None:
            self._worker.close(timeout)
            self._worker = None
