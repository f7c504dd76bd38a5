"""The table of published files: what of each run lies in object storage."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, exists, insert, select

from mnist_core.store.database import Database
from mnist_core.store.tables import files, runs


@dataclass(frozen=True)
class PublishedFile:
    """One file of a run as it was published; it is never changed, only replaced.

    Attributes
    ----------
    name : str
        Path within the run's folder, with slashes.
    sha256 : str
        Of its content, in hexadecimal digits.
    bytes : int
    changed : int
        Microseconds since 1970. Wherever the file is brought, it gets this time, and is known by it and its size.
    step : int or None
        Of a checkpoint, how many batches are behind it.
    """

    name: str
    sha256: str
    bytes: int
    changed: int
    step: int | None = None


class Published:
    """Reads and writes what is published of each run; for `ObjectStorage`, and for nobody else.

    All files of a run are replaced in one transaction, so they belong together. Rows outlive the run's own row: they
    are what is still to be removed from the object store.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, run_id: str) -> dict[str, PublishedFile]:
        """Return the published files of a run, by name."""
        with self._database.begin() as connection:
            return self.within(connection, run_id)

    def within(self, connection: Connection, run_id: str) -> dict[str, PublishedFile]:
        """Return the same within a transaction."""
        rows = connection.execute(select(files).where(files.c.run_id == run_id))
        return {row.name: PublishedFile(row.name, row.sha256, row.bytes, row.changed, row.step) for row in rows}

    def replace(self, connection: Connection, run_id: str, old: Collection[str], new: Iterable[PublishedFile]) -> None:
        """Let files of a run take the place of those of some names."""
        new = list(new)
        names = {*old, *(file.name for file in new)}
        connection.execute(delete(files).where(files.c.run_id == run_id, files.c.name.in_(names)))
        if new:
            connection.execute(insert(files), [{"run_id": run_id, **asdict(file)} for file in new])

    def correct(self, run_id: str, file: PublishedFile) -> None:
        """Let this be the published file of its name, whose object is gone."""
        with self._database.begin() as connection:
            self.replace(connection, run_id, (), [file])

    def of_removed_runs(self) -> list[str]:
        """Return the ids of runs that are gone, and whose objects are to follow them."""
        gone = ~exists(select(runs.c.id).where(runs.c.id == files.c.run_id))
        return [row.run_id for row in self._database.rows(select(files.c.run_id).where(gone).distinct())]

    def forget(self, run_id: str) -> None:
        """Forget the files of a run that is gone, once its objects are removed."""
        gone = ~exists(select(runs.c.id).where(runs.c.id == run_id))
        with self._database.begin() as connection:
            connection.execute(delete(files).where(files.c.run_id == run_id, gone))


def key_of(run_id: str, file: PublishedFile) -> str:
    """Return where a published file lies in its bucket; `mnist_core.store.objects.object_storage` says why there."""
    return f"runs/{run_id}/{file.sha256}/{file.name}"


def digest_of_files(published: Mapping[str, PublishedFile]) -> str:
    """Return what differs for any two sets of files: by it a folder knows whether it goes on from what is published."""
    told = "\n".join(f"{file.sha256} {name}" for name, file in sorted(published.items()))
    return hashlib.sha256(told.encode()).hexdigest()
