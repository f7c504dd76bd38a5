"""Files of runs in object storage, read and written through the folder of each run on this computer.

Objects are named by run and content: ``runs/RUN/SHA-256/NAME``. So an object is never written twice, two who publish
the same do no harm, and whatever is in a run's part of the bucket goes with the run. What of it counts is told by the
table of published files, all of a run's in one transaction.
"""

import hashlib
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from mnist_core.errors import RunStateError
from mnist_core.store.objects.object_cache import ObjectCache
from mnist_core.store.objects.object_store import ObjectStore
from mnist_core.store.objects.object_upkeep import ObjectUpkeep
from mnist_core.store.objects.published import Published, PublishedFile, digest_of_files, key_of
from mnist_core.store.objects.work import files_in, forget_work, goes_on_from, is_marked, mark_copy, mark_work
from mnist_core.store.run_files import CHECKPOINT, CURVE, LOG, RECORD, step_of
from mnist_core.store.storage import Record
from mnist_core.system.files import WRITING, replacing, storage_errors
from mnist_core.system.saying import complain

_AT_ONCE = 4  # files on their way at once
_LOCKS = 32
_GROWS = "tfevents"  # in the names of TensorBoard's logs: like the worker's, they are written to their end


class ObjectStorage:
    """See `Storage`; parameters as of `ObjectStore`, `Published` and `ObjectCache`. Any thread may use it."""

    is_elsewhere = True

    def __init__(self, runs_dir: Path, objects: ObjectStore, published: Published, cache: ObjectCache) -> None:
        self._runs_dir, self._objects, self._published, self._cache = runs_dir, objects, published, cache
        self._upkeep = ObjectUpkeep(runs_dir, objects, published)
        self._at_work: set[str] = set()
        # Of many who want one file, one brings it.
        self._locks = tuple(threading.Lock() for _ in range(_LOCKS))

    # reading

    def path(self, run_id: str, name: str) -> Path:
        """Return where a file lies on this computer: see `Storage.path`."""
        listed = self.listed(run_id)
        if listed is not None and name in listed:
            self._bring(run_id, listed[name])
        return self._runs_dir / run_id / name

    def folder(self, run_id: str, name: str) -> Path:
        """Return a folder with all its files: see `Storage.folder`."""
        listed = self.listed(run_id) or {}
        self._bring_all(run_id, [file for file in listed.values() if file.name.startswith(f"{name}/")])
        return self._runs_dir / run_id / name

    def listed(self, run_id: str) -> Mapping[str, PublishedFile] | None:
        """Return what is published of a run; None where it is worked at on this computer, and its folder tells more."""
        if run_id in self._at_work:
            return None
        folder, published = self._runs_dir / run_id, self._published.of(run_id)
        while (work := goes_on_from(folder)) is not None:
            if digest_of_files(_made(published)) in work:
                return None
            again = self._published.of(run_id)
            if again == published:  # before and after the look at the folder: another computer took the run over
                complain(f"What {folder} held is older than what was published of the run since, and is forgotten.")
                forget_work(folder)
            published = again
        return published

    def _bring_all(self, run_id: str, wanted: Iterable[PublishedFile]) -> None:
        with ThreadPoolExecutor(_AT_ONCE, "bring") as threads:
            list(threads.map(partial(self._bring, run_id), wanted))

    def _bring(self, run_id: str, file: PublishedFile) -> None:
        """Bring a file unless it is here; one that is gone from the bucket, or damaged there, is missing here too."""
        path = self._runs_dir / run_id / file.name
        if _is_here(path, file) or _grew(path, file):
            self._cache.note_use(path)
            return
        with self._locks[hash(path) % _LOCKS]:
            if not _is_here(path, file):
                self._fetch(run_id, file, path)

    def _fetch(self, run_id: str, file: PublishedFile, path: Path) -> None:
        self._make_folder(run_id)
        for _ in range(3):
            if self._fetched(run_id, file, path):
                self._cache.grow(file.bytes)
                return
            newer = self._published.of(run_id).get(file.name)
            if newer is None:
                return
            file = newer  # most often the same; if not, that is why its object is gone
        # A database that is an older copy of itself names what was replaced since.
        newest = self._upkeep.newest(run_id).get(file.name)
        if newest is not None and newest.sha256 != file.sha256 and self._fetched(run_id, newest, path):
            self._published.correct(run_id, newest)
            return
        complain(f"{file.name} of the run {run_id} is missing or damaged in the object store.")
        path.unlink(missing_ok=True)  # an older one

    def _fetched(self, run_id: str, file: PublishedFile, path: Path) -> bool:
        with suppress(_NotWhole), replacing(path) as temporary:
            if self._objects.get(key_of(run_id, file), temporary) != file.sha256:
                raise _NotWhole
            os.utime(temporary, ns=(time.time_ns(), 1000 * file.changed))
            if goes_on_from(self._runs_dir / run_id) is not None:
                raise _NotWhole  # somebody began to work here meanwhile, and must not lose what he wrote
            return True
        return goes_on_from(self._runs_dir / run_id) is not None

    def _make_folder(self, run_id: str) -> None:
        folder = self._runs_dir / run_id
        with storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
        if not is_marked(folder):
            mark_copy(folder)

    # working

    def begin(self, run_id: str) -> None:
        """Bring all files, and let this process work with them: see `Storage.begin`."""
        listed, folder = self.listed(run_id), self._runs_dir / run_id
        if listed is not None:
            self._bring_all(run_id, [file for name, file in _made(listed).items() if name != LOG])
            if LOG in listed:
                self._go_on_with_log(run_id, listed[LOG])
            folder.mkdir(parents=True, exist_ok=True)
            mark_work(folder, [digest_of_files(_made(listed))])
        self._at_work.add(run_id)

    def _go_on_with_log(self, run_id: str, file: PublishedFile) -> None:
        """Put what earlier processes printed before what this one did, into the file that it has open."""
        path = self._runs_dir / run_id / LOG
        if not path.exists():
            return self._bring(run_id, file)
        earlier = path.with_name(f"{WRITING}{LOG}")
        try:
            if self._objects.get(key_of(run_id, file), earlier) == file.sha256:
                told = earlier.read_bytes()
                with path.open("r+b") as stream:
                    own = stream.read()
                    if not own.startswith(told):
                        stream.seek(0)
                        stream.write(told + own)
        finally:
            earlier.unlink(missing_ok=True)
        return None

    @contextmanager
    def publishing(self, run_id: str, *, work_goes_on: bool = False) -> Iterator[Record]:
        """Upload what is new, then have it recorded: see `Storage.publishing`.

        Of a copy only what the record of runs keeps of itself can be new.

        Raises
        ------
        RunStateError
            If another computer has published something else meanwhile.
        """
        folder, published = self._runs_dir / run_id, self._published.of(run_id)
        before, work = digest_of_files(_made(published)), goes_on_from(folder)
        if work is None and run_id in self._at_work:
            work = frozenset([before])
        if work is not None and before not in work:
            raise RunStateError("Another computer goes on with this run.")
        now = self._uploaded(run_id, files_in(folder), published, whole=work is not None)
        after = digest_of_files(_made(now))
        if work is not None:
            mark_work(folder, {before, after})  # whatever becomes of the transaction

        def record(connection: Connection) -> None:
            if now == published:
                return
            if digest_of_files(_made(self._published.within(connection, run_id))) not in (before, after):
                raise RunStateError("Another computer goes on with this run.")
            changed = [file for file in now.values() if published.get(file.name) != file]
            self._published.replace(connection, run_id, published.keys() - now.keys(), changed)

        yield record
        if work is not None and work_goes_on:
            mark_work(folder, {after})
        elif work is not None:
            mark_copy(folder)
        if not work_goes_on:
            self._at_work.discard(run_id)
        kept = {key_of(run_id, file) for file in now.values()}
        self._remove([key for file in published.values() if (key := key_of(run_id, file)) not in kept])

    def _uploaded(
        self, run_id: str, names: list[str], published: Mapping[str, PublishedFile], *, whole: bool
    ) -> dict[str, PublishedFile]:
        """Upload what differs from what is published; return what there is then to be published."""
        wanted = names if whole else [name for name in names if name in (RECORD, CURVE)]
        with ThreadPoolExecutor(_AT_ONCE, "publish") as threads:
            found = list(threads.map(lambda name: self._upload(run_id, name, published.get(name)), wanted))
        now = {} if whole else dict(published)
        return now | {file.name: file for file in found if file is not None}

    def _upload(self, run_id: str, name: str, known: PublishedFile | None) -> PublishedFile | None:
        """Upload a file unless it is known; return it, None where it vanished meanwhile."""
        path = self._runs_dir / run_id / name
        if known is not None and _is_here(path, known):
            return known
        try:
            with _still(path) as (still, changed):
                with still.open("rb") as stream:
                    sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
                step = step_of(still) if name == CHECKPOINT else None
                file = PublishedFile(name, sha256, still.stat().st_size, changed, step)
                if known is None or replace(known, changed=changed) != file:
                    self._objects.put(key_of(run_id, file), still, sha256)
                return file
        except FileNotFoundError:
            return None

    def _remove(self, keys: list[str]) -> None:
        with suppress(OSError):  # what is left over is swept
            self._objects.remove(keys)

    # what outlives a run, or its record

    def with_work(self) -> list[str]:
        """Return the runs in whose folders there is something to publish, and nobody of this process works."""
        return [run_id for run_id in self._upkeep.with_work() if run_id not in self._at_work]

    def tidy(self, is_known: Callable[[str], bool]) -> None:
        """Remove what belongs to runs that are gone, and what is too much here: see `Storage.tidy`."""
        self._cache.shrink()
        self._upkeep.remove_copies(is_known)
        self._upkeep.remove_objects()

    def sweep(self, old: float) -> None:
        """Remove objects that nobody published: see `Storage.sweep`."""
        self._upkeep.sweep(old)

    def ids(self) -> list[str]:
        """Return the ids of all runs that have objects."""
        return self._upkeep.ids()

    def recall(self, run_id: str) -> Record:
        """Find out what was published of a run whose record is lost: see `Storage.recall`."""
        return self._upkeep.recall(run_id)


