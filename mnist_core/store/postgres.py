"""PostgreSQL: the record on a server, for apps on many computers.

psycopg is imported as the first database of this kind is opened: a laptop does without.
"""

import threading
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import (
    Connection,
    Dialect,
    Engine,
    Table,
    create_engine,
    event,
    func,
    literal_column,
    make_url,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from mnist_core.errors import DatabaseAwayError, DatabaseServerError, StorageError
from mnist_core.settings import Settings
from mnist_core.store.database import Database
from mnist_core.store.impatient import impatient_connection

# Connections that are kept, and more for a moment. Each of these costs the server a process that it begins and ends:
# with 5 that were kept, 150 visitors made it begin eight in a second.
_POOL, _MORE = 20, 10
_FRESH = 1.0  # seconds after which the server is asked whether it still knows a connection that nobody used
_WAIT = 15  # seconds for a lock, or a connection, until a request gives up
_SLOW = _WAIT  # seconds for an answer, on top of what is waited for a server that is away
_PATIENCE = 30  # times as long as a page waits a training for a server that is away
_RETRY = 0.5  # seconds between two tries to reach the server
_LONGEST = 60_000  # milliseconds of one statement, or of a transaction that does nothing
_OURS = 0x4D4E4953  # first half of the advisory locks' keys, so that other programs' don't meet ours: "MNIS"
_Result = TypeVar("_Result")
# SQLSTATE codes, https://www.postgresql.org/docs/15/errcodes-appendix.html
_DISK_FULL, _TOO_MANY = "53100", "53300"


class PostgresDatabase(Database):
    """A database on a PostgreSQL server, safe to use from threads, processes and computers.

    Raises
    ------
    DatabaseAwayError
        If the server can't be reached for `patience` seconds; here and in every later request.
    StorageError
        If it can't be used for another reason.

    Attributes
    ----------
    patience : float
        Seconds that a request waits for a server that is away. Training waits longer than a page.
    """

    is_shared = True
    clock = literal_column("EXTRACT(EPOCH FROM clock_timestamp())::float8")

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.patience = settings.database_patience
        self._engine = _engine(settings, lambda: min(_SLOW + self.patience, _LONGEST / 1000))
        self._reader = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self.was_missing = self._bring_up_to_date()

    @property
    def name(self) -> str:
        """Host, port and name of the database."""
        url = self._engine.url
        return f"{url.host or ''}{f':{url.port}' if url.port else ''}/{url.database or ''}"

    def be_patient(self) -> None:
        """Wait 30 times as long as a page."""
        self.patience = _PATIENCE * self.settings.database_patience

    def patiently(self, action: Callable[[], _Result]) -> _Result:
        """Do it again where the server went away in the middle, until `patience` is over."""
        deadline = time.monotonic() + self.patience
        while True:
            try:
                return action()
            except DatabaseAwayError:
                if time.monotonic() > deadline:
                    raise

    def in_any_case(self, action: Callable[[], _Result]) -> _Result:
        """Wait for a server that is away; space that was kept for this there is none."""
        return self.patiently(action)

    def check(self) -> None:
        """Ask the server for nothing; raises `DatabaseAwayError`."""
        with self.begin() as connection:
            connection.execute(text("SELECT 1"))

    def alone(self, connection: Connection, what: str, *, wait: bool = True) -> bool:
        """Take an advisory lock that ends with the transaction."""
        if wait:
            connection.execute(select(func.pg_advisory_xact_lock(_OURS, _key(what))))
            return True
        return bool(connection.execute(select(func.pg_try_advisory_xact_lock(_OURS, _key(what)))).scalar_one())

    @contextmanager
    def turn(self, what: str) -> Iterator[None]:
        """Take an advisory lock with a connection of its own."""
        # One thread of this process at a time: else those that wait take all connections, and none is left for whoever
        # has its turn.
        with self._turns[what], self.begin() as connection:
            self.alone(connection, f"turn {what}")
            yield

    def insert(self, table: Table) -> Insert:
        """Return PostgreSQL's INSERT."""
        return insert(table)

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """Begin a transaction as soon as the server can be reached."""
        with self._reached(self._engine) as connection, connection.begin():
            yield connection

    def _reading(self) -> Connection:
        """Connect without a transaction: one statement is one by itself, and goes to the server and back once."""
        return self._reached(self._reader)

    def _reached(self, engine: Engine) -> Connection:
        """Connect as soon as the server can be reached."""
        deadline = time.monotonic() + self.patience
        while True:
            try:
                return engine.connect()
            except DBAPIError as error:
                if not _is_away(error) or time.monotonic() > deadline:
                    raise
            time.sleep(_RETRY)

    def _bring_up_to_date(self) -> bool:
        """Make the tables as they are today; return whether there were none."""
        with self.begin() as connection:
            if self._is_up_to_date(connection):
                return False
        with self.begin() as connection:
            self.alone(connection, "tables")  # the others wait here, and find the work done
            return self._make_tables(connection)

    def _in_words(self, error: DBAPIError) -> StorageError:
        reason = str(error.orig).strip().partition("\n")[0]
        code = getattr(error.orig, "sqlstate", None)
        if code == _DISK_FULL:
            return DatabaseServerError(
                "The database server {server} has no space left, so nothing could be written. Free some space there.",
                server=self.name,
            )
        if _is_away(error):
            return DatabaseAwayError(
                "The database server {server} can't be reached: {reason}. What is trained goes on for a while; try "
                "again in a minute.",
                server=self.name,
                reason=reason,
            )
        return DatabaseServerError("The database {server} can't be used: {reason}.", server=self.name, reason=reason)


def _engine(settings: Settings, longest: Callable[[], float]) -> Engine:
    try:
        engine = create_engine(
            make_url(settings.database_url or ""),
            pool_size=_POOL,
            max_overflow=_MORE,
            pool_timeout=_WAIT,
            pool_recycle=1800,
            pool_use_lifo=True,
            connect_args={
                "connect_timeout": 5,
                "application_name": "mnist_lab",
                # A server that vanished without a word is noticed within seconds.
                "keepalives_idle": 10,
                "keepalives_interval": 5,
                "keepalives_count": 3,
                "tcp_user_timeout": 20_000,
                "options": f"-c statement_timeout={_LONGEST} -c idle_in_transaction_session_timeout={_LONGEST} "
                f"-c lock_timeout={1000 * _WAIT}",
            },
        )
    except ModuleNotFoundError as error:
        raise StorageError(
            "MNIST_LAB_DATABASE_URL is set, and psycopg is not installed. Run “pip install -r requirements-server.txt”."
        ) from error
    impatient = impatient_connection(longest)

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: Dialect, _entry: ConnectionPoolEntry, where: Any, how: Any) -> Any:
        return impatient.connect(*where, **how)

    event.listen(engine, "checkin", _note_when)
    event.listen(engine, "checkout", partial(_ask_whether_alive, engine.dialect))
    return engine


def _note_when(_connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    entry.info["used"] = time.monotonic()


def _ask_whether_alive(
    dialect: Dialect, connection: DBAPIConnection, entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection
) -> None:
    """Let the pool give another connection where the server has closed this one, as after a restart."""
    if time.monotonic() - entry.info.get("used", time.monotonic()) > _FRESH:
        try:
            dialect.do_ping(connection)
        except dialect.dbapi.Error as error:  # type: ignore[union-attr]
            raise InvalidatePoolError from error


def _is_away(error: DBAPIError) -> bool:
    """Whether the server could not be reached, is just starting or ending, or has all its connections taken."""
    code: Any = getattr(error.orig, "sqlstate", None)
    kind = type(error.orig).__name__
    # Class 08 is "connection exception", 57P "operator intervention": shut down, starting up.
    return (
        error.connection_invalidated
        or (code is None and kind in ("OperationalError", "ConnectionTimeout", "InterfaceError"))
        or (code is not None and (code.startswith(("08", "57P")) or code == _TOO_MANY))
    )


def _key(what: str) -> int:
    """Return the second half of an advisory lock's key: 32 bits with a sign."""
    return zlib.crc32(what.encode()) - 2**31
