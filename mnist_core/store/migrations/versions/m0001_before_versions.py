"""What came before databases had a version: tables, columns and indexes that an older file lacks.

Such a file can be of any day, so each is added where it is missing. Later versions know what they begin with.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0001"
down_revision = None

_INDEXES = [
    ("ix_runs_fingerprint", "runs", ["fingerprint"]),
    ("ix_runs_state", "runs", ["state"]),
    ("metrics_of_run", "metrics", ["run_id", "id"]),
    ("drawings_of_owner", "drawings", ["owner"]),
    ("ix_visitors_address", "visitors", ["address"]),
]


def _tables() -> dict[str, Sequence[SchemaItem]]:
    return {
        "metrics": [
            sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
            sa.Column("run_id", sa.String(40), sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
            sa.Column("kind", sa.String(8), nullable=False),
            sa.Column("step", sa.Integer, nullable=False),
            sa.Column("epoch", sa.Integer, nullable=False),
            sa.Column("seconds", sa.Float, nullable=False),
            sa.Column("loss", sa.Float),
            sa.Column("accuracy", sa.Float),
            sa.Column("val_loss", sa.Float),
            sa.Column("val_accuracy", sa.Float),
        ],
        "drawings": [
            sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
            sa.Column("owner", sa.String(64), nullable=False),
            sa.Column("kind", sa.String(16), nullable=False),
            sa.Column("label", sa.Integer, nullable=False),
            sa.Column("image", sa.LargeBinary, nullable=False),
            sa.Column("held_out", sa.Boolean, nullable=False, server_default="0"),
            sa.Column("created", sa.Float, nullable=False),
            sa.UniqueConstraint("owner", "kind", "image"),
        ],
        "visitors": [
            sa.Column("id", sa.String(64), primary_key=True),
            sa.Column("address", sa.String(64)),
            sa.Column("since", sa.Float, nullable=False),
            sa.Column("seen", sa.Float, nullable=False),
            sa.Column("trained", sa.Boolean, nullable=False, server_default="0"),
        ],
    }


def _columns() -> dict[str, list[sa.Column[Any]]]:
    """Return the columns that came one by one, with what older rows have in them."""
    return {
        "runs": [
            sa.Column("pause_requested", sa.Boolean, nullable=False, server_default="0"),
            sa.Column("continues", sa.String(40)),
            sa.Column("queued", sa.Integer, nullable=False, server_default="0"),
            sa.Column("shared", sa.Boolean, nullable=False, server_default="1"),
            sa.Column("pinned", sa.Boolean, nullable=False, server_default="0"),
            sa.Column("bytes", sa.Integer, nullable=False, server_default="0"),
            sa.Column("shipped", sa.JSON),
            sa.Column("notes", sa.Text, nullable=False, server_default=""),
            sa.Column("deleted", sa.Float),
            sa.Column("curve", sa.JSON),
            sa.Column("imported", sa.JSON),
            sa.Column("address", sa.String(64)),
        ],
        "drawings": [sa.Column("held_out", sa.Boolean, nullable=False, server_default="0")],
        "visitors": [sa.Column("trained", sa.Boolean, nullable=False, server_default="0")],
    }


def upgrade() -> None:
    """Add what is missing."""
    there = sa.inspect(op.get_bind())
    for table, parts in _tables().items():
        if not there.has_table(table):
            op.create_table(table, *parts)
    there = sa.inspect(op.get_bind())
    for table, columns in _columns().items():
        known = {column["name"] for column in there.get_columns(table)}
        for column in columns:
            if column.name not in known:
                op.add_column(table, column)
    for name, table, names in _INDEXES:
        op.create_index(name, table, names, if_not_exists=True)
