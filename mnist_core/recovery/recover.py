"""From a lost database back to a record of all runs.

The newest good copy comes first, then what each run's folder says, then what can be read of a damaged database, then
what the files of a run tell by themselves. What is there is never changed, so it may be done again and again.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mnist_core.errors import RunStateError
from mnist_core.recovery.salvage import salvaged_drawings, salvaged_runs
from mnist_core.recovery.traces import UntoldError, read_traces
from mnist_core.settings import Settings
from mnist_core.store import Store
from mnist_core.store.copies import is_missing, put_aside
from mnist_core.store.home_lock import HomeLock
from mnist_core.system.files import storage_errors


@dataclass
class Recovered:
    """What was brought back.

    Attributes
    ----------
    aside : Path or None
        Where the damaged database lies now.
    copy : Path or None
        The copy that was taken.
    runs : list of str
        Ids of the runs that are back.
    missing : dict of str to tuple of str
        By id, what is not known of a run that only its files tell of.
    untold : dict of str to str
        By the name of a folder that is no run again, why not; it stays as it is.
    drawings : int
        How many drawings of visitors were read from the damaged database.
    """

    aside: Path | None = None
    copy: Path | None = None
    runs: list[str] = field(default_factory=list)
    missing: dict[str, tuple[str, ...]] = field(default_factory=dict)
    untold: dict[str, str] = field(default_factory=dict)
    drawings: int = 0

    def words(self) -> list[str]:
        """Return what was done, in sentences; none where nothing was missing."""
        said = []
        if self.aside:
            said.append(f"The damaged database is kept as {self.aside}.")
        if self.copy:
            said.append(f"The record was made anew from the copy {self.copy} and from the folders of the runs.")
        if self.runs:
            said.append(f"{_runs(len(self.runs))} brought back.")
        if self.drawings:
            said.append(f"Drawings of visitors that were read from the damaged database: {self.drawings:,}.")
        if self.missing:
            unknown = sorted({words for missing in self.missing.values() for words in missing})
            said.append(
                f"Of {_runs(len(self.missing))}, trained by an older version, this is not known: {', '.join(unknown)}. "
                "Where nobody knows whose it is, only the command line and an admin see it; "
                "“python -m mnist_core recover --share” shows such runs to everyone as it brings them back."
            )
        said += [
            f"The folder {name} stays as it is and is no run again: {reason}." for name, reason in self.untold.items()
        ]
        return said


@contextmanager
def reopened(settings: Settings) -> Iterator[tuple[Store, Path | None]]:
    """Open a database, a lost one too; give the store, and where the damaged file lies now if there was one.

    Raises
    ------
    RunStateError
        If the database is lost and an app works with the folder still.
    StorageError
        If the disk is full or can't be written.
    """
    lock = HomeLock(settings.lock_path)
    aside = None
    try:
        with storage_errors(settings.home):
            settings.home.mkdir(parents=True, exist_ok=True)
            if is_missing(settings.database_path) or is_damaged(settings.database_path):
                if not lock.acquire():
                    raise RunStateError(
                        "MNIST Lab is running (process {pid}) and has the lost database open. Stop it first, then run "
                        "this again.",
                        pid=lock.holder() or "unknown",
                    )
                aside = put_aside(settings)
        store = Store(settings)
        try:
            yield store, aside
        finally:
            store.close()
    finally:
        lock.release()


def bring_back(store: Store, aside: Path | None = None, *, share: bool = False) -> Recovered:
    """Add all runs that lie in folders and not in the database; those that come with the program are there already.

    Parameters
    ----------
    store : Store
    aside : Path, optional
        A damaged database.
    share : bool
        Whether everyone may look at runs of which no file tells whose they were; else only an admin may.
    """
    done = Recovered(aside=aside, copy=store.database.copy_used, runs=list(store.brought_back))
    done.runs += store.folders.adopt_all()
    if aside is not None:
        salvaged = salvaged_runs(aside)
        for run_id in store.folders.without_row():
            if run_id in salvaged:
                store.folders.adopt(run_id, *salvaged[run_id])
                done.runs.append(run_id)
        done.drawings = store.drawings.put(salvaged_drawings(aside))
    for run_id in store.folders.without_row():
        files = store.files(run_id)
        if not files.holds_work():
            continue
        try:
            traces = read_traces(files, shared=share)
        except (UntoldError, OSError) as error:
            done.untold[run_id] = str(error)
            continue
        store.folders.adopt(run_id, traces.values, traces.points)
        done.runs.append(run_id)
        done.missing[run_id] = traces.missing
    return done


def is_damaged(path: Path) -> bool:
    """Whether SQLite finds a fault in a database, or takes it for none."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok")
    except sqlite3.Error as error:
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _runs(n: int) -> str:
    return "1 run" if n == 1 else f"{n:,} runs"
