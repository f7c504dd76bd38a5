"""Where workers come from, and what the supervisor says to one: `local` on this computer, `ray_launcher` on others."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

LOST = 256  # no process ends with this: nobody knows how it ended, for what ran it is out of reach


class Worker(Protocol):
    """A process that waits for a run, trains it and ends. No call waits for it, but for `close`."""

    @property
    def gpu(self) -> str | None:
        """The one card of this computer that the process sees."""

    @property
    def pid(self) -> int | None:
        """Process id on its own computer, once it is known."""

    def begin(self, run_id: str, holder: str) -> None:
        """Give the process its run, which the app `holder` has; its output goes into the run's log from now on."""

    def poll(self) -> int | None:
        """Return the exit code, `LOST` where nobody knows it, or None while the process lives."""

    def request_stop(self) -> None:
        """Ask for the end after the current batch."""

    def request_pause(self) -> None:
        """Ask for a checkpoint and the end after the current batch."""

    def memory(self) -> int:
        """Return the bytes of memory that the process takes, as was last known; 0 once it is gone."""

    def terminate(self) -> None:
        """End the process without asking."""

    def kill(self) -> None:
        """End the process at once."""

    def close(self, timeout: float) -> None:
        """Close the process's input, which ends it, and wait for at most `timeout` seconds."""


class Launcher(Protocol):
    """Starts workers. Used by the supervisor's thread; any thread may read its properties."""

    @property
    def slots(self) -> int:
        """How many workers there may be at once; it may change."""

    @property
    def memory_limit_mb(self) -> float:
        """Most memory of one worker."""

    @property
    def cards(self) -> Sequence[str]:
        """The cards of this computer that workers are given, one each."""

    @property
    def spares(self) -> int:
        """How many workers may wait for a run at most."""

    def look(self) -> None:
        """Look after what connects it with its workers; called again and again."""

    def launch(self, log: Path, *, gpu: str | None, warm_up: bool) -> Worker:
        """Start a worker; raises `OSError` where that is not possible.

        Parameters
        ----------
        log : Path
            File to which the process's output is added until its run begins, where it is one of this computer.
        gpu : str or None
            The one of `cards` that the process shall see.
        warm_up : bool
            Whether it shall use the time before its run to import Keras and compile a first program.
        """

    def close(self, timeout: float) -> None:
        """End what it has started, within about `timeout` seconds."""
