"""Which app does for all what is done once: looking for runs without a process, cleaning, copies."""

import time

from mnist_core.store import Store
from mnist_core.store.apps import BEAT
from mnist_core.store.home_lock import HomeLock

_LEASE = "lead"


class Lead:
    """The lead among the apps of one lab. Used by the supervisor's thread only.

    On one computer it is a lock, which the system takes back however its process ends; where computers share a lab it
    is a lease.
    """

    def __init__(self, store: Store) -> None:
        self._apps, self._is_shared = store.apps, store.database.is_shared
        self._lock = HomeLock(store.settings.lock_path)
        self._is_held, self._next_look = False, 0.0

    @property
    def is_held(self) -> bool:
        """Whether this app had the lead when it last looked."""
        return self._is_held

    def look(self) -> bool:
        """Take the lead where nobody has it, or keep it; return whether this app has it. Raises `StorageError`."""
        if not self._is_shared:
            self._is_held = self._lock.acquire()
        elif time.monotonic() >= self._next_look:
            self._is_held = False  # unless the database says so again
            self._is_held = self._apps.take(_LEASE)
            self._next_look = time.monotonic() + BEAT
        return self._is_held

    def holder(self) -> int | str | None:
        """Return the process, or the computer, that has it; None where that is not known."""
        return self._apps.holder(_LEASE) if self._is_shared else self._lock.holder()

    def release(self) -> None:
        """Give it back, if this app has it."""
        if self._is_held:
            self._apps.give_back(_LEASE) if self._is_shared else self._lock.release()
            self._is_held = False
