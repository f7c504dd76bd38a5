"""Entry of a worker process: ``python -m mnist_core.training.worker``.

It imports Keras and warms itself up, so that it can wait as a spare; then it serves one run and
ends. Commands are one JSON object a line on standard input: ``{"command": "run", "run_id": ..., "holder": ...}``
begins the run of an app, ``{"command": "stop"}`` and ``{"command": "pause"}`` end it after the current
batch. The end of standard input means that the app is gone: the process ends at once.

``--no-warm-up`` is for a worker whose run waits already.
"""

import mnist_core.as_program  # noqa: F401

# isort: split
import io
import json
import os
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import TextIO

from mnist_core.system.memory import return_freed_blocks, volunteer_for_oom
from mnist_core.system.processes import give_way
from mnist_core.training.control import Control

EXIT_ORPHANED = 4
EXIT_UNRECORDED = 5
_NICENESS = 5  # pages come first: each wants a processor for a moment only


def main(arguments: list[str]) -> int:
    """Serve one run and return the process's exit code."""
    control = Control()
    runs: SimpleQueue[tuple[str, str | None]] = SimpleQueue()
    threading.Thread(target=_listen, args=(control, runs), daemon=True).start()
    volunteer_for_oom()
    give_way(_NICENESS)
    if "--no-warm-up" not in arguments:
        _get_ready(lambda: not runs.empty())
    run_id, holder = runs.get()

    from mnist_core.errors import StorageError
    from mnist_core.store import shared_store
    from mnist_core.system.processes import own_process
    from mnist_core.training.run import execute

    store = shared_store()
    _log_into(store.files(run_id).log)
    store.database.be_patient()
    here = store.settings.engine == "local"
    if not store.queue.claim(run_id, own_process() if here else None, holder):
        return 0  # stopped while it was queued, or taken by another process
    try:
        record = execute(run_id, store, control, traceback.print_exception)  # into the log of the run
    except StorageError:  # nothing can be written: the app tells how the run ended, once that is possible
        traceback.print_exc()
        return EXIT_UNRECORDED
    return 1 if record.error else 0


def _get_ready(wanted: Callable[[], bool]) -> None:
    """Warm up; then find out how fast this computer is, unless a run comes in between."""
    from mnist_core.settings import get_settings
    from mnist_core.training.machine_speed import calibrate_once
    from mnist_core.training.warm_up import warm_up

    warm_up(wanted)
    if not wanted():
        calibrate_once(get_settings().speed_path, wanted)
    if not wanted():
        return_freed_blocks()


def _listen(control: Control, runs: "SimpleQueue[tuple[str, str | None]]") -> None:
    # Unbuffered: at its end Python takes the lock of a buffered input, which this thread would hold for ever.
    for line in io.FileIO(0, closefd=False):
        try:
            message = json.loads(line)
            if message["command"] == "run":
                runs.put((message["run_id"], message.get("holder")))
            elif message["command"] == "stop":
                control.stop()
            elif message["command"] == "pause":
                control.pause()
        except (ValueError, TypeError, KeyError):
            print(f"A line that is no command was passed over: {line!r}", flush=True)  # into the run's log
    os._exit(EXIT_ORPHANED)


def _log_into(path: Path) -> None:
    """Let everything that this process prints go into a run's log from now on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    sys.stdout, sys.stderr = _Log(sys.stdout), _Log(sys.stderr)


class _Log(io.TextIOBase):
    """Takes what is printed; what a full disk does not take is lost, and nothing else."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()

    def fileno(self) -> int:
        return self._stream.fileno()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
