"""Several apps on one lab: who they are, which of them has a run, and what one of them does for all."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the tables of apps and of leases, the holder and the retries of a run, and an index of the queue."""
    op.create_table(
        "apps",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("host", sa.String(200), nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("pid_started", sa.Float, nullable=False),
        sa.Column("since", sa.Float, nullable=False),
        sa.Column("seen", sa.Float, nullable=False),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("holder", sa.String(40), nullable=False),
        sa.Column("until", sa.Float, nullable=False),
    )
    op.add_column("runs", sa.Column("holder", sa.String(40)))
    op.add_column("runs", sa.Column("retries", sa.Integer, nullable=False, server_default="0"))
    op.create_index("line_of_runs", "runs", ["state", "owner", "queued", "holder", "deleted", "address", "id"])
