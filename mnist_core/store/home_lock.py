"""One process at a time: a lock that the system takes back when its process ends, however it ends."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType

_fcntl: ModuleType | None
try:
    import fcntl as _fcntl
except ImportError:  # Windows: there it holds nobody off
    _fcntl = None


class HomeLock:
    """A lock on a home folder, of whole processes; the file says which one holds it.

    Where the file system knows no locks, everybody gets it: that is how it was before there was one.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    @property
    def is_held(self) -> bool:
        """Whether this object holds the lock."""
        return self._handle is not None

    def acquire(self, *, wait: bool = False) -> bool:
        """Take the lock, with `wait` once no other process has it.

        Returns
        -------
        bool
            False where another process has it, or where the disk does not take the file.
        """
        if self._handle is not None:
            return True
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError:
            return False
        try:
            if _fcntl is not None:
                _fcntl.flock(handle, _fcntl.LOCK_EX | (0 if wait else _fcntl.LOCK_NB))
        except BlockingIOError:
            os.close(handle)
            return False
        except OSError:
            pass
        self._handle = handle
        with suppress(OSError):  # a full disk: the lock holds without the number too
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        return True

    def release(self) -> None:
        """Give the lock back, if this object holds it."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def holder(self) -> int | None:
        """Return the id of the process that took the lock last, if it could be written down."""
        try:
            return int(self._path.read_text())
        except (OSError, ValueError):
            return None


@contextmanager
def waiting_for(path: Path) -> Iterator[None]:
    """Do something while no other process does it."""
    lock = HomeLock(path)
    lock.acquire(wait=True)
    try:
        yield
    finally:
        lock.release()
