"""Databases as they were before."""

import sqlite3

from sqlalchemy import Connection, inspect, text

_TABLES = ("apps", "leases", "files", "links", "browsers", "lesson_steps", "trials", "studies", "pupils", "classrooms")
_COLUMNS = (("runs", "holder"), ("runs", "retries"), ("runs", "study"), ("visitors", "leaving"))


def forget_versions(connection: sqlite3.Connection) -> None:
    """Take from an SQLite database what came with a counted version, and the count itself."""
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    for statement in ["DROP TABLE alembic_version", *_taking_back(there)]:
        connection.execute(statement)


def back_to_first_version(connection: Connection) -> None:
    """Make a database one of the first version that was counted."""
    there = set(inspect(connection).get_table_names())
    for statement in [*_taking_back(there), "UPDATE alembic_version SET version_num = '0001'"]:
        connection.execute(text(statement))


def _taking_back(there: set[str]) -> list[str]:
    """Return the statements that take back what came with the second version and later."""
    columns = [(table, column) for table, column in _COLUMNS if table in there]  # others are of a still older one
    return [
        *(f"DROP TABLE {table}" for table in _TABLES),
        "DROP INDEX IF EXISTS line_of_runs",
        "DROP INDEX IF EXISTS ix_runs_study",
        *(f"ALTER TABLE {table} DROP COLUMN {column}" for table, column in columns),
    ]
