"""SQLite: the record in one file, for one computer."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, create_engine, event, literal_column, text
from sqlalchemy.dialects.sqlite import Insert, insert
from sqlalchemy.exc import DBAPIError

from mnist_core.errors import DatabaseLostError, DiskFullError, StorageError
from mnist_core.settings import Settings
from mnist_core.store.copies import is_missing, make_copy, put_back
from mnist_core.store.database import Database
from mnist_core.store.home_lock import HomeLock, waiting_for
from mnist_core.store.reserve import Reserve
from mnist_core.system.files import disk_full, storage_errors

_BUSY = 15  # seconds that a writer waits for another one
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_HEADER = 100  # bytes
_Result = TypeVar("_Result")


class SqliteDatabase(Database):
    """One SQLite file, safe to use from several threads and processes of one computer.

    Where the file is missing, the newest copy is put in its place, if there is one.

    Parameters
    ----------
    settings : Settings
    anew : bool
        Whether a missing file begins empty instead.

    Raises
    ------
    StorageError
        If the home folder can't be written or the database can't be opened.
    DatabaseLostError
        If it is damaged; and in every later request, if the file is deleted, replaced or cut short by somebody.
    """

    is_shared = False
    clock = literal_column("((julianday('now') - 2440587.5) * 86400.0)")

    def __init__(self, settings: Settings, *, anew: bool = False) -> None:
        super().__init__(settings)
        self._watch: _Watch | None = None
        path = settings.database_path
        with storage_errors(settings.home):
            settings.home.mkdir(parents=True, exist_ok=True)
            self.was_missing = is_missing(path)
            self.copy_used = self._put_back() if self.was_missing and not anew else None
        self._engine = create_engine(f"sqlite:///{path}", creator=self._connect)
        event.listen(self._engine, "connect", _configure_connection)
        self._bring_up_to_date()
        self._watch = _Watch(path)

    @property
    def name(self) -> str:
        """The file's path."""
        return str(self.settings.database_path)

    def _put_back(self) -> Path | None:
        """Put a copy in place of the missing file, but not under the hands of an app that has the lost one open."""
        lock = HomeLock(self.settings.lock_path)
        try:
            if not lock.acquire() and lock.holder() not in (None, os.getpid()):
                raise _lost(self.settings.database_path)
            return put_back(self.settings)
        finally:
            lock.release()

    def look(self) -> None:
        """Raise `DatabaseLostError` where the file is not the one that was opened any more."""
        if self._watch is not None:
            self._watch.check()

    def check(self) -> None:
        """Read all of the database once, a megabyte in milliseconds; raises `DatabaseLostError` where it is damaged."""
        with self.begin() as connection:
            found = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
        if found != "ok":
            raise self._damaged(found.splitlines()[-1])

    def in_any_case(self, action: Callable[[], _Result]) -> _Result:
        """Do what must be written though the disk is full: the space that was kept for that is given up for it."""
        try:
            return action()
        except DiskFullError:
            if not Reserve(self.settings.reserve_path).release():
                raise
            return action()

    def alone(self, connection: Connection, _what: str, *, wait: bool = True) -> bool:  # noqa: ARG002
        """Be the one writer that SQLite has at a time from here on, not from the first change on."""
        if not connection.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        return True

    def turn(self, what: str) -> AbstractContextManager[None]:
        """Wait for a lock on a file."""
        return waiting_for(self.settings.home / f"{what}.lock")

    def insert(self, table: Table) -> Insert:
        """Return SQLite's INSERT."""
        return insert(table)

    def _connect(self) -> sqlite3.Connection:
        """Open the file; make it only at first, so that one that somebody deletes is not replaced by an empty one."""
        mode = "rwc" if self._watch is None else "rw"
        address = f"{self.settings.database_path.as_uri()}?mode={mode}"
        return sqlite3.connect(address, uri=True, timeout=_BUSY, check_same_thread=False)

    def _bring_up_to_date(self) -> None:
        """Make the tables of a new file, and those of an older version as they are today; keep a copy of that one."""
        with self.begin() as connection:
            if self._is_up_to_date(connection):
                return
        with self.begin() as connection:
            # A table that SQLite can't alter is replaced, and that must not delete the rows that refer to its rows.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            # One process at a time: the others wait here, and find the work done.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            self._make_tables(connection, before=lambda: make_copy(self.settings))
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")

    def _in_words(self, error: DBAPIError) -> StorageError:
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            return disk_full(self.settings.home)
        if code in _DAMAGED:
            return self._damaged(str(error.orig))
        return StorageError(
            "The database {path} can't be used: {reason}. Check that the disk is not full and that the "
            "folder can be written.",
            path=self.settings.database_path,
            reason=str(error.orig),
        )

    def _damaged(self, reason: str) -> DatabaseLostError:
        return DatabaseLostError(
            "The database {path} can't be used: {reason}. It is damaged, but trained models are safe. Stop MNIST Lab, "
            "run “python -m mnist_core recover”, and start it again: the record of all runs is made anew from the "
            "copies in {copies} and from the folders in {runs}. Don't delete any of them.",
            path=self.settings.database_path,
            reason=reason,
            copies=self.settings.copies_dir,
            runs=self.settings.runs_dir,
        )


class _Watch:
    """Notices that the file is not any more the one that was opened, or has lost a part.

    A process that has it open sees nothing of that by itself: what it writes is lost once it ends.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        found = path.stat()
        self._file, self._size = (found.st_dev, found.st_ino), found.st_size

    def check(self) -> None:
        """Raise `DatabaseLostError` where the file was deleted, replaced or cut short."""
        try:
            found = self._path.stat()
            lost = (found.st_dev, found.st_ino) != self._file
            if not lost and found.st_size < self._size:
                lost = found.st_size < _size_by_header(self._path)  # else somebody tidied it up
                self._size = self._size if lost else found.st_size
            self._size = max(self._size, found.st_size)
        except OSError:
            lost = True
        if lost:
            raise _lost(self._path)


def _lost(path: Path) -> DatabaseLostError:
    return DatabaseLostError(
        "The database {name} was deleted, replaced or cut short while MNIST Lab was running, so nothing is written any "
        "more. Trained models are safe in their folders. Stop MNIST Lab, run “python -m mnist_core recover”, and start "
        "it again: the record of all runs is made anew.",
        name=path.name,
    )


def _size_by_header(path: Path) -> float:
    """Return how many bytes a database says that it has at least; infinity where it is none."""
    with path.open("rb") as stream:
        header = stream.read(_HEADER)
    if len(header) < _HEADER or not header.startswith(b"SQLite format 3\x00"):
        return float("inf")
    page_size = int.from_bytes(header[16:18], "big")
    return (65536 if page_size == 1 else page_size) * int.from_bytes(header[28:32], "big")


def _configure_connection(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    # Readers don't wait for the writer in WAL mode; NORMAL keeps the file whole after a crash.
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
