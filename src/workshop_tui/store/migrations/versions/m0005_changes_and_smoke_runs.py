"""What we changed on the platform, and what smoke tests found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "platform_changes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("workshop_id", sa.Integer, sa.ForeignKey("workshops.id")),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("effect", sa.Text, nullable=False),
        sa.Column("undo", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("planned_at", sa.Integer, nullable=False),
        sa.Column("done_at", sa.Integer),
        sa.Column("undone_at", sa.Integer),
    )
    op.create_table(
        "smoke_runs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("workshop_id", sa.Integer, sa.ForeignKey("workshops.id"), nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("workspace", sa.Text, nullable=False),
        sa.Column("ran_at", sa.Integer, nullable=False),
        sa.Column("ran_by", sa.Text, nullable=False),
        sa.Column("stages", sa.Text, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
    )
    op.create_index("ix_smoke_runs_workshop", "smoke_runs", ["workshop_id"])
