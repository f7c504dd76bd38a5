"""The actor that has one worker: it runs on any computer of a Ray cluster, and speaks for a process there."""

import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mnist_core.engine.launcher import LOST
from mnist_core.engine.local import LocalWorker
from mnist_core.engine.ray_launcher import FORGOTTEN
from mnist_core.settings import Settings
from mnist_core.system.patience import EXIT_ORPHANED

_FOLDERS = frozenset(name for name, field in Settings.model_fields.items() if field.annotation in (Path, Path | None))
_ANSWER = 1.0  # seconds that an answer may take where nothing happens
_LOOK = 0.05  # seconds between two looks at the process


def settings_here(told: Mapping[str, Any]) -> Settings:
    """Return the settings of a worker on this computer.

    Where it lies on this computer is said by the environment that Ray was started in, if it says so: another home
    folder, or where the datasets are. A folder that only the app's computer has is none.
    """
    own = {name for name in _FOLDERS if os.environ.get(f"MNIST_LAB_{name.upper()}")}
    own |= {name for name in _FOLDERS - {"home"} if not Path(told.get(name, "")).is_dir()}
    return Settings(**{name: value for name, value in told.items() if name not in own})


class WorkerActor:
    """Owns a worker process, which ends with it: by the end of its input, however the actor ends.

    Its methods run side by side, in threads.

    Parameters
    ----------
    told : mapping
        See `mnist_core.system.launching.told_settings`.
    warm_up : bool
    """

    def __init__(self, told: Mapping[str, Any], warm_up: bool) -> None:
        self._worker = LocalWorker(settings_here(told), None, warm_up=warm_up)
        self._asked = time.monotonic()
        threading.Thread(target=self._end_forgotten, daemon=True).start()

    def look(self) -> dict[str, int]:
        """Return how the worker is once it has ended, or after a second: its pid, its memory, and its exit code."""
        self._asked = began = time.monotonic()
        while self._worker.poll() is None and time.monotonic() - began < _ANSWER:
            time.sleep(_LOOK)
        self._asked = time.monotonic()
        code = self._worker.poll()
        ended = {} if code is None else {"code": LOST if code == EXIT_ORPHANED else code}
        return {"pid": self._worker.pid, "memory": self._worker.memory(), **ended}

    def tell(self, command: str, *values: str) -> None:
        """Pass on what the app said to its worker, by the name of that method."""
        getattr(self._worker, command)(*values)

    def _end_forgotten(self) -> None:
        while self._worker.poll() is None:
            time.sleep(_LOOK)
            if time.monotonic() - self._asked > FORGOTTEN:
                self._worker.close(0.0)
