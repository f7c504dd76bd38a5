"""One worker process as the supervisor sees it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil

from mnist_core.settings import Settings
from mnist_core.system.libraries import own_environment

PROJECT = Path(__file__).resolve().parents[2]
WORKER = "mnist_core.training.worker"  # the program of a worker process
UNRECORDED = 5  # its exit code where it could not write how its run ended


class LocalWorker:
    """A process that waits for a run, trains it and ends.

    Parameters
    ----------
    settings : Settings
        Passed on by the environment, but for the admin token.
    log : Path
        File to which the process's output is added until its run begins.
    gpu : str, optional
        The one card that the process shall see.
    warm_up : bool
        Whether it shall use the time before its run to import Keras and compile a first program.
    """

    def __init__(self, settings: Settings, log: Path, *, gpu: str | None = None, warm_up: bool) -> None:
        self.gpu = gpu
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-u", "-m", WORKER, *([] if warm_up else ["--no-warm-up"])],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=PROJECT,
                env=child_environment(settings, gpu),
                # Ctrl-C in the terminal shall reach the app only, which stops its workers itself.
                start_new_session=True,
            )

    def begin(self, run_id: str) -> None:
        """Give the process its run; its output goes into the run's log from now on."""
        self._send({"command": "run", "run_id": run_id})

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


def end_by_input(process: "subprocess.Popen[bytes]", timeout: float) -> None:
    """Close the input of a process, which ends it, and wait; kill it after `timeout` seconds."""
    if process.stdin is not None:
        try:
            process.stdin.close()
        except OSError:
            pass  # it is gone already
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def child_environment(settings: Settings, gpu: str | None = None) -> dict[str, str]:
    """Return the environment of a process of ours: these settings, but for the admin token.

    What libraries read is ours too: see `mnist_core.system.libraries.own_environment`.
    """
    environment = own_environment(os.environ)
    environment.pop("MNIST_LAB_ADMIN_TOKEN", None)
    for name, value in settings.model_dump(mode="json", exclude_none=True, exclude={"admin_token"}).items():
        environment[f"MNIST_LAB_{name.upper()}"] = str(value)
    if gpu is not None:
        environment["CUDA_VISIBLE_DEVICES"] = gpu
    settings.temporary_dir.mkdir(parents=True, exist_ok=True)
    environment["TMPDIR"] = str(settings.temporary_dir)
    environment["PYTHONPATH"] = os.pathsep.join(path for path in (str(PROJECT), environment.get("PYTHONPATH")) if path)
    return environment


def memory_of(pid: int) -> int:
    """Return the bytes of memory that a process takes; 0 once it is gone."""
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0
