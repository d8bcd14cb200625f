"""The tables, as the newest migration leaves them."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from workshop_tui.store.columns import Json, Span, UtcTime, Words

metadata = MetaData()

workshops = Table(
    "workshops",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("title", Words, nullable=False),
    Column("starts_at", UtcTime, nullable=False),
    Column("duration", Span, nullable=False),
    Column("expected_people", Integer, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("revision", Integer, nullable=False),
)

journal = Table(
    "journal",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workshop_id", Integer, ForeignKey("workshops.id")),
    Column("at", UtcTime, nullable=False),
    Column("by", Words, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("before", Json, nullable=False),
    Column("after", Json, nullable=False),
    Column("undoes", Integer, ForeignKey("journal.id"), unique=True),
    Column("window", Text, nullable=False),
    Index("ix_journal_subject", "workshop_id", "subject"),
    sqlite_autoincrement=True,
)

items = Table(
    "items",
    metadata,
    Column("workshop_id", Integer, ForeignKey("workshops.id"), primary_key=True),
    Column("item_id", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("reason", Words, nullable=False),
    Column("owner", Words, nullable=False),
    Column("note", Words, nullable=False),
    Column("changed_by", Words, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("revision", Integer, nullable=False),
)

results = Table(
    "results",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workshop_id", Integer, ForeignKey("workshops.id"), nullable=False),
    Column("check_id", Text, nullable=False),
    Column("title", Words, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("judged_at", UtcTime, nullable=False),
    Column("duration_s", Float, nullable=False),
    Column("summary", Words, nullable=False),
    Column("findings", Text, nullable=False),
    Index("ix_results_check", "workshop_id", "check_id"),
)

series = Table(
    "series",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workshop_id", Integer, ForeignKey("workshops.id"), nullable=False),
    Column("measure_id", Text, nullable=False),
    Column("region", Text, nullable=False),
    UniqueConstraint("workshop_id", "measure_id", "region"),
)

reading_words = Table(
    "reading_words",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("outcome", Text, nullable=False),
    Column("detail", Words, nullable=False),
    Column("people", Json, nullable=False),
    Column("people_of", Integer, nullable=False),
)
"""What stands beside a number, kept once for the many readings that say the same."""

readings = Table(
    "readings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("series_id", Integer, ForeignKey("series.id"), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("value", Float),
    Column("words_id", Integer, ForeignKey("reading_words.id"), nullable=False),
    Column("data_age", Span),
    Index("ix_readings_at", "series_id", "at"),
)
"""`at`: when it was seen; `data_age`: how much older its data was, NULL where there was none."""

frames = Table(
    "frames",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workshop_id", Integer, ForeignKey("workshops.id"), nullable=False),
    Column("region", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("base_id", Integer, ForeignKey("frames.id")),
    Column("blob", LargeBinary, nullable=False),
    Index("ix_frames_at", "workshop_id", "region", "at"),
)
"""`region` is empty for the state of all sources; a frame may refer to names in an earlier one, its base."""

recorders = Table(
    "recorders",
    metadata,
    Column("workshop_id", Integer, ForeignKey("workshops.id"), primary_key=True),
    Column("window", Text, nullable=False),
    Column("who", Words, nullable=False),
    Column("host", Words, nullable=False),
    Column("process", Integer, nullable=False),
    Column("renewed_at", UtcTime, nullable=False),
)
"""Who records a workshop: one window at a time. Wall time, in rehearsals too."""

source_changes = Table(
    "source_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workshop_id", Integer, ForeignKey("workshops.id"), nullable=False),
    Column("source", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("taken_at", UtcTime),
    Column("tried_at", UtcTime),
    Column("error_kind", Text),
    Column("error_message", Words),
    Index("ix_source_changes_source", "workshop_id", "source", "region"),
)

incidents = Table(
    "incidents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workshop_id", Integer, ForeignKey("workshops.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("title", Words, nullable=False),
    Column("severity", Text, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("opened_by", Words, nullable=False),
    Column("resolved_at", UtcTime),
    Column("case_id", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    UniqueConstraint("workshop_id", "number"),
)

incident_entries = Table(
    "incident_entries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("incident_id", Integer, ForeignKey("incidents.id"), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("by", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("kind", Text, nullable=False),
    Index("ix_incident_entries_incident", "incident_id"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workshop_id", Integer, ForeignKey("workshops.id"), nullable=False),
    Column("measure_id", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("title", Words, nullable=False),
    Column("message", Words, nullable=False),
    Column("people", Json, nullable=False),
    Column("people_of", Integer, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("raised_at", UtcTime, nullable=False),
    Column("taken_at", UtcTime),
    Column("cleared_at", UtcTime),
    Column("acknowledged_at", UtcTime),
    Column("acknowledged_by", Words, nullable=False),
    Column("word", Words, nullable=False),
    Column("incident_id", Integer, ForeignKey("incidents.id")),
    Column("last_step", Integer, nullable=False, server_default="0"),
    Index(
        "ix_alerts_open",
        "workshop_id",
        "measure_id",
        "region",
        unique=True,
        sqlite_where=text("cleared_at IS NULL"),
    ),
    Index("ix_alerts_workshop", "workshop_id"),
)
"""`region` is empty for the whole platform; at most one alert of a key is open at a time."""

retrospective_revisions = Table(
    "retrospective_revisions",
    metadata,
    Column("workshop_id", Integer, ForeignKey("workshops.id"), primary_key=True),
    Column("section_id", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("text", Words, nullable=False),
    Column("written", Words),
    Column("changed_by", Words, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
)
"""`written`: what the person sent, where merging made another text of it."""

decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workshop_id", Integer, ForeignKey("workshops.id"), nullable=False),
    Column("verdict", Text, nullable=False),
    Column("computed", Text, nullable=False),
    Column("blockers", Json, nullable=False),
    Column("reason", Words, nullable=False),
    Column("signed_by", Words, nullable=False),
    Column("signed_at", UtcTime, nullable=False),
    Column("checklist_time", Span),
    Index("ix_decisions_workshop", "workshop_id"),
)

decision_evidence = Table(
    "decision_evidence",
    metadata,
    Column("decision_id", Integer, ForeignKey("decisions.id"), primary_key=True),
    Column("results", Text, nullable=False),
    Column("items", Text, nullable=False),
)
"""Apart from `decisions`, since it is large and seldom read; both as `json_text` writes it."""

platform_changes = Table(
    "platform_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workshop_id", Integer, ForeignKey("workshops.id")),
    Column("target", Words, nullable=False),
    Column("effect", Words, nullable=False),
    Column("undo", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("planned_at", UtcTime, nullable=False),
    Column("done_at", UtcTime),
    Column("undone_at", UtcTime),
)

smoke_runs = Table(
    "smoke_runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workshop_id", Integer, ForeignKey("workshops.id"), nullable=False),
    Column("region", Words, nullable=False),
    Column("workspace", Words, nullable=False),
    Column("ran_at", UtcTime, nullable=False),
    Column("ran_by", Words, nullable=False),
    Column("stages", Json, nullable=False),
    Column("error", Words, nullable=False),
    Index("ix_smoke_runs_workshop", "workshop_id"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("place", Text, primary_key=True),
    Column("text", Words, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
)

registrations = Table(
    "registrations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workshop_id", Integer, ForeignKey("workshops.id"), nullable=False),
    Column("key", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("email", Words, nullable=False),
    Column("github", Words, nullable=False),
    Column("status", Text, nullable=False),
    Column("registered_at", UtcTime),
    Column("attended", Integer),
    Column("answers", Json, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    UniqueConstraint("workshop_id", "key"),
)

form_columns = Table(
    "form_columns",
    metadata,
    Column("header_hash", Text, primary_key=True),
    Column("mapping", Json, nullable=False),
    Column("changed_by", Words, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
)

sent_messages = Table(
    "sent_messages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workshop_id", Integer, ForeignKey("workshops.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("text", Words, nullable=False),
    Column("starts_at", UtcTime, nullable=False),
    Column("sent_by", Words, nullable=False),
    Column("sent_at", UtcTime, nullable=False),
    Index("ix_sent_messages_workshop", "workshop_id"),
)

invites = Table(
    "invites",
    metadata,
    Column("workshop_id", Integer, ForeignKey("workshops.id"), primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("starts_at", UtcTime, nullable=False),
    Column("ends_at", UtcTime, nullable=False),
    Column("written_by", Words, nullable=False),
    Column("written_at", UtcTime, nullable=False),
)

expected_loads = Table(
    "expected_loads",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("workshop_id", Integer, ForeignKey("workshops.id"), nullable=False),
    Column("registered_count", Integer, nullable=False),
    Column("lowest", Integer, nullable=False),
    Column("likely", Integer, nullable=False),
    Column("highest", Integer, nullable=False),
    Column("basis", Words, nullable=False),
    Column("kept_by", Words, nullable=False),
    Column("kept_at", UtcTime, nullable=False),
    Index("ix_expected_loads_workshop", "workshop_id"),
)
