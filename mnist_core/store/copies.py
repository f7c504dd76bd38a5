"""Copies of the database: one an hour and one before each change of its tables, a few of the last days.

A copy is made by SQLite itself, so it is whole while others write, and it is kept only if SQLite finds no fault in it.
Copies are counted, not dated: clocks can be set back.
"""

import filecmp
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from mnist_core.errors import DatabaseLostError, StorageError
from mnist_core.settings import Settings
from mnist_core.store.home_lock import waiting_for
from mnist_core.system.files import disk_full, replacing, storage_errors

_NAME = re.compile(r"mnist_lab-(\d{6})-[\d-]+\.db")
_NEWEST = 24  # so many are kept in any case
_DAY = 24  # of the older ones one in so many
_DAYS = 7
_MOST_BYTES = 1_000_000_000  # of all copies together; the newest two stay whatever they take


def copies(settings: Settings) -> list[Path]:
    """Return all copies, newest first."""
    found = [path for path in settings.copies_dir.glob("*.db") if _NAME.fullmatch(path.name)]
    return sorted(found, key=_number, reverse=True)


def _number(path: Path) -> int:
    match = _NAME.fullmatch(path.name)
    return int(match[1]) if match else 0


def make_copy(settings: Settings, source: sqlite3.Connection | None = None) -> Path:
    """Copy the database and return the copy.

    Parameters
    ----------
    settings : Settings
    source : sqlite3.Connection, optional
        An open connection, of whose content the copy is; by default a new one to the file.

    Raises
    ------
    DatabaseLostError
        If the content is damaged, or none of ours.
    StorageError
        If the disk is full or the folder can't be written.
    """
    known = copies(settings)
    number = _number(known[0]) + 1 if known else 1
    path = settings.copies_dir / f"mnist_lab-{number:06d}-{datetime.now(UTC):%Y%m%d-%H%M%S}.db"
    with replacing(path) as temporary:
        _backup(settings, source, temporary)
        if not is_whole(temporary):
            raise DatabaseLostError("The database is damaged, so no copy of it was made.")
    if known and filecmp.cmp(path, known[0], shallow=False):
        known[0].unlink(missing_ok=True)  # nothing has changed: older copies, which differ, shall stay
    _prune(settings)
    return path


def _backup(settings: Settings, source: sqlite3.Connection | None, target: Path) -> None:
    try:
        with closing(sqlite3.connect(target)) as copy:
            if source is not None:
                source.backup(copy)
            else:
                with closing(sqlite3.connect(f"{settings.database_path.as_uri()}?mode=rw", uri=True)) as opened:
                    opened.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, to be read without others beside it
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
            raise disk_full(settings.copies_dir) from error
        raise StorageError("The database could not be copied: {reason}.", reason=str(error)) from error


def is_whole(path: Path) -> bool:
    """Whether a file is a database of ours in which SQLite finds no fault."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            connection.execute("SELECT id, config, state FROM runs LIMIT 1").fetchone()
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except sqlite3.Error:
        return False


def _prune(settings: Settings) -> None:
    """Remove old copies: of those before the newest, one in a day's number stays, for a week."""
    known = copies(settings)
    older = [path for path in known[_NEWEST:] if _number(path) % _DAY == 0]
    kept = known[:_NEWEST] + older[:_DAYS]
    total = 0
    for place, path in enumerate(known):
        size = path.stat().st_size
        if path in kept and (place < 2 or total + size <= _MOST_BYTES):
            total += size
        else:
            path.unlink(missing_ok=True)


def is_missing(path: Path) -> bool:
    """Whether there is no database: no file, or one without content, which SQLite would take for a new one."""
    return not path.exists() or (path.is_file() and path.stat().st_size == 0)


def put_back(settings: Settings) -> Path | None:
    """Put the newest good copy in place of a missing database and return it; None where there is none.

    What is left of the missing one is put aside: its journal would spoil the copy.

    Raises
    ------
    OSError
        If the disk is full or can't be written.
    """
    path = settings.database_path
    with waiting_for(settings.home / "database.lock"):
        if not is_missing(path):
            return None  # another process was faster
        good = next((copy for copy in copies(settings) if is_whole(copy)), None)
        if good is None:
            return None
        put_aside(settings)
        with replacing(path) as temporary:
            shutil.copyfile(good, temporary)
            temporary.chmod(0o644)
    return good


def put_aside(settings: Settings) -> Path | None:
    """Rename what is left of a database, its journal too; return the new name, None where there was no content."""
    path = settings.database_path
    n = 1
    while (aside := path.with_name(f"{path.stem}.lost-{n}{path.suffix}")).exists():
        n += 1
    kept = None
    with storage_errors(settings.home):
        for end in ("-wal", "-shm", ""):
            part = path.with_name(path.name + end)
            if part.is_file() and (end or part.stat().st_size):
                part.rename(aside.with_name(aside.name + end))
                kept = kept if end else aside
            elif not end:
                part.unlink(missing_ok=True)
    return kept
