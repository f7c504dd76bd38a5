"""A TensorBoard of its own process for one folder: ``python -m mnist_core.tensorboard.program FOLDER [IDLE]``.

It prints the port on this computer where it answers. It ends with its standard input, and once nobody has asked for
anything for IDLE seconds; the folder goes with it. TensorFlow is never imported: TensorBoard has a stand-in that reads
logs.
"""

import mnist_core.as_program  # noqa: F401

# isort: split
import logging
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from mnist_core.system.memory import volunteer_for_oom
from mnist_core.system.processes import give_way

_IDLE = 600.0  # seconds without a question after which it ends
_LOOK = 1.0  # seconds between two looks at that
_NICENESS = 10  # pages come first, then trainings
_STAND_IN = "tensorboard.compat.notf"  # where there is such a module, TensorBoard takes its stand-in for TensorFlow

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def main(folder: Path, idle: float = _IDLE) -> None:
    """Serve a folder until nobody asks any more."""
    give_way(_NICENESS)
    volunteer_for_oom()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    told = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is not for the one who started this
    asked = [time.monotonic()]

    def watched(application: Application) -> Application:
        def answer(environment: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            asked[0] = time.monotonic()
            return application(environment, start)

        return answer

    try:
        print(urlsplit(_launched(folder, watched)).port, file=told, flush=True)
        over = threading.Event()

        def listen() -> None:
            sys.stdin.buffer.read()
            over.set()

        threading.Thread(target=listen, daemon=True).start()
        while not over.wait(_LOOK) and time.monotonic() - asked[0] < idle:
            pass
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # links to logs, and logs that were written for this only
    os._exit(0)  # its threads read for as long as the process lives


def _launched(folder: Path, watched: Callable[[Application], Application]) -> str:
    """Start TensorBoard on a free port of this computer; return its address."""
    sys.modules[_STAND_IN] = ModuleType(_STAND_IN)
    from tensorboard import default, program

    board = program.TensorBoard(
        plugins=default.get_static_plugins(),
        server_class=lambda application, flags: program.create_port_scanning_werkzeug_server(
            watched(application), flags
        ),
    )
    options = ["--host", "127.0.0.1", "--port", "0", "--reload_interval", "5", "--load_fast", "false"]
    board.configure(argv=["tensorboard", "--logdir", str(folder), *options])
    return str(board.launch())


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(float, sys.argv[2:]))
