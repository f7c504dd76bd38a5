"""Moving a record from one database to another: from a file to a server, and back."""

from pathlib import Path

from sqlalchemy import Connection, Table, func, insert, select, text

from mnist_core.errors import RunStateError, StorageError
from mnist_core.settings import Settings, database_address
from mnist_core.store.database import Database
from mnist_core.store.postgres import PostgresDatabase
from mnist_core.store.sqlite import SqliteDatabase
from mnist_core.store.tables import apps, leases, metadata, runs

_ROWS = 500  # at once
_OF_THE_MOMENT = (apps, leases)  # which apps are there, and what they hold


def other_database(settings: Settings, where: str) -> Database:
    """Open the database that a record shall be moved to: ``postgresql://...``, or a home folder for a file.

    Raises
    ------
    ConfigError
        If `where` is an address of something else.
    StorageError
        If it can't be reached or written.
    """
    if "://" in where:
        return PostgresDatabase(settings.model_copy(update={"database_url": database_address(where)}))
    home = Path(where).expanduser().absolute()
    return SqliteDatabase(settings.model_copy(update={"home": home, "database_url": None}), anew=True)


def copy_record(source: Database, target: Database) -> dict[str, int]:
    """Copy all rows of a record into an empty database, in one transaction; return how many by table.

    Raises
    ------
    StorageError
        If the target is not empty.
    RunStateError
        If a run is training, or is about to: its end would be missing there.
    """
    tables = [table for table in metadata.sorted_tables if table not in _OF_THE_MOMENT]
    with source.begin() as reading, target.begin() as writing:
        held = select(func.count()).where(runs.c.holder.is_not(None))
        if reading.execute(held).scalar_one():
            raise RunStateError("A run is training. Stop MNIST Lab first, so that nothing changes while it is copied.")
        target.alone(writing, "tables")
        filled = [table.name for table in tables if writing.execute(select(table).limit(1)).first()]
        if filled:
            raise StorageError(
                "The database {path} is not empty, and nothing in it is replaced. Name a new one.", path=target.name
            )
        copied = {table.name: _copy(table, reading, writing) for table in tables}
        if writing.dialect.name == "postgresql":
            for table in tables:
                _count_on(table, writing)
    return copied


def counts(database: Database) -> dict[str, int]:
    """Return how many rows each table has."""
    with database.begin() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }


def _copy(table: Table, reading: Connection, writing: Connection) -> int:
    copied = 0
    query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_ROWS)
    for part in reading.execute(query).mappings().partitions(_ROWS):
        writing.execute(insert(table), [dict(row) for row in part])
        copied += len(part)
    return copied


def _count_on(table: Table, writing: Connection) -> None:
    """Let new rows get numbers after those that were copied."""
    for column in table.primary_key.columns:
        if column.autoincrement is True:
            newest = f"(SELECT MAX({column.name}) FROM {table.name})"
            sequence = f"pg_get_serial_sequence('{table.name}', '{column.name}')"
            writing.execute(text(f"SELECT setval({sequence}, {newest}) WHERE {newest} IS NOT NULL"))
