"""The database file: opening it, bringing an older one up to date, transactions."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.schema import CreateColumn

from mnist_core.errors import StorageError
from mnist_core.files import storage_errors
from mnist_core.settings import Settings
from mnist_core.store.tables import metadata

_BUSY = 15  # seconds that a writer waits for another one


class Database:
    """One SQLite file, safe to use from several threads and processes.

    Parameters
    ----------
    settings : Settings
        Names the folders.

    Raises
    ------
    StorageError
        If the home folder can't be written or the database can't be opened.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        with storage_errors(settings.home):
            settings.home.mkdir(parents=True, exist_ok=True)
        self._engine = create_engine(f"sqlite:///{settings.database_path}", connect_args={"timeout": _BUSY})
        event.listen(self._engine, "connect", _configure_connection)
        with self._begin() as connection:
            metadata.create_all(connection)
            _add_missing_columns(connection, self._engine)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except (OperationalError, DBAPIError) as error:
            raise StorageError(
                "The database {path} can't be used: {reason}. Check that the disk is not full and that the "
                "folder can be written.",
                path=self.settings.database_path,
                reason=str(error.orig),
            ) from error


def _configure_connection(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    # Readers don't wait for the writer in WAL mode; NORMAL keeps the file whole after a crash.
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _add_missing_columns(connection: Connection, engine: Engine) -> None:
    """Give the tables of an older version the columns that came since; each has a default."""
    for table in metadata.sorted_tables:
        there = {column["name"] for column in inspect(connection).get_columns(table.name)}
        for column in table.columns:
            if column.name in there:
                continue
            definition = CreateColumn(column).compile(engine)
            try:
                connection.execute(text(f"ALTER TABLE {table.name} ADD COLUMN {definition}"))
            except OperationalError as error:
                if "duplicate column" not in str(error.orig):  # another process was faster
                    raise
