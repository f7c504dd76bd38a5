"""Object storage: which files of a run are published there."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the table of published files."""
    op.create_table(
        "files",
        sa.Column("run_id", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(400), primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("changed", sa.BigInteger, nullable=False),
        sa.Column("step", sa.Integer),
    )
