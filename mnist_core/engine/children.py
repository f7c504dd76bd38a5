"""Child processes that compute one thing: what they say on the way, and how both sides know of the other's end.

A child writes JSON lines on standard output: ``{"fraction": 0.25}`` while it works, and ``{"error": ...}`` with a
sentence template and its values where it fails. The end of its standard input means that nobody waits any more.
"""

import json
import os
import subprocess
import threading
import traceback
from collections.abc import Callable
from typing import Any

from mnist_core.errors import AnalysisError, MnistLabError
from mnist_core.memory import volunteer_for_oom

EXIT_ORPHANED = 4
_NICENESS = 10  # pages and trainings come first


def follow(child: "subprocess.Popen[bytes]", report: Callable[[float], None]) -> MnistLabError | None:
    """Follow a child's lines to their end, telling `report` the share that is done; return the error that it named."""
    assert child.stdout is not None
    error = None
    with child.stdout:
        for line in child.stdout:
            try:
                message = json.loads(line)
            except ValueError:
                continue  # a line cut off by the child's end
            if "fraction" in message:
                report(float(message["fraction"]))
            if "error" in message:
                error = AnalysisError(message["error"]["template"], **message["error"]["values"])
    return error


class Voice:
    """A child's own side: it ends with its standard input, gives way to others, and says how far it is."""

    def __init__(self) -> None:
        threading.Thread(target=_end_with_the_input, daemon=True).start()
        volunteer_for_oom()
        if hasattr(os, "nice"):  # not on Windows
            os.nice(_NICENESS)
        # Libraries print what they like; only our own lines go to whoever started this process. It is open until the
        # very end: whoever listens closes our input when it is closed, and that would end us before our exit code.
        self._output = os.dup(1)
        os.dup2(2, 1)

    def fraction(self, share: float) -> None:
        """Say which share is done."""
        self._say({"fraction": share})

    def error(self, error: MnistLabError) -> None:
        """Say why there is no result."""
        self._say({"error": {"template": error.template, "values": {k: str(v) for k, v in error.values.items()}}})

    def exit_code_of(self, work: Callable[[], None], no_memory: str) -> int:
        """Do the work and return the process's exit code: 0 it is done, 1 it failed.

        Parameters
        ----------
        work : callable
        no_memory : str
            What is said where there was not enough memory.
        """
        try:
            work()
        except MnistLabError as error:
            self.error(error)
        except MemoryError:
            self.error(MnistLabError(no_memory))
        except Exception:  # into the log; the app says that there is no result
            traceback.print_exc()
        else:
            return 0
        return 1

    def _say(self, message: dict[str, Any]) -> None:
        os.write(self._output, json.dumps(message).encode() + b"\n")


def _end_with_the_input() -> None:
    while os.read(0, 1024):
        pass
    os._exit(EXIT_ORPHANED)
