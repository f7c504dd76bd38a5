"""Entry of a worker process: ``python -m mnist_core.training.worker``.

It reads one JSON object a line from standard input: ``{"command": "run", "run_id": ...}`` begins
the one run of its life, ``{"command": "stop"}`` ends that run after the current batch. The end of
standard input means that the app is gone: the process ends at once.
"""

import io
import json
import os
import sys
import threading
from queue import SimpleQueue

# Set before Keras is imported: TensorFlow's start-up messages are not for learners.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")

EXIT_ORPHANED = 4


def main() -> int:
    """Serve one run and return the process's exit code."""
    stop = threading.Event()
    commands: SimpleQueue[str] = SimpleQueue()
    threading.Thread(target=_listen, args=(stop, commands), daemon=True).start()
    run_id = commands.get()

    from mnist_core.store import own_process, shared_store
    from mnist_core.training.run import execute

    store = shared_store()
    if not store.claim(run_id, own_process()):
        return 0  # stopped while it was queued, or taken by another process
    record = execute(run_id, store, stop.is_set)
    return 0 if record.state.has_model else 1


def _listen(stop: threading.Event, commands: "SimpleQueue[str]") -> None:
    # Unbuffered: at its end Python takes the lock of a buffered input, which this thread would hold for ever.
    for line in io.FileIO(0, closefd=False):
        try:
            message = json.loads(line)
            if message["command"] == "run":
                commands.put(message["run_id"])
            elif message["command"] == "stop":
                stop.set()
        except (ValueError, TypeError, KeyError):
            print(f"A line that is no command was passed over: {line!r}", flush=True)  # into the run's log
    os._exit(EXIT_ORPHANED)


if __name__ == "__main__":
    sys.exit(main())
