"""Keeping what would bring a lost database back: copies of a file, and what each run's folder says."""

import sqlite3
import threading
import time
from contextlib import closing, suppress

from mnist_core.errors import DatabaseLostError, StorageError
from mnist_core.store import Store
from mnist_core.store.copies import copies, make_copy
from mnist_core.system.saying import say

_HOUR = 3600.0


class Keeper:
    """Makes a copy of the database each hour, in a thread of its own: a large one takes seconds.

    It keeps the file open, so that the content can still be read where somebody deletes it. A database on a server is
    copied by whoever owns that (``pg_dump``); what the folders say is kept up all the same.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._wake = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to work."""
        self._thread = threading.Thread(target=self._loop, name="keeper", daemon=True)
        self._thread.start()

    def look(self) -> None:
        """Look at the database now: it may be lost."""
        self._wake.set()

    def close(self, timeout: float) -> None:
        """Stop working."""
        self._closing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout)

    def _loop(self) -> None:
        if self._store.database.is_shared:
            self._keep_records()
            return
        address = f"{self._store.settings.database_path.as_uri()}?mode=ro"
        try:
            with closing(sqlite3.connect(address, uri=True)) as source:
                source.execute("SELECT COUNT(*) FROM runs").fetchone()  # opens the journal too
                self._work(source)
        except sqlite3.Error as error:
            say(f"No copies of the database are made: {error}")

    def _keep_records(self) -> None:
        while not self._closing:
            try:
                self._store.folders.keep_records()
            except OSError as error:
                say(f"The folders of the runs could not be looked at this time: {error}")
            self._wake.wait(_HOUR)
            self._wake.clear()

    def _check(self) -> None:
        """Look for damage that the queue may not come across; raises `DatabaseLostError`."""
        try:
            self._store.database.check()
        except DatabaseLostError as lost:
            say(str(lost))
            raise

    def _work(self, source: sqlite3.Connection) -> None:
        next_copy = time.monotonic() + _until_due(self._store)
        while not self._closing:
            try:
                if time.monotonic() >= next_copy:
                    next_copy = time.monotonic() + _HOUR
                    self._check()
                    make_copy(self._store.settings)
                    self._store.folders.keep_records()
                else:
                    self._store.database.look()
            except DatabaseLostError:
                with suppress(StorageError):  # what was cut short or damaged can't be read any more
                    say(f"What it held until now is in {make_copy(self._store.settings, source)}")
                return
            except OSError as error:
                say(f"The database could not be copied this time: {error}")
            self._wake.wait(max(0.1, next_copy - time.monotonic()))
            self._wake.clear()


def _until_due(store: Store) -> float:
    """Return the seconds until the next copy is due; 0 where there is none, or only one from the future."""
    newest = next(iter(copies(store.settings)), None)
    if newest is None:
        return 0.0
    age = time.time() - newest.stat().st_mtime
    return _HOUR - age if 0 <= age < _HOUR else 0.0
