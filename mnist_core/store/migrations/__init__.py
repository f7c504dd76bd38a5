"""Versions of the database: how a file of an older one becomes one of today, by Alembic.

One file a version, ``versions/m0002_what_is_new.py``, with `revision`, `down_revision` and `upgrade`; the newest is
that of `mnist_core.store.tables`. It knows no runs and opens no file: `mnist_core.store.database` hands it a
connection.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from mnist_core.store.tables import runs

FOLDER = Path(__file__).parent
_TABLE = "alembic_version"


def versions() -> list[str]:
    """Return the versions that this program knows, the oldest first: the numbers in the names of the files."""
    return sorted(path.stem[1:5] for path in (FOLDER / "versions").glob("m[0-9]*.py"))


def version_of(connection: Connection) -> str | None:
    """Return the version that a database says it has; None where it says none: a new one, or one from before 0001."""
    if not inspect(connection).has_table(_TABLE):
        return None
    row = connection.execute(text(f"SELECT version_num FROM {_TABLE}")).first()
    return None if row is None else str(row[0])


def has_runs(connection: Connection) -> bool:
    """Whether a database has its main table; without it the file is new, or its making was cut short."""
    return inspect(connection).has_table(runs.name)


def mark(connection: Connection) -> None:
    """Write into a database whose tables were just made that it is of the newest version."""
    connection.execute(text(f"CREATE TABLE {_TABLE} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text(f"INSERT INTO {_TABLE} VALUES (:version)"), {"version": versions()[-1]})


def upgrade(connection: Connection) -> None:
    """Bring a database to the newest version, within the transaction of its connection.

    Alembic is imported here: a database that is up to date, as nearly always, needs none of it.
    """
    from alembic.command import upgrade as run
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    run(config, "head")
