"""What the live room warned of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("workshop_id", sa.Integer, sa.ForeignKey("workshops.id"), nullable=False),
        sa.Column("measure_id", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("people", sa.Text, nullable=False),
        sa.Column("people_of", sa.Integer, nullable=False),
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("raised_at", sa.Integer, nullable=False),
        sa.Column("taken_at", sa.Integer),
        sa.Column("cleared_at", sa.Integer),
        sa.Column("acknowledged_at", sa.Integer),
        sa.Column("acknowledged_by", sa.Text, nullable=False),
        sa.Column("word", sa.Text, nullable=False),
        sa.Column("incident_id", sa.Integer, sa.ForeignKey("incidents.id")),
    )
    op.create_index(
        "ix_alerts_open",
        "alerts",
        ["workshop_id", "measure_id", "region"],
        unique=True,
        sqlite_where=sa.text("cleared_at IS NULL"),
    )
    op.create_index("ix_alerts_workshop", "alerts", ["workshop_id"])
