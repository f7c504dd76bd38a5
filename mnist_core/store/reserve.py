"""Disk space that is kept for the moment when there is none: to write how runs ended, and to delete some."""

import os
import shutil
from pathlib import Path

from mnist_core.system.files import replacing

_SIZE = 8_000_000  # bytes; the end of a run takes some 100 kB in the database's journal
_AMPLE = 4 * _SIZE  # only where so much is free


class Reserve:
    """One file in the home folder that is given up for more important ones.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def fill(self) -> None:
        """Set the space aside, unless it is, or there is little; raises `StorageError`."""
        if not self._path.exists() and shutil.disk_usage(self._path.parent).free > _AMPLE:
            with replacing(self._path) as temporary:
                temporary.write_bytes(os.urandom(_SIZE))  # zeros would take no space on some file systems

    def release(self) -> bool:
        """Give the space free; return whether there was any."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True


def disk_is_full(folder: Path, needed: int = _SIZE // 8) -> bool:
    """Whether hardly anything can be written any more: fewer than `needed` bytes."""
    try:
        return shutil.disk_usage(folder).free < needed
    except OSError:
        return False


def no_room_for_a_run(folder: Path) -> bool:
    """Whether a run that begins now would find no space: it would take what was given free for the ends of others."""
    return disk_is_full(folder, 2 * _SIZE)
