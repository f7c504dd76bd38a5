"""How far visitors are in lessons."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the table of the steps that visitors did."""
    op.create_table(
        "lesson_steps",
        sa.Column("owner", sa.String(64), primary_key=True),
        sa.Column("lesson", sa.String(40), primary_key=True),
        sa.Column("step", sa.String(40), primary_key=True),
        sa.Column("guess", sa.Integer),
        sa.Column("done", sa.Boolean, nullable=False),
        sa.Column("changed", sa.Float, nullable=False),
    )