class _NotWhole(Exception):
    """What came is not what was published."""


def _made(published: Mapping[str, PublishedFile]) -> dict[str, PublishedFile]:
    """Return the files that a run made, without what the record of runs keeps of itself beside them."""
    return {name: file for name, file in published.items() if name not in (RECORD, CURVE)}


def _is_here(path: Path, file: PublishedFile) -> bool:
    """Whether a published file lies at `path`."""
    return _size_and_time(path) == (file.bytes, file.changed)


def _grew(path: Path, file: PublishedFile) -> bool:
    """Whether `path` is a worker's log into which more was written since it was published."""
    return file.name == LOG and _size_and_time(path)[1] > file.changed


def _size_and_time(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return -1, -1
    return found.st_size, found.st_mtime_ns // 1000


def _linked(path: Path, still: Path) -> bool:
    try:
        os.link(path, still)
    except FileNotFoundError:
        raise
    except OSError:  # not every file system has links
        return False
    return True


@contextmanager
def _still(path: Path) -> Iterator[tuple[Path, int]]:
    """Give a name under which a file does not change any more, and when it was changed, in microseconds since 1970."""
    still = path.with_name(f"{WRITING}{threading.get_ident()}-{path.name}")
    changed = path.stat().st_mtime_ns // 1000
    try:
        if path.name == LOG or _GROWS in path.name or not _linked(path, still):
            with storage_errors(path.parent):
                shutil.copyfile(path, still)
        yield still, changed
    finally:
        still.unlink(missing_ok=True)
