"""Workers that are processes of this computer."""

import json
from collections.abc import Sequence
from pathlib import Path

from mnist_core.settings import Settings
from mnist_core.system.devices import available_memory, default_slots, gpu_ids, memory_limit_mb
from mnist_core.system.launching import child_environment, end_by_input, launch, memory_of

WORKER = "mnist_core.training.worker"  # the program of a worker process
UNRECORDED = 5  # its exit code where it could not write how its run ended
_SPARE_MEMORY = 2_000_000_000  # bytes that must be free: a spare takes up to 1 GB, and its run will want more


class LocalWorker:
    """A process of this computer: see `mnist_core.engine.launcher.Worker`.

    Parameters
    ----------
    settings : Settings
        Passed on by the environment, but for the admin token.
    log : Path or None
        File to which the process's output is added until its run begins; None is where that of this process goes.
    gpu : str, optional
        The one card that the process shall see.
    warm_up : bool
        Whether it shall use the time before its run to import Keras and compile a first program.
    """

    def __init__(self, settings: Settings, log: Path | None, *, gpu: str | None = None, warm_up: bool) -> None:
        self.gpu = gpu
        arguments = [] if warm_up else ["--no-warm-up"]
        environment = child_environment(settings, gpu)
        if log is None:
            self._process = launch(WORKER, arguments, environment, output=None)
            return
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._process = launch(WORKER, arguments, environment, output=output)

    def begin(self, run_id: str, holder: str) -> None:
        """Give the process its run, which the app `holder` has; its output goes into the run's log from now on."""
        self._send({"command": "run", "run_id": run_id, "holder": holder})

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def poll(self) -> int | None:
        """Return the exit code, or None while the process lives."""
        return self._process.poll()

    def request_stop(self) -> None:
        """Ask for the end after the current batch."""
        self._send({"command": "stop"})

    def request_pause(self) -> None:
        """Ask for a checkpoint and the end after the current batch."""
        self._send({"command": "pause"})

    def memory(self) -> int:
        """Return the bytes of memory that the process takes; 0 once it is gone."""
        return memory_of(self._process.pid)

    def terminate(self) -> None:
        """End the process without asking."""
        self._process.terminate()

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()

    def close(self, timeout: float) -> None:
        """Close the process's input, which ends it, and wait; kill it after `timeout` seconds."""
        end_by_input(self._process, timeout)

    def _send(self, message: dict[str, str]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            pass  # the process has ended; the supervisor sees that by its exit code


class LocalLauncher:
    """Starts workers on this computer: see `mnist_core.engine.launcher.Launcher`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.slots = settings.slots or default_slots()
        self.memory_limit_mb = memory_limit_mb(settings.worker_memory_mb, self.slots)
        self.cards: Sequence[str] = gpu_ids()

    @property
    def spares(self) -> int:
        """One, where memory is not low."""
        return int(available_memory() >= _SPARE_MEMORY)

    def look(self) -> None:
        """Do nothing: a process is simply there."""

    def launch(self, log: Path, *, gpu: str | None, warm_up: bool) -> LocalWorker:
        """Start a worker; raises `OSError` where that is not possible."""
        return LocalWorker(self._settings, log, gpu=gpu, warm_up=warm_up)

    def close(self, timeout: float) -> None:
        """Do nothing: each worker is closed by itself."""
