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
from mnist_core.text import English, Phrase, english


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
    untold : dict of str to Phrase
        By the name of a folder that is no run again, why not; it stays as it is.
    drawings : int
        How many drawings of visitors were read from the damaged database.
    """

    aside: Path | None = None
    copy: Path | None = None
    runs: list[str] = field(default_factory=list)
    missing: dict[str, tuple[str, ...]] = field(default_factory=dict)
    untold: dict[str, Phrase] = field(default_factory=dict)
    drawings: int = 0

    def words(self, t: English = english) -> list[str]:
        """Return what was done, in sentences; none where nothing was missing."""
        said = []
        if self.aside:
            said.append(t("The damaged database is kept as {file}.", file=self.aside))
        if self.copy:
            said.append(
                t("The record was made anew from the copy {file} and from the folders of the runs.", file=self.copy)
            )
        if self.runs:
            said.append(t.plural("{n:,} run brought back.", "{n:,} runs brought back.", len(self.runs)))
        if self.drawings:
            said.append(t("Drawings of visitors that were read from the damaged database: {n:,}.", n=self.drawings))
        if self.missing:
            unknown = sorted({words for missing in self.missing.values() for words in missing})
            said.append(
                t.plural(
                    "Of {n:,} run, trained by an older version, this is not known: {what}.",
                    "Of {n:,} runs, trained by an older version, this is not known: {what}.",
                    len(self.missing),
                    what=", ".join(t(words) for words in unknown),
                )
                + " "
                + t(
                    "Where nobody knows whose it is, only the command line and an admin see it; "
                    "“python -m mnist_core recover --share” shows such runs to everyone as it brings them back."
                )
            )
        said += [
            t("The folder {name} stays as it is and is no run again: {reason}.", name=name, reason=reason)
            for name, reason in self.untold.items()
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
            path = settings.database_path
            if settings.database_url is None and (is_missing(path) or is_damaged(path)):
                if not lock.acquire():
                    raise RunStateError(
                        "MNIST Lab is running (process {pid}) and has the lost database open. Stop it first, then run "
                        "this again.",
                        pid=lock.holder() or Phrase("unknown"),
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
            if isinstance(error, UntoldError):
                done.untold[run_id] = error.phrase
            else:
                done.untold[run_id] = Phrase("{reason}", reason=error)
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
