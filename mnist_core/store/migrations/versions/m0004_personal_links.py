"""Personal links, the browsers that came by one, and visitors who want everything of theirs to be deleted."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the tables of links and of browsers, and since when a visitor is leaving."""
    op.create_table(
        "links",
        sa.Column("owner", sa.String(64), primary_key=True),
        sa.Column("secret", sa.String(64), nullable=False, unique=True),
        sa.Column("created", sa.Float, nullable=False),
    )
    op.create_table(
        "browsers",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("since", sa.Float, nullable=False),
    )
    op.create_index("ix_browsers_owner", "browsers", ["owner"])
    op.add_column("visitors", sa.Column("leaving", sa.Float))
