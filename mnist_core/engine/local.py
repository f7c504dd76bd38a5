"""One worker process as the supervisor sees it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from mnist_core.settings import Settings

PROJECT = Path(__file__).resolve().parents[2]


class LocalWorker:
    """A process that trains one run and ends.

    Parameters
    ----------
    run_id : str
        The run; its log takes the process's output.
    log : Path
        File for the process's output.
    settings : Settings
        Passed on by the environment.
    """

    def __init__(self, run_id: str, log: Path, settings: Settings) -> None:
        self.run_id = run_id
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-u", "-m", "mnist_core.training.worker"],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=PROJECT,
                env=_environment(settings),
                # Ctrl-C in the terminal shall reach the app only, which stops its workers itself.
                start_new_session=True,
            )
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

    def terminate(self) -> None:
        """End the process without asking."""
        self._process.terminate()

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()

    def close(self, timeout: float) -> None:
        """Close the process's input, which ends it, and wait; kill it after `timeout` seconds."""
        if self._process.stdin is not None:
            try:
                self._process.stdin.close()
            except OSError:
                pass  # it is gone already
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _send(self, message: dict[str, str]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            pass  # the process has ended; the supervisor sees that by its exit code


def _environment(settings: Settings) -> dict[str, str]:
    environment = dict(os.environ)
    for name, value in settings.model_dump(mode="json", exclude_none=True).items():
        environment[f"MNIST_LAB_{name.upper()}"] = str(value)
    environment["PYTHONPATH"] = os.pathsep.join(path for path in (str(PROJECT), environment.get("PYTHONPATH")) if path)
    return environment
