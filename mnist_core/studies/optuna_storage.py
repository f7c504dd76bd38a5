"""Where Optuna keeps its side of the studies, so that its own tools can open them.

Measured (`benchmarks.studies`): a journal file costs a fraction of what SQLite does for asking and telling. It is for
one computer; where several share a database, Optuna's tables lie in that one, in a schema of their own.
"""

from typing import TYPE_CHECKING

from mnist_core.errors import StorageError
from mnist_core.settings import Settings
from mnist_core.system.saying import complain

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

_SCHEMA = "optuna"


def open_storage(settings: Settings) -> "BaseStorage":
    """Return Optuna's storage, made where there is none; raises `StorageError` where it can't be made."""
    from optuna import logging
    from optuna.storages import JournalStorage, RDBStorage
    from optuna.storages.journal import JournalFileBackend

    logging.set_verbosity(logging.WARNING)  # each trial would be a line of the log
    if settings.database_url is None:
        settings.home.mkdir(parents=True, exist_ok=True)
        return JournalStorage(JournalFileBackend(str(settings.studies_path)))
    from sqlalchemy.exc import SQLAlchemyError

    try:
        _make_schema(settings.database_url)
        return RDBStorage(storage_address(settings), engine_kwargs={"pool_pre_ping": True})
    except SQLAlchemyError as error:
        raise StorageError(
            "Optuna's tables can't be made. Let the user of the database create a schema there: {error}",
            error=str(error.__cause__ or error),
        ) from error


def set_aside(settings: Settings) -> bool:
    """Put a file that can't be read aside, so that a new one is made; return whether there was one."""
    path = settings.studies_path
    if settings.database_url is not None or not path.is_file():
        return False
    damaged = path.with_name(f"{path.name}.damaged")
    path.replace(damaged)
    complain(f"What Optuna kept of the studies could not be read. It is made anew; the old file is {damaged}")
    return True


def storage_address(settings: Settings) -> str:
    """Return what ``optuna-dashboard`` and `optuna.load_study` open; with a password where the database has one."""
    if settings.database_url is None:
        return str(settings.studies_path)
    address = settings.database_url
    return f"{address}{'&' if '?' in address else '?'}options=-csearch_path%3D{_SCHEMA}"


def _make_schema(address: str) -> None:
    from sqlalchemy import create_engine, text

    engine = create_engine(address)
    try:
        with engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {_SCHEMA}"))
    finally:
        engine.dispose()
