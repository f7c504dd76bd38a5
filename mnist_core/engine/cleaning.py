"""Keeping the disk from filling up."""

import shutil
import time
from contextlib import suppress
from pathlib import Path

from mnist_core.store import RunRecord, Store, Visitor
from mnist_core.store.artifacts import IMPORTING, is_run_id
from mnist_core.store.deleting import REMOVED

_WARN = 0.9  # share of the limit from which on pages say what will go
_LEFTOVER = 24 * 3600.0  # seconds after which a file without an owner is nobody's any more
_MANY = 100_000
_MOST_DRAWINGS = 200_000  # of all visitors: they take 180 MB


def next_to_go(store: Store, share: float = _WARN) -> list[RunRecord]:
    """Return the runs to delete so that all take less than `share` of the limit: oldest first, none that is kept."""
    over = store.disk_usage() - share * store.settings.total_disk_mb * 1e6
    going: list[RunRecord] = []
    if over <= 0:
        return going
    for record in store.find(oldest_first=True, limit=_MANY):
        if over <= 0:
            break
        if record.state.is_finished and not record.pinned and record.bytes:
            going.append(record)
            over -= record.bytes
    return going


def clean(store: Store) -> list[str]:
    """Delete the oldest runs while all take more than the limit; return their ids.

    What was deleted by hand makes room first: all that can't be brought back any more, and of the rest as much as
    the limit demands.
    """
    empty_bin(store)
    return [record.id for record in next_to_go(store, share=1.0) if store.remove(record.id)]


def empty_bin(store: Store) -> None:
    """Remove deleted runs for good: those whose time to be brought back is over, and more where the disk is full."""
    deleted = store.deleted_runs(Visitor(None, is_admin=True))
    over = store.disk_usage() + store.disk_usage(deleted=True) - store.settings.total_disk_mb * 1e6
    for record in reversed(deleted):
        if over > 0 or store.undo_seconds(record) <= 0:
            store.remove(record.id, deleted=True)
            over -= record.bytes


def clean_drawings(store: Store) -> int:
    """Delete the drawings of visitors who have added none for longest, while there are too many in all.

    Returns
    -------
    int
        How many visitors lost theirs.
    """
    return store.drop_idle_drawings(_MOST_DRAWINGS)


def sweep(store: Store) -> None:
    """Remove what a crash left behind: half-written and temporary files, and folders that never became a run.

    A folder without a record that holds anything of a network stays, whatever its age: the record may be what was lost.
    """
    old = time.time() - _LEFTOVER
    with suppress(OSError):
        for file in store.settings.temporary_dir.iterdir():
            with suppress(OSError):
                if file.lstat().st_mtime >= old:
                    continue
                if file.is_dir() and not file.is_symlink():
                    shutil.rmtree(file, ignore_errors=True)
                else:
                    file.unlink()
    with suppress(OSError):
        for folder in store.settings.runs_dir.iterdir():
            with suppress(OSError):
                if folder.is_dir():
                    for half in folder.glob(".writing-*"):
                        if half.lstat().st_mtime < old:
                            half.unlink()
                    if folder.name.startswith(REMOVED) or (
                        folder.lstat().st_mtime < old and _is_nobodys(store, folder)
                    ):
                        shutil.rmtree(folder, ignore_errors=True)


def _is_nobodys(store: Store, folder: Path) -> bool:
    """Whether a folder of the runs was never finished, or belongs to a run that never began."""
    if folder.name.startswith(IMPORTING):
        return True
    if not is_run_id(folder.name) or store.exists(folder.name, deleted=True):
        return False  # a run's, or what a person put there
    files = store.files(folder.name)
    return not files.holds_work() and not files.record.exists()
