"""Whether an alert reached its measure's last step of alarm."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("alerts", sa.Column("last_step", sa.Integer, nullable=False, server_default="0"))
