"""What was brought from object storage to this computer: kept for the next who wants it, up to a limit."""

import os
import threading
import time
from contextlib import suppress
from pathlib import Path

from mnist_core.store.objects.work import files_in, goes_on_from, is_marked
from mnist_core.store.run_files import CURVE, RECORD, WORK

_IN_USE = 60.0  # seconds after which a file counts as used anew; so long nobody takes it away
_LOOK = 20  # after so many parts of the limit were brought, it is looked whether they were too many
_KEPT = 0.9  # share of the limit that is left then


class ObjectCache:
    """Copies of published files in the folders of runs; those that were used longest ago go first.

    What is not published, and what the record of runs keeps of itself, is none of it and always stays.

    Parameters
    ----------
    runs_dir : Path
    most : int
        Bytes.
    """

    def __init__(self, runs_dir: Path, most: int) -> None:
        self._runs_dir, self._most = runs_dir, most
        self._lock = threading.Lock()
        self._brought = 0

    def note_use(self, path: Path) -> None:
        """Remember that a file was used now; it costs nothing where that is known."""
        with suppress(OSError):
            found = path.stat()
            if time.time() - found.st_atime > _IN_USE / 2:
                os.utime(path, ns=(time.time_ns(), found.st_mtime_ns))

    def grow(self, size: int) -> None:
        """Count what was brought; make room where that was much."""
        with self._lock:
            self._brought += size
            if self._brought < self._most / _LOOK:
                return
            self._brought = 0
        self.shrink()

    def shrink(self) -> None:
        """Remove copies where there are more than the limit."""
        copies = self._copies()
        total = sum(size for _used, size, _path in copies)
        if total <= self._most:
            return
        for used, size, path in sorted(copies):
            if total <= _KEPT * self._most or time.time() - used < _IN_USE:
                return
            with suppress(OSError):
                path.unlink()
            total -= size

    def _copies(self) -> list[tuple[float, int, Path]]:
        """Return when each copy was used, its bytes, and where it is."""
        found = []
        for folder in self._runs_dir.iterdir() if self._runs_dir.is_dir() else ():
            with suppress(OSError):
                if not is_marked(folder) or goes_on_from(folder) is not None:
                    continue
                for name in files_in(folder):
                    if name not in (RECORD, CURVE, WORK):
                        status = (folder / name).stat()
                        found.append((status.st_atime, status.st_size, folder / name))
        return found
