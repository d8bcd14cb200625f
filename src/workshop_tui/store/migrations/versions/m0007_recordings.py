"""Recordings: small rows for values, frames of regions, who records, and baselines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "reading_words",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("people", sa.Text, nullable=False),
        sa.Column("people_of", sa.Integer, nullable=False),
    )
    _rewrite_readings()
    op.create_table(
        "frames",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("workshop_id", sa.Integer, sa.ForeignKey("workshops.id"), nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("base_id", sa.Integer, sa.ForeignKey("frames.id")),
        sa.Column("blob", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_frames_at", "frames", ["workshop_id", "region", "at"])
    op.create_table(
        "recorders",
        sa.Column("workshop_id", sa.Integer, sa.ForeignKey("workshops.id"), primary_key=True),
        sa.Column("window", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("process", sa.Integer, nullable=False),
        sa.Column("renewed_at", sa.Integer, nullable=False),
    )
    op.create_table(
        "baselines",
        sa.Column("series_id", sa.Integer, sa.ForeignKey("series.id"), primary_key=True),
        sa.Column("starts_at", sa.Integer, nullable=False),
        sa.Column("ends_at", sa.Integer, nullable=False),
        sa.Column("through_id", sa.Integer, nullable=False),
        sa.Column("median", sa.Float),
        sa.Column("p95", sa.Float),
        sa.Column("highest", sa.Float),
        sa.Column("known_for", sa.Integer, nullable=False),
    )


def _rewrite_readings() -> None:
    """A value that was known stood at the time of its data; now it stands where it was seen, which was about then."""
    op.execute(
        "INSERT INTO reading_words (outcome, detail, people, people_of) "
        "SELECT DISTINCT outcome, detail, '[]', 0 FROM readings"
    )
    op.drop_index("ix_readings_series", "readings")
    op.rename_table("readings", "readings_before")
    op.create_table(
        "readings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("series_id", sa.Integer, sa.ForeignKey("series.id"), nullable=False),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("value", sa.Float),
        sa.Column("words_id", sa.Integer, sa.ForeignKey("reading_words.id"), nullable=False),
        sa.Column("data_age", sa.Integer),
    )
    op.execute("CREATE TEMP TABLE words_of AS SELECT id, outcome, detail FROM reading_words")
    op.execute("CREATE INDEX temp.ix_words_of ON words_of (outcome, detail)")
    op.execute(
        "INSERT INTO readings (id, series_id, at, value, words_id, data_age) "
        "SELECT r.id, r.series_id, r.at, r.value, w.id, r.at - r.taken_at "
        "FROM readings_before r JOIN words_of w ON w.outcome = r.outcome AND w.detail = r.detail ORDER BY r.id"
    )
    op.execute("DROP TABLE words_of")
    op.drop_table("readings_before")
    op.create_index("ix_readings_at", "readings", ["series_id", "at"])
