"""Warm spares: workers that have imported Keras before anybody needs them."""

import time

from mnist_core.engine.launcher import Launcher, Worker
from mnist_core.settings import Settings

_FIRST_DELAY = 3.0  # seconds after the start: the first page comes first
_RETRY, _LONGEST_RETRY = 5.0, 300.0  # seconds after a spare that died by itself


class Spare:
    """Keeps workers waiting, one on this computer. Used by the supervisor's thread only."""

    def __init__(self, settings: Settings, launcher: Launcher) -> None:
        self._settings, self._launcher = settings, launcher
        self._workers: list[Worker] = []  # those that may be warm already come first
        self._not_before = time.monotonic() + _FIRST_DELAY
        self._retry = _RETRY

    @property
    def pid(self) -> int | None:
        """Process id of the worker that waits."""
        return self._workers[0].pid if self._workers else None

    @property
    def gpu(self) -> str | None:
        """Card that the worker that waits would use."""
        return self._workers[0].gpu if self._workers else None

    def memory(self) -> list[int]:
        """Return the bytes of memory of each worker that waits."""
        return [worker.memory() for worker in list(self._workers)]

    def keep(self, gpu: str | None, most: int = 1) -> None:
        """Start a worker for `gpu` unless `most` wait, memory is low, or it is too early."""
        now = time.monotonic()
        for worker in list(self._workers):
            if worker.poll() is not None:
                self._workers.remove(worker)
                self._not_before, self._retry = now + self._retry, min(2 * self._retry, _LONGEST_RETRY)
            elif worker.gpu != gpu:
                worker.close(0.0)
                self._workers.remove(worker)
        if not self._settings.warm_spare or len(self._workers) >= most or now < self._not_before:
            return
        if len(self._workers) >= self._launcher.spares:
            return
        try:
            self._settings.spare_log.unlink(missing_ok=True)
            self._workers.append(self._launcher.launch(self._settings.spare_log, gpu=gpu, warm_up=True))
        except OSError:
            self._not_before = now + self._retry

    def take(self, gpu: str | None) -> Worker | None:
        """Return a worker that waits for `gpu`, if there is one; it is the caller's now."""
        for worker in self._workers:
            if worker.gpu == gpu and worker.poll() is None:
                self._workers.remove(worker)
                self._retry = _RETRY
                return worker
        return None

    def close(self, timeout: float) -> None:
        """End the workers that wait."""
        while self._workers:
            self._workers.pop().close(timeout)
