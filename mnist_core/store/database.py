"""The record's database: transactions, and what SQLite and PostgreSQL do each in its own way.

`mnist_core.store.sqlite` is one file for one computer, `mnist_core.store.postgres` a server for many.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from mnist_core.errors import StorageError
from mnist_core.settings import Settings
from mnist_core.store import migrations
from mnist_core.store.tables import metadata

Insert = sqlite.Insert | postgresql.Insert
_Result = TypeVar("_Result")


class Database(ABC):
    """Safe to use from several threads and processes. Raises as the two kinds say.

    Parameters
    ----------
    settings : Settings
        Names the folders, or the server.

    Attributes
    ----------
    was_missing : bool
        Whether there was no record when it was opened, though a copy may have been put in its place.
    copy_used : Path or None
        That copy.
    is_shared : bool
        Whether other computers may work with it: then each app trains by itself, and no process id means anything.
    clock : ColumnElement
        SQL for the seconds since 1970 by the clock of the database, which is one for all.
    """

    is_shared: bool
    clock: ColumnElement[float]
    _engine: Engine

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.was_missing = False
        self.copy_used: Path | None = None

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    # requests

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Begin a transaction: all of it is written, or nothing; raises `StorageError`."""
        with self._told(), self._connected() as connection:
            yield connection

    def rows(self, query: Select[Any], **values: Any) -> Sequence[Row[Any]]:
        """Return all rows of a query with values for its parameters, read in a transaction of its own."""
        return self.patiently(lambda: self._read(query, values))

    def value(self, query: Select[Any]) -> Any:
        """Return the one value of a query, such as a sum."""
        (row,) = self.rows(query)
        return row[0]

    def _read(self, query: Select[Any], values: Mapping[str, Any]) -> Sequence[Row[Any]]:
        with self._told(), self._reading() as connection:
            return connection.execute(query, values).all()

    # what each kind does in its own way

    @abstractmethod
    def check(self) -> None:
        """Raise `StorageError` where the database can't be used: damaged, or out of reach."""

    @abstractmethod
    def alone(self, connection: Connection, what: str, *, wait: bool = True) -> bool:
        """Let no other transaction pass here for the same `what` until this one ends.

        Returns
        -------
        bool
            False where another one is there and `wait` is False.
        """

    @abstractmethod
    def turn(self, what: str) -> AbstractContextManager[None]:
        """Let no other thread, process or computer do the same `what`, over several transactions."""

    @abstractmethod
    def insert(self, table: Table) -> Insert:
        """Return an INSERT that may say what happens ``on_conflict``."""

    @abstractmethod
    def _in_words(self, error: DBAPIError) -> StorageError:
        """Return an error of the database as one that people understand."""

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell errors of the database in words."""
        self.look()
        try:
            yield
        except DBAPIError as error:
            raise self._in_words(error) from error

    def _connected(self) -> AbstractContextManager[Connection]:
        return self._engine.begin()

    def _reading(self) -> AbstractContextManager[Connection]:
        return self._connected()

    def look(self) -> None:  # noqa: B027, only a file can be lost so
        """Raise `DatabaseLostError` where the database is not the one that was opened any more."""

    def be_patient(self) -> None:  # noqa: B027, a file is not away
        """Wait long for a server that is away from now on: this process trains."""

    def patiently(self, action: Callable[[], _Result]) -> _Result:
        """Do what may be done twice, again and again while the server is away."""
        return action()

    def in_any_case(self, action: Callable[[], _Result]) -> _Result:
        """Do what must be written though there is hardly any space left."""
        return action()

    # its tables

    def _is_up_to_date(self, connection: Connection) -> bool:
        """Whether the tables are those of today; raises `StorageError` where they are of a newer version."""
        version, known = migrations.version_of(connection), migrations.versions()
        if version not in (None, *known):
            raise StorageError(
                "The database {path} was written by a newer version of MNIST Lab. Start that one, or set "
                "MNIST_LAB_HOME to another folder to begin anew.",
                path=self.name,
            )
        return version == known[-1]

    def _make_tables(self, connection: Connection, before: Callable[[], object] = lambda: None) -> bool:
        """Make the tables of a new database, or those of an older version as they are today; whether it was new.

        `before` is called before those of an older version change. Only one process may do this at a time.
        """
        if not migrations.has_runs(connection):
            metadata.create_all(connection)
            migrations.mark(connection)
            return True
        if not self._is_up_to_date(connection):
            before()
            migrations.upgrade(connection)
        return False

    @property
    @abstractmethod
    def name(self) -> str:
        """What people know it by: a path, or a host and a name; never a password."""
