"""Rows of runs as no request makes them."""

from sqlalchemy import update

from mnist_core.store import Store
from mnist_core.store.tables import runs


def write_columns(store: Store, run_id: str, **values: object) -> None:
    """Write columns of a run's row, whatever it is."""
    with store.database.begin() as connection:
        connection.execute(update(runs).where(runs.c.id == run_id).values(**values))
