from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from workshop_tui.errors import StoreError
from workshop_tui.model.clock import Clock
from workshop_tui.model.outcome import Outcome
from workshop_tui.store.columns import microseconds
from workshop_tui.store.migrate import configuration, upgrade
from workshop_tui.store.revision import HEAD
from workshop_tui.store.schema import metadata
from workshop_tui.store.store import Store

SCRIPTS = ScriptDirectory.from_config(configuration())
REVISIONS = [script.revision for script in reversed(list(SCRIPTS.walk_revisions()))]


def dump(path: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name"
        ).fetchall()
        columns = [
            (name, *column)
            for kind, name, *_ in tables
            if kind == "table"
            for column in connection.execute(f"PRAGMA table_xinfo({name})").fetchall()
        ]
        marks = [connection.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "journal_mode")]
        version = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    return [*tables, *columns, *marks, *version]


async def test_the_program_knows_the_newest_migration():
    assert SCRIPTS.get_current_head() == HEAD
    assert sorted(REVISIONS) == REVISIONS, "a later migration must sort after the earlier ones"


@pytest.mark.parametrize("revision", REVISIONS)
async def test_an_upgraded_file_equals_a_new_one(tmp_path, revision):
    new, old = tmp_path / "new.db", tmp_path / "old.db"
    upgrade(old, 1, revision)
    for path in (new, old):
        store = await Store.open(path, clock=Clock())
        assert await store.integrity() is None
        await store.close()
    assert dump(old) == dump(new)


async def test_the_migrations_make_the_tables_that_the_program_uses(path):
    store = await Store.open(path, clock=Clock())
    await store.close()
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


async def test_the_migrations_make_the_same_indexes_and_constraints(tmp_path):
    migrated, created = tmp_path / "migrated.db", tmp_path / "created.db"
    upgrade(migrated, 1)
    engine = create_engine(f"sqlite:///{created}")
    metadata.create_all(engine)
    engine.dispose()

    def shape(path: Path) -> dict[str, object]:
        with closing(sqlite3.connect(path)) as connection:
            names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall()
            return {
                name: (
                    sorted(connection.execute(f"PRAGMA foreign_key_list({name})").fetchall()),
                    sorted(
                        (unique, origin, tuple(part[2] for part in connection.execute(f"PRAGMA index_info({index})")))
                        for _, index, unique, origin, _ in connection.execute(f"PRAGMA index_list({name})").fetchall()
                    ),
                )
                for (name,) in names
                if name != "alembic_version"
            }

    assert shape(migrated) == shape(created)


async def test_a_migration_that_fails_leaves_the_file_as_it_was(path):
    """A table that stands in the way makes the first migration fail half-way."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE incidents (id)")
    with pytest.raises(Exception, match="incidents"):
        upgrade(path, 1)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_schema").fetchall() == [("incidents",)]


async def test_a_schema_that_nobody_made_is_refused(path):
    upgrade(path, 1)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(StoreError, match="has a schema that no workshop-tui made") as caught:
        await Store.open(path, clock=Clock())
    assert str(path) in str(caught.value)


async def test_what_was_recorded_before_recordings_grew_small_is_still_there(path):
    upgrade(path, 1, "0006")
    at = 1_800_000_000_000_000
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO workshops VALUES (1, 'W', ?, 3600000000, 5, 'UTC', ?, 0)", (at, at))
        connection.execute("INSERT INTO series VALUES (1, 1, 'storage', 'emea')")
        rows = [(at, 0.5, "pass", at, "of 12"), (at + 1, 0.6, "pass", at + 1, "of 12")]
        rows.append((at + 9, None, "unknown", at + 1, "timed out"))
        connection.executemany(
            "INSERT INTO readings (series_id, at, value, outcome, taken_at, detail) VALUES (1, ?, ?, ?, ?, ?)", rows
        )
    store = await Store.open(path, clock=Clock())
    points = await store.readings.series(1, "storage", "emea")
    assert [(microseconds(point.at) - at, point.value) for point in points] == [(0, 0.5), (1, 0.6), (9, None)]
    (latest,) = await store.readings.latest(1)
    assert (latest.outcome, latest.detail, microseconds(latest.taken_at)) == (Outcome.UNKNOWN, "timed out", at + 1)
    assert await store.integrity() is None
    await store.close()
