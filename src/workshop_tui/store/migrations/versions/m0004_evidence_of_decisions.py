"""What the checks and the people had said when a decision was signed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "decision_evidence",
        sa.Column("decision_id", sa.Integer, sa.ForeignKey("decisions.id"), primary_key=True),
        sa.Column("results", sa.Text, nullable=False),
        sa.Column("items", sa.Text, nullable=False),
    )
