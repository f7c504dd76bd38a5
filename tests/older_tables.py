"""Databases as they were before their versions were counted."""

import sqlite3

_TABLES = ("alembic_version", "apps", "leases", "files")
_COLUMNS = (("runs", "holder"), ("runs", "retries"))


def forget_versions(connection: sqlite3.Connection) -> None:
    """Take from an SQLite database what came with a counted version, and the count itself."""
    for table in _TABLES:
        connection.execute(f"DROP TABLE {table}")
    for table, column in _COLUMNS:
        connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
