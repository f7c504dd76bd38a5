"""Studies: groups of runs with a question."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
_LINE = ("state", "owner", "queued", "holder", "deleted", "address", "id")


def upgrade() -> None:
    """Add the tables of studies and of their trials, and to runs which study asked for them."""
    op.create_table(
        "studies",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("owner", sa.String(64), index=True),
        sa.Column("address", sa.String(64)),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("finished", sa.Float),
        sa.Column("trials", sa.Integer, nullable=False),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.Column("pinned", sa.Boolean, nullable=False),
        sa.Column("deleted", sa.Float),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("repeats", sa.String(40)),
    )
    op.create_table(
        "trials",
        sa.Column("study_id", sa.String(40), sa.ForeignKey("studies.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("run_id", sa.String(40), index=True),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("values", sa.JSON, nullable=False),
        sa.Column("value", sa.Float),
        sa.Column("history", sa.JSON, nullable=False),
        sa.Column("cached", sa.Boolean, nullable=False),
        sa.Column("began", sa.Float, nullable=False),
        sa.Column("ended", sa.Float),
        sa.Column("error", sa.Text, nullable=False),
    )
    op.add_column("runs", sa.Column("study", sa.String(40)))
    op.create_index("ix_runs_study", "runs", ["study"])
    op.drop_index("line_of_runs", "runs")
    op.create_index("line_of_runs", "runs", [*_LINE, "study"])
