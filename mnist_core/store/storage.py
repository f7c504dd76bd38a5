"""Where the files of runs are kept: what every such place offers, and the usual one, a folder."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection

from mnist_core.store.objects.published import PublishedFile

Record = Callable[[Connection], None]  # writes within a transaction what was published before it


class Storage(Protocol):
    """Files of runs, which are read and written in a folder on this computer wherever they are kept.

    Who reads asks for a path (`path`, `folder`), and the file is there. Who writes works in the folder of the run
    (`begin`) and publishes what changed (`publishing`): all of it, or nothing.
    """

    is_elsewhere: bool  # whether files have to be published before others have them

    def path(self, run_id: str, name: str) -> Path:
        """Return where a file of a run lies on this computer, by its name in the run's folder.

        It is the newest one that was published, unless the run is worked at here. There may be none of that name.

        Raises
        ------
        StorageError
            If it can't be had at the moment.
        """

    def folder(self, run_id: str, name: str) -> Path:
        """Return a folder in that of the run, with all its files; raises as `path`."""

    def listed(self, run_id: str) -> Mapping[str, PublishedFile] | None:
        """Return what there is of a run, by name; None where its folder on this computer tells that."""

    def begin(self, run_id: str) -> None:
        """Bring all files of a run; from now on this process works in its folder. Raises as `path`."""

    def publishing(self, run_id: str, *, work_goes_on: bool = False) -> AbstractContextManager[Record]:
        """Publish what is new in the folder of a run; what it gives has to be called within a transaction.

        Where the block fails nothing is published. Without `work_goes_on` nobody works in the folder any more.

        Raises
        ------
        StorageError
            If it can't be published at the moment.
        """

    def with_work(self) -> list[str]:
        """Return the ids of runs in whose folders there is something to publish, and nobody of this process works."""

    def tidy(self, is_known: Callable[[str], bool]) -> None:
        """Remove what is kept elsewhere, or was brought from there, of runs that are gone.

        Parameters
        ----------
        is_known : callable
            Whether there is a record of the run of an id.
        """

    def sweep(self, old: float) -> None:
        """Remove what somebody began to publish before `old` (seconds since 1970), and never did."""

    def ids(self) -> list[str]:
        """Return the ids of runs that have files elsewhere."""

    def recall(self, run_id: str) -> Record:
        """Find out what was published of a run whose record is lost, and bring what tells of it into its folder."""


class FolderStorage:
    """One folder for each run, which all processes share: what is written there is published."""

    is_elsewhere = False

    def __init__(self, runs_dir: Path) -> None:
        self._runs_dir = runs_dir

    def path(self, run_id: str, name: str) -> Path:
        """Return the path; nothing has to be brought."""
        return self._runs_dir / run_id / name

    folder = path

    def listed(self, _run_id: str) -> None:
        """Return None: the folder tells."""

    def begin(self, _run_id: str) -> None:
        """All files are there."""

    @contextmanager
    def publishing(self, _run_id: str, *, work_goes_on: bool = False) -> Iterator[Record]:
        """Publish nothing: all is published."""
        yield _nothing

    def with_work(self) -> list[str]:
        """Return none: all is published."""
        return []

    def tidy(self, _is_known: Callable[[str], bool]) -> None:
        """Nothing is kept elsewhere."""

    def sweep(self, _old: float) -> None:
        """Nothing is kept elsewhere."""

    def ids(self) -> list[str]:
        """Return none."""
        return []

    def recall(self, _run_id: str) -> Record:
        """Nothing has to be found out."""
        return _nothing


def _nothing(_connection: Connection) -> None:
    """All is published."""
