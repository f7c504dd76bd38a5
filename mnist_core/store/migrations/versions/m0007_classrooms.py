"""Classrooms: a teacher's secret, and pupils with nicknames."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the tables of classrooms and of their pupils."""
    op.create_table(
        "classrooms",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("code", sa.String(80), nullable=False, unique=True),
        sa.Column("secret", sa.String(64), nullable=False, unique=True),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("ends", sa.Float, nullable=False),
        sa.Column("closed", sa.Float),
        sa.Column("with_runs", sa.Boolean, nullable=False),
        sa.Column("beginning", sa.JSON, nullable=False),
        sa.Column("message", sa.String(300), nullable=False),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.Column("held", sa.JSON, nullable=False),
        sa.Column("left", sa.JSON),
    )
    op.create_table(
        "pupils",
        sa.Column("classroom_id", sa.String(40), sa.ForeignKey("classrooms.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("owner", sa.String(64), primary_key=True),
        sa.Column("nickname", sa.String(80), nullable=False),
        sa.Column("joined", sa.Float, nullable=False),
        sa.Column("watched", sa.String(40)),
        sa.Column("watched_at", sa.Float),
        sa.Column("removed", sa.Boolean, nullable=False),
        sa.Column("away", sa.Boolean, nullable=False),
    )
    op.create_index("ix_pupils_owner", "pupils", ["owner"])
