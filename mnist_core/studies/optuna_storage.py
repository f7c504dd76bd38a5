"""Where Optuna keeps its side of the studies, so that its own tools can open them.

Measured (`benchmarks.studies`): a journal file costs a fraction of what SQLite does for asking and telling. It is for
one computer; where several share a database, Optuna's tables lie in that one, in a schema of their own.
"""

import json
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mnist_core.errors import StorageError
from mnist_core.settings import Settings
from mnist_core.system.files import replacing
from mnist_core.system.saying import complain

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

_SCHEMA = "optuna"
_KEPT = 24 * 3600.0  # seconds for which a damaged file stays


def open_storage(settings: Settings) -> "BaseStorage":
    """Return Optuna's storage, made where there is none; raises `StorageError` where it can't be made."""
    from optuna import logging
    from optuna.storages import RDBStorage
    from sqlalchemy.exc import SQLAlchemyError

    logging.set_verbosity(logging.WARNING)  # each trial would be a line of the log
    if settings.database_url is None:
        return _opened(settings.studies_path)
    try:
        _make_schema(settings.database_url)
        return RDBStorage(storage_address(settings), engine_kwargs={"pool_pre_ping": True})
    except SQLAlchemyError as error:
        raise StorageError(
            "Optuna's tables can't be made. Let the user of the database create a schema there: {error}",
            error=str(error.__cause__ or error),
        ) from error


def remove_others(settings: Settings, known: Collection[str]) -> bool:
    """Remove all studies from Optuna's storage but those with the ids `known`; return whether its file was made anew.

    A journal only grows, and what was deleted is still in it, so it is written once more without them.
    """
    path = settings.studies_path
    for damaged in settings.home.glob(f"{path.name}.damaged*"):
        if time.time() - damaged.stat().st_mtime > _KEPT:
            damaged.unlink(missing_ok=True)
    if settings.database_url is None and not path.is_file():
        return False
    if settings.database_url is not None and not _has_schema(settings.database_url):
        return False
    storage = open_storage(settings)
    names = {study._study_id: study.study_name for study in storage.get_all_studies()}
    gone = [study_id for study_id, name in names.items() if name not in known]
    if not gone:
        return False
    if settings.database_url is not None:
        for study_id in gone:
            storage.delete_study(study_id)
        return False
    _write_anew(path, storage, [name for name in names.values() if name in known])
    return True


def _opened(path: Path) -> "BaseStorage":
    """Return the journal of a file; one that can't be read is put aside, since the record knows all of it."""
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_file() and not _ends_well(path.read_bytes()):
        _set_aside(path)
    try:
        storage = JournalStorage(JournalFileBackend(str(path)))
        storage.get_all_studies()  # reads it
        return storage
    except OSError:
        raise
    except Exception:  # whatever its lines say
        _set_aside(path)
        return JournalStorage(JournalFileBackend(str(path)))


def _ends_well(content: bytes) -> bool:
    """Whether the last line is whole: Optuna would read past a torn one, and stumble over it once another follows."""
    try:
        return not content or (content.endswith(b"\n") and bool(json.loads(content.splitlines()[-1])))
    except ValueError:
        return False


def _set_aside(path: Path) -> None:
    damaged = path.with_name(f"{path.name}.damaged")
    path.replace(damaged)
    complain(f"What Optuna kept of the studies could not be read. It is made anew; the old file is {damaged}")


def _write_anew(path: Path, storage: "BaseStorage", names: Sequence[str]) -> None:
    from optuna import copy_study
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    with replacing(path) as temporary:
        temporary.touch()
        target = JournalStorage(JournalFileBackend(str(temporary)))
        for name in names:
            copy_study(from_study_name=name, from_storage=storage, to_storage=target)


def storage_address(settings: Settings) -> str:
    """Return what ``optuna-dashboard`` and `optuna.load_study` open; with a password where the database has one."""
    if settings.database_url is None:
        return str(settings.studies_path)
    address = settings.database_url
    return f"{address}{'&' if '?' in address else '?'}options=-csearch_path%3D{_SCHEMA}"


def _make_schema(address: str) -> None:
    if not _has_schema(address):  # making one needs a right even where it is there
        _asked(address, f"CREATE SCHEMA IF NOT EXISTS {_SCHEMA}")


def _has_schema(address: str) -> bool:
    return bool(_asked(address, f"SELECT 1 FROM information_schema.schemata WHERE schema_name = '{_SCHEMA}'"))


def _asked(address: str, statement: str) -> list[Any]:
    from sqlalchemy import create_engine, text

    engine = create_engine(address)
    try:
        with engine.begin() as connection:
            result = connection.execute(text(statement))
            return list(result) if result.returns_rows else []
    finally:
        engine.dispose()
