"""Child processes that compute one thing: what they say on the way, and how both sides know of the other's end.

A child writes JSON lines on standard output: ``{"fraction": 0.25}`` while it works, and ``{"error": ...}`` with a
sentence template and its values where it fails. The end of its standard input means that nobody waits any more.
"""

import json
import os
import subprocess
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mnist_core.errors import AnalysisError, LimitError, MnistLabError
from mnist_core.system.launching import end_by_input, launch, limit_memory, memory_of
from mnist_core.system.memory import volunteer_for_oom
from mnist_core.system.patience import EXIT_ORPHANED as EXIT_ORPHANED
from mnist_core.system.patience import end_with_the_input, pause_point
from mnist_core.system.processes import give_way
from mnist_core.text import Sentence, told

_NICENESS = 10  # pages come first, then trainings
_LOOK = 0.1  # seconds between two looks at a child
_SHUTDOWN = 5.0  # seconds that a child gets to end after its last word


def run_child(
    module: str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    report: Callable[[float], None],
    *,
    log: Path | None = None,
    seconds: float,
    memory: int,
    started: Callable[["subprocess.Popen[bytes]"], None] | None = None,
) -> tuple[int, MnistLabError | None]:
    """Run a child process to its end, within limits and only for as long as somebody waits.

    Parameters
    ----------
    module : str
        What Python shall run, with `arguments`.
    environment : mapping
        See `mnist_core.system.launching.child_environment`.
    report : callable
        Told the share that is done.
    log : Path, optional
        Where its error output goes.
    seconds : float
        Longest time.
    memory : int
        Most bytes that it may hold, and any process that it starts.
    started : callable, optional
        Told the process once it runs.

    Returns
    -------
    int, MnistLabError or None
        The exit code, and the error that the child named, or that it was ended by a limit.

    Raises
    ------
    AbandonedError
        Where nobody waits any more; the child has ended then.
    OSError
        Where it can't be started.
    """
    with log.open("wb") if log else open(os.devnull, "wb") as output:
        child = launch(module, arguments, environment, output=output, heard=True)
    limit_memory(child.pid, memory)
    if started:
        started(child)
    heard: list[MnistLabError | None] = []
    listener = threading.Thread(target=lambda: heard.append(follow(child, report)), daemon=True)
    listener.start()
    began, problem = time.monotonic(), None
    try:
        while listener.is_alive():
            listener.join(_LOOK)
            pause_point()
            if time.monotonic() - began > seconds:
                problem = LimitError(
                    "This took longer than {seconds:g} seconds, so it was ended without a result.", seconds=seconds
                )
            elif memory_of(child.pid) > memory:
                problem = LimitError(
                    "This took more than {most:.1f} GB of memory, so it was ended without a result.",
                    most=memory / 1e9,
                )
            if problem is not None:
                child.kill()
                listener.join()
    except BaseException:  # nobody waits any more, perhaps
        child.kill()
        raise
    finally:
        end_by_input(child, _SHUTDOWN)  # it has closed its output, so it is ending
        listener.join()
    return child.returncode, problem or heard[0]


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
                words = told(message["error"]["template"], message["error"]["values"])
                error = AnalysisError(words.words, **words.values)
    return error


class Voice:
    """A child's own side: it ends with its standard input, gives way to others, and says how far it is."""

    def __init__(self) -> None:
        end_with_the_input()
        volunteer_for_oom()
        give_way(_NICENESS)
        # Libraries print what they like; only our own lines go to whoever started this process. It is open until the
        # very end: whoever listens closes our input when it is closed, and that would end us before our exit code.
        self._output = os.dup(1)
        os.dup2(2, 1)

    def fraction(self, share: float) -> None:
        """Say which share is done."""
        self._say({"fraction": share})

    def error(self, error: MnistLabError) -> None:
        """Say why there is no result."""
        self._say({"error": {"template": error.template, "values": error.plain_values}})

    def exit_code_of(self, work: Callable[[], None], no_memory: Sentence) -> int:
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
