"""The queue: starts workers for queued runs, passes on stops, and notices dead workers."""

import signal
import threading
import time
from dataclasses import dataclass

from mnist_core.config import RunConfig
from mnist_core.engine.local import LocalWorker
from mnist_core.errors import MnistLabError
from mnist_core.settings import Settings, get_settings
from mnist_core.store import RunError, RunState, Store, shared_store

_TICK = 0.2  # seconds between two looks at the workers
_RECOVERY = 5.0  # seconds between two looks for runs of dead processes
_SHUTDOWN = 5.0  # seconds that workers get to end with the app


@dataclass
class _Job:
    worker: LocalWorker
    stop_sent: float | None = None
    terminated: bool = False


class Supervisor:
    """Runs queued runs in worker processes, `Settings.slots` at a time, first come first served.

    One thread does all the work; every method may be called from any thread.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._jobs: dict[str, _Job] = {}
        self._wake = threading.Event()
        self._closing = False
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to work, unless begun; runs that an earlier app left behind are marked."""
        with self._lock:
            if self._thread is None and not self._closing:
                self._store.mark_interrupted()
                self._thread = threading.Thread(target=self._loop, name="supervisor", daemon=True)
                self._thread.start()

    def submit(self, config: RunConfig, name: str, *, owner: str | None = None, recipe: str | None = None) -> str:
        """Queue a run and return its id; raises `StorageError`."""
        run_id = self._store.create(config, name, owner=owner, recipe=recipe)
        self._wake.set()
        return run_id

    def stop(self, run_id: str, owner: str | None) -> None:
        """Stop a run gently, keeping its model so far; raises as `Store.request_stop`."""
        self._store.request_stop(run_id, owner)
        self._wake.set()

    def close(self) -> None:
        """Stop working and end all workers; their runs are marked as interrupted."""
        with self._lock:
            self._closing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(_SHUTDOWN)
        for job in self._jobs.values():
            job.worker.close(_SHUTDOWN)
        self._store.mark_interrupted()

    def _loop(self) -> None:
        next_recovery = time.monotonic() + _RECOVERY
        while not self._closing:
            try:
                self._reap()
                self._pass_on_stops()
                self._fill_slots()
                if time.monotonic() >= next_recovery:
                    self._store.mark_interrupted(spare=self._jobs)
                    next_recovery = time.monotonic() + _RECOVERY
            except MnistLabError as error:
                # A full disk or a locked database passes; the queue must not end with it.
                print(f"The queue could not be served this time: {error}", flush=True)
            self._wake.wait(_TICK if self._jobs else 1.0)
            self._wake.clear()

    def _reap(self) -> None:
        for run_id, job in list(self._jobs.items()):
            code = job.worker.poll()
            if code is None:
                continue
            # Does nothing where the worker has recorded an end itself, or where the run was not
            # its own: another app or the command line may have been faster.
            self._store.finish(
                run_id,
                RunState.STOPPED if job.terminated else RunState.INTERRUPTED,
                error=None if job.terminated else _worker_died(code),
                pid=job.worker.pid,
            )
            del self._jobs[run_id]

    def _pass_on_stops(self) -> None:
        now = time.monotonic()
        for run_id, job in self._jobs.items():
            if job.stop_sent is None:
                if self._store.get(run_id).stop_requested:
                    job.worker.request_stop()
                    job.stop_sent = now
            elif now - job.stop_sent > 2 * self._settings.stop_patience:
                job.worker.kill()
            elif now - job.stop_sent > self._settings.stop_patience:
                job.terminated = True
                job.worker.terminate()

    def _fill_slots(self) -> None:
        free = self._settings.slots - len(self._jobs)
        if free <= 0:
            return
        queued = self._store.find(states=[RunState.QUEUED], limit=free + len(self._jobs), oldest_first=True)
        for record in [r for r in queued if r.id not in self._jobs][:free]:
            files = self._store.files(record.id)
            try:
                files.folder.mkdir(parents=True, exist_ok=True)
                worker = LocalWorker(record.id, files.log, self._settings)
            except OSError as error:
                self._store.finish(
                    record.id,
                    RunState.FAILED,
                    error=RunError(
                        code="worker_start",
                        template="The training process could not be started: {reason}",
                        values={"reason": str(error)},
                    ),
                )
                continue
            self._jobs[record.id] = _Job(worker)


def _worker_died(code: int) -> RunError:
    if code >= 0:
        return RunError(
            code="worker_died",
            template="The training process ended without a result (exit code {code}). Its log may say why.",
            values={"code": str(code)},
        )
    name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
    return RunError(
        code="worker_killed",
        template="The training process was ended from outside (signal {name}), perhaps because memory ran out. "
        "What other runs had finished is safe; you can start this one again.",
        values={"name": name},
    )


_shared: Supervisor | None = None
_shared_lock = threading.Lock()


def shared_supervisor() -> Supervisor:
    """Return the supervisor of this process, started.

    A plain module-level singleton: Streamlit's caches can be cleared by any visitor.
    """
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = Supervisor(shared_store(), get_settings())
            _shared.start()
        return _shared


def close_shared_supervisor() -> None:
    """End the supervisor of this process and its workers, if there is one."""
    global _shared
    with _shared_lock:
        if _shared is not None:
            _shared.close()
            _shared = None
