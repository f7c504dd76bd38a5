"""Tidying up in object storage, and what it tells where the database is lost."""

import shutil
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from mnist_core.store.objects.object_store import ObjectStore, StoredObject
from mnist_core.store.objects.published import Published, PublishedFile, key_of
from mnist_core.store.objects.work import goes_on_from, is_marked
from mnist_core.store.run_files import CURVE, RECORD, is_run_id
from mnist_core.store.storage import Record
from mnist_core.system.files import replacing

_ALL = "runs/"
_REMOVED_AT_ONCE = 1000  # objects: more are not allowed


class ObjectUpkeep:
    """What `ObjectStorage` does for all runs together; each may be done by several apps at once.

    Objects of a run whose record may only be lost are never removed: those of a deleted one are known by their rows,
    which are still there.
    """

    def __init__(self, runs_dir: Path, objects: ObjectStore, published: Published) -> None:
        self._runs_dir, self._objects, self._published = runs_dir, objects, published

    def _folders(self) -> list[Path]:
        found: list[Path] = []
        with suppress(FileNotFoundError):
            found = [path for path in self._runs_dir.iterdir() if is_run_id(path.name) and path.is_dir()]
        return sorted(found)

    def with_work(self) -> list[str]:
        """Return the ids of runs whose folders hold more than is published."""
        return [folder.name for folder in self._folders() if goes_on_from(folder) is not None]

    def remove_copies(self, is_known: Callable[[str], bool]) -> None:
        """Remove what was brought here of runs that are gone."""
        for folder in self._folders():
            if is_marked(folder) and goes_on_from(folder) is None and not is_known(folder.name):
                shutil.rmtree(folder, ignore_errors=True)

    def remove_objects(self) -> None:
        """Remove the objects of runs that were deleted for good."""
        for run_id in self._published.of_removed_runs():
            left = self._objects.objects(f"{_ALL}{run_id}/")
            self._remove([found.key for found in left])
            if not left:  # looked at again, since a server may refuse some without a word
                self._published.forget(run_id)

    def sweep(self, old: float) -> None:
        """Remove what was uploaded before `old` and was replaced since, or whose publishing failed.

        What is newer than the published file of its name stays: the database may be an older copy of itself.
        """
        of_run = defaultdict(list)
        for found in self._objects.objects(_ALL):
            of_run[_run_of(found)].append(found)
        for run_id, objects in of_run.items():
            published = {key_of(run_id, file) for file in self._published.of(run_id).values()}
            since = {_name_of(found): found.modified for found in objects if found.key in published}
            replaced = [
                found.key
                for found in objects
                if found.key not in published and found.modified < min(old, since.get(_name_of(found), 0.0))
            ]
            self._remove(replaced)

    def _remove(self, keys: list[str]) -> None:
        for first in range(0, len(keys), _REMOVED_AT_ONCE):
            self._objects.remove(keys[first : first + _REMOVED_AT_ONCE])

    def ids(self) -> list[str]:
        """Return the ids of all runs that have objects, oldest first."""
        return sorted(name for name in self._objects.folders(_ALL) if is_run_id(name))

    def newest(self, run_id: str) -> dict[str, PublishedFile]:
        """Return the newest object of each name that a run has, whatever the database says."""
        found = sorted(self._objects.objects(f"{_ALL}{run_id}/"), key=lambda found: found.modified)
        files = [PublishedFile(_name_of(one), _sha256_of(one), one.bytes, int(1e6 * one.modified)) for one in found]
        return {file.name: file for file in files if ".." not in file.name.split("/")}  # it becomes a path here

    def recall(self, run_id: str) -> Record:
        """Return what has the newest object of each name recorded as published; bring what tells of the run."""
        newest = self.newest(run_id)
        folder = self._runs_dir / run_id
        for name in newest.keys() & {RECORD, CURVE}:
            if not (folder / name).exists():
                with replacing(folder / name) as path:  # what is damaged is told as it is read
                    self._objects.get(key_of(run_id, newest[name]), path)
        return partial(self._published.replace, run_id=run_id, old=(), new=newest.values())


def _run_of(found: StoredObject) -> str:
    return found.key.split("/", 3)[1]


def _sha256_of(found: StoredObject) -> str:
    return found.key.split("/", 3)[2]


def _name_of(found: StoredObject) -> str:
    return found.key.split("/", 3)[3]
