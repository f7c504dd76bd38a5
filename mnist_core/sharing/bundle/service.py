"""Bundles that visitors ask for, made by a child process one after the other; and those that they bring along."""

import re
from functools import lru_cache
from pathlib import Path

from mnist_core.datasets import is_ready
from mnist_core.errors import BundleError
from mnist_core.settings import Settings
from mnist_core.sharing.bundle.describe import digest_of
from mnist_core.sharing.bundle.install import import_bundle
from mnist_core.sharing.of_study import study_told
from mnist_core.store import RunRecord, Store
from mnist_core.store.run_files import MODEL, ONNX
from mnist_core.system.background import Background, Report, Task
from mnist_core.system.children import run_child
from mnist_core.system.launching import child_environment
from mnist_core.system.turns import Asker
from mnist_core.text import SOURCE_LANGUAGE

PROGRAM = "mnist_core.sharing.bundle"
_KEPT = 12  # files; the sweep of temporary files takes those of yesterday
_PREFIX = "bundle-"
_PATIENCE = 300.0  # seconds
_SECONDS, _IMPORT_SECONDS = 20.0, 5.0  # that they usually take
_MEMORY = 3_000_000_000  # bytes: 0.9 GB were measured, and the largest network takes one more


def bundle_path(record: RunRecord, store: Store, *, saved_model: bool = False, language: str = SOURCE_LANGUAGE) -> Path:
    """Return where the bundle of a run lies or will lie: another name for everything that would change its content."""
    files = store.files(record.id)
    stamps = [files.changed(name) for name in (ONNX, MODEL)]
    ready = is_ready(record.config.data.dataset, store.settings)
    study = study_told(record, store)
    told = [record.id, record.name, record.state, record.finished, stamps, saved_model, ready, language, study]
    digest = digest_of(told)
    return store.settings.temporary_dir / f"{_PREFIX}{record.id}-{digest}.zip"


def file_name(record: RunRecord) -> str:
    """Return what a run's bundle is called when somebody downloads it."""
    return (re.sub(r"[^a-z0-9]+", "-", record.name.lower()).strip("-")[:60] or "run") + ".zip"


def ready_bundle(
    record: RunRecord, store: Store, *, saved_model: bool = False, language: str = SOURCE_LANGUAGE
) -> Path | None:
    """Return a bundle that is made already, if there is one."""
    path = bundle_path(record, store, saved_model=saved_model, language=language)
    return path if path.is_file() else None


def request_bundle(
    record: RunRecord,
    store: Store,
    *,
    saved_model: bool = False,
    language: str = SOURCE_LANGUAGE,
    asker: Asker | None = None,
) -> Task[Path]:
    """Return how far the making of a bundle is; the first who asks for it lets it begin."""
    path = bundle_path(record, store, saved_model=saved_model, language=language)
    call = (path, _make, record.id, path, saved_model, language, store.settings)
    task = _bundles().request(*call, asker=asker, seconds=_SECONDS)
    if task.state == "done" and not path.is_file():  # swept meanwhile
        _bundles().forget(path)
        task = _bundles().request(*call, asker=asker, seconds=_SECONDS)
    return task


def forget_bundle(
    record: RunRecord, store: Store, *, saved_model: bool = False, language: str = SOURCE_LANGUAGE
) -> None:
    """Let the next request try anew after one that failed."""
    _bundles().forget(bundle_path(record, store, saved_model=saved_model, language=language))


def request_import(
    key: str,
    data: bytes,
    store: Store,
    owner: str | None,
    *,
    most: int | None = None,
    asker: Asker | None = None,
    address: str | None = None,
) -> None:
    """Let a bundle be imported in its turn: see `import_bundle`. How far it is says `look_at_import`."""

    def work(_report: Report) -> str:
        return import_bundle(data, store, owner, most=most, address=address).id

    task = _imports().request(key, work, asker=asker, seconds=_IMPORT_SECONDS)
    if task.problem is not None:
        raise task.problem


def look_at_import(key: str, *, asker: Asker | None = None, wait: float = 0.0) -> Task[str] | None:
    """Return how far an import is, whose result is the run's id; None where it is not under way."""
    if wait:
        _imports().wait(key, wait)
    return _imports().look(key, asker)


@lru_cache(maxsize=1)
def _imports() -> Background:
    # Two at a time, so that one which takes long holds nobody else's; each waiting one holds its file.
    return Background(kept=200, slots=2, sliced=False, most_of_one=2, most_of_all=20)


@lru_cache(maxsize=1)
def _bundles() -> Background:
    # Apart from the rest: what other pages compute must not wait for TensorFlow's import.
    return Background(sliced=False, most_of_one=3)


def _make(report: Report, run_id: str, path: Path, saved_model: bool, language: str, settings: Settings) -> Path:
    _make_room(path.parent)
    code, error = run_child(
        PROGRAM,
        [run_id, "--out", str(path), "--language", language, *(["--saved-model"] if saved_model else [])],
        child_environment(settings, gpu=""),
        report,
        log=settings.temporary_dir / "bundle.log",
        seconds=_PATIENCE,
        memory=_MEMORY,
    )
    if code or not path.is_file():
        raise error or BundleError("The bundle could not be made (exit code {code}). You can try it again.", code=code)
    return path


def _make_room(folder: Path) -> None:
    """Delete the oldest bundles but for the newest few."""
    there = sorted(folder.glob(f"{_PREFIX}*.zip"), key=lambda path: path.stat().st_mtime)
    for path in there[: max(len(there) - _KEPT + 1, 0)]:
        path.unlink(missing_ok=True)
