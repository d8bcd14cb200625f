"""Baselines of measures go: nothing read them, and each can be worked out from the readings again."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.drop_table("baselines")
