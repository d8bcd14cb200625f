"""A file that is not a whole database of ours is called what it is, and nothing of it is touched."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from workshop_tui.errors import StoreError
from workshop_tui.model.clock import Clock
from workshop_tui.store.migrate import upgrade
from workshop_tui.store.store import Store

BACK_OR_NEW = "it was left untouched: put a copy of it back, or start with --db NEW"


async def made(path: Path) -> None:
    await (await Store.open(path, clock=Clock())).close()


def told(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def content(path: Path) -> bytes:
    return path.read_bytes()


async def refusal(path: Path) -> str:
    before = content(path)
    with pytest.raises(StoreError) as caught:
        await Store.open(path, clock=Clock())
    assert content(path) == before
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "statements",
    [
        ("CREATE TABLE recipes (title)",),
        ("PRAGMA journal_mode = WAL", "CREATE TABLE recipes (title)"),
        ("PRAGMA application_id = 252006674", "CREATE TABLE recipes (title)"),
        ("PRAGMA journal_mode = WAL", "PRAGMA application_id = 252006674", "CREATE TABLE recipes (title)"),
        ("PRAGMA application_id = 252006674",),
        ("CREATE TABLE alembic_version (version_num)", "INSERT INTO alembic_version VALUES ('0001')"),
    ],
)
async def test_another_programs_file_is_left_without_anything_beside_it(path, statements):
    told(path, *statements)
    assert await refusal(path) == f"{path} belongs to another program; it was left untouched: start with --db NEW"
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize(
    ("statement", "lacking"),
    [
        ("DROP TABLE drafts", "the table drafts"),
        ("ALTER TABLE items DROP COLUMN owner", "the column items.owner"),
        ("ALTER TABLE frames RENAME TO frames_before", "the table frames"),
    ],
)
async def test_what_the_newest_schema_has_and_the_file_lacks_is_named(path, statement, lacking):
    await made(path)
    told(path, statement)
    said = f"{path} lacks {lacking}: a migration broke, or another program changed it; {BACK_OR_NEW}"
    assert await refusal(path) == said
    with pytest.raises(StoreError) as caught:
        await Store.open_read_only(path, clock=Clock())
    assert str(caught.value) == said


async def test_a_file_without_its_versions_table_is_not_called_full_or_refusing(path):
    await made(path)
    told(path, "DROP TABLE alembic_version")
    assert await refusal(path) == (
        f"{path} does not say of which version it is: a migration broke, or another program changed it; {BACK_OR_NEW}"
    )


async def test_a_version_that_nobody_made_is_not_called_newer(path):
    await made(path)
    told(path, "UPDATE alembic_version SET version_num = 'f00dfeedcafe'")
    assert "has a version that no workshop-tui made" in await refusal(path)


async def test_a_version_without_its_tables_is_not_as_it_says(path):
    """As an interrupted tool leaves it that marks a version and makes no tables."""
    upgrade(path, 1, "0001")
    told(path, "UPDATE alembic_version SET version_num = '0003'")
    said = await refusal(path)
    assert "would lack the table drafts in this version" in said
    assert said.endswith(BACK_OR_NEW)


async def test_tables_of_a_later_version_than_the_file_says_are_a_migration_that_broke(path):
    await made(path)
    told(path, "UPDATE alembic_version SET version_num = '0005'")
    said = await refusal(path)
    assert "is not as its version says (table " in said
    assert said.endswith(BACK_OR_NEW)


async def test_an_upgrade_that_would_leave_a_hole_changes_nothing(path):
    upgrade(path, 1, "0007")
    told(path, "DROP TABLE drafts")
    assert "would lack the table drafts" in await refusal(path)
