"""The driver of this process, as there is one supervisor."""

import threading

from mnist_core.engine import shared_supervisor
from mnist_core.store import shared_store
from mnist_core.studies.driver import StudyDriver

_shared: StudyDriver | None = None
_lock = threading.Lock()


def shared_driver() -> StudyDriver:
    """Return the driver of this process, started.

    A plain module-level singleton: Streamlit's caches can be cleared by any visitor.
    """
    global _shared
    with _lock:
        if _shared is None:
            _shared = StudyDriver(shared_store(), shared_supervisor())
            _shared.start()
        return _shared


def close_shared_driver() -> None:
    """End the driver of this process, if there is one; before its supervisor."""
    global _shared
    with _lock:
        if _shared is not None:
            _shared.close()
            _shared = None
