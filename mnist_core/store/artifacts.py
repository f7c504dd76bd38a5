"""The folders of all runs: made, taken in from elsewhere, removed and swept."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from mnist_core.store.run_files import RunFiles, is_run_id
from mnist_core.store.storage import FolderStorage, Storage
from mnist_core.system.files import WRITING, storage_errors

# How the names of folders begin that are not a run yet, or not any more.
_INCOMING, _REMOVED = ".importing-", ".removed-"


def new_run_id() -> str:
    """Return an id that no run has or had: the time, and a random number."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"


class Artifacts:
    """The folders of all runs, one each; it knows no database.

    A folder is there before its row and goes after it, so a row never lacks its files.

    Attributes
    ----------
    storage : Storage
        Where the files are kept.
    """

    def __init__(self, runs_dir: Path, storage: Storage | None = None) -> None:
        self._runs_dir = runs_dir
        self.storage = storage or FolderStorage(runs_dir)

    def of(self, run_id: str) -> RunFiles:
        """Return the files of a run; raises `RunNotFoundError` for what is no id."""
        return RunFiles(self._runs_dir, run_id, self.storage)

    def local(self, run_id: str) -> RunFiles:
        """Return what of the files of a run lies on this computer, without bringing any; raises as `of`."""
        return RunFiles(self._runs_dir, run_id)

    def ids(self) -> list[str]:
        """Return the ids of all runs that have files, oldest first; raises `StorageError` where that can't be known."""
        found: list[str] = []
        with suppress(OSError):
            found = [path.name for path in self._runs_dir.iterdir() if path.is_dir()]
        return sorted({*(name for name in found if is_run_id(name)), *self.storage.ids()})

    def take_in(self, files: Mapping[str, bytes]) -> str:
        """Make the folder of a new run of files that come from elsewhere, all in one step; return its id.

        Parameters
        ----------
        files : mapping of str to bytes
            By the names of `run_files`.

        Raises
        ------
        StorageError
            If the disk is full or can't be written.
        """
        with storage_errors(self._runs_dir):
            self._runs_dir.mkdir(parents=True, exist_ok=True)
            # Nobody's while it is written: what a crash leaves behind is swept.
            folder = Path(tempfile.mkdtemp(prefix=_INCOMING, dir=self._runs_dir))
            try:
                for name, content in files.items():
                    (folder / name).parent.mkdir(exist_ok=True)
                    (folder / name).write_bytes(content)
                folder.chmod(0o755)
                run_id = new_run_id()
                os.rename(folder, self.of(run_id).folder)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
        return run_id

    def remove(self, run_id: str) -> None:
        """Remove the folder of a run; what can't be removed is swept later, what is kept elsewhere goes by `tidy`."""
        # Under another name first: a folder that still holds a model must not look like one whose record was lost.
        folder = self.of(run_id).folder
        going = folder.with_name(f"{_REMOVED}{run_id}")
        with suppress(OSError):
            folder.rename(going)
        for path in (going, folder):
            shutil.rmtree(path, ignore_errors=True)

    def sweep(self, old: float, is_known: Callable[[str], bool]) -> None:
        """Remove half-written files, and folders that never became a run or are none any more.

        A folder that holds anything of a network stays, whatever its age: its record may be what was lost. So does what
        a person put beside the runs.

        Parameters
        ----------
        old : float
            What was changed before this time (seconds since 1970) is nobody's work any more.
        is_known : callable
            Whether there is a record of the run of an id.
        """
        with suppress(OSError):
            for folder in self._runs_dir.iterdir():
                with suppress(OSError):
                    if folder.is_dir():
                        for half in folder.rglob(f"{WRITING}*"):
                            if half.lstat().st_mtime < old:
                                half.unlink()
                        if folder.name.startswith(_REMOVED) or (
                            folder.lstat().st_mtime < old and self._is_nobodys(folder, is_known)
                        ):
                            shutil.rmtree(folder, ignore_errors=True)

    def _is_nobodys(self, folder: Path, is_known: Callable[[str], bool]) -> bool:
        if folder.name.startswith(_INCOMING):
            return True
        if not is_run_id(folder.name) or is_known(folder.name):
            return False
        files = self.local(folder.name)
        return not files.holds_work() and not files.record.exists()
