"""Databases as they were before."""

import sqlite3

from sqlalchemy import Connection, text

_TABLES = ("apps", "leases", "files")
_COLUMNS = (("runs", "holder"), ("runs", "retries"))
_TABLES = ("alembic_version", "apps", "leases", "links", "browsers")
_COLUMNS = (("runs", "holder"), ("runs", "retries"), ("visitors", "leaving"))


def _taking_back() -> list[str]:
    """Return the statements that take back what came with the second version and later."""
    return [f"DROP TABLE {table}" for table in _TABLES] + [f"ALTER TABLE {a} DROP COLUMN {b}" for a, b in _COLUMNS]


def forget_versions(connection: sqlite3.Connection) -> None:
    """Take from an SQLite database what came with a counted version, and the count itself."""
    for statement in ["DROP TABLE alembic_version", *_taking_back()]:
        connection.execute(statement)


def back_to_first_version(connection: Connection) -> None:
    """Make a database one of the first version that was counted."""
    for statement in [*_taking_back(), "UPDATE alembic_version SET version_num = '0001'"]:
        connection.execute(text(statement))
    for table in _TABLES:
        connection.execute(f"DROP TABLE {table}")
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    for table, column in _COLUMNS:
        if table not in there:  # of a still older one
            continue
        connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
