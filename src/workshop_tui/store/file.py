"""Makes a file ready: there, ours, undamaged, of the newest schema; blocking."""

from __future__ import annotations

import os
import re
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

from workshop_tui.errors import DamagedStoreError, StoreError
from workshop_tui.paths import expanded
from workshop_tui.store.file_header import next_mark
from workshop_tui.store.revision import APPLICATION_ID, HEAD
from workshop_tui.store.shape import broken, lacking
from workshop_tui.store.trouble import told

_CHECKED_WHOLE_BYTES = 16 * 2**20
"""A file up to this size is checked page by page before it is opened (about 2 ms for each MB)."""


def prepare(path: Path, busy_timeout_s: float) -> Path:
    """Create the file (0600) and its folders (0700) or bring it to the newest schema; returns its absolute path.

    Raises `StoreError`.
    """
    path = expanded(path).absolute()
    with told(path):
        _create(path)
        revision, journal_mode = _look(path, busy_timeout_s) if path.stat().st_size else (None, "")
        if revision is None:
            _use_write_ahead_log(path, busy_timeout_s)
        if revision != HEAD:
            from workshop_tui.store.migrate import upgrade  # noqa: PLC0415  # Alembic costs 0.2 s, and is seldom needed

            upgrade(path, busy_timeout_s)
        if revision is not None and journal_mode != "wal":
            _use_write_ahead_log(path, busy_timeout_s)
        _mark(path)
    return path


def look_at(path: Path, busy_timeout_s: float) -> Path:
    """The absolute path of a file that is there, ours, undamaged and of the newest schema; writes nothing.

    Raises `StoreError`.
    """
    path = expanded(path).absolute()
    with told(path):
        if not path.is_file() or not path.stat().st_size:
            raise StoreError(f"there is no recording at {path}: name its file with --db")
        revision, _ = _look(path, busy_timeout_s)
    if revision != HEAD:
        raise StoreError(
            f"{path} was made by an older workshop-tui, and a replay changes nothing: open the control room on it once"
        )
    return path


def _create(path: Path) -> None:
    missing = [folder for folder in path.parents if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
    if path.is_dir():
        raise StoreError(f"{path} is a folder: name a file in it with --db")
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


def _look(path: Path, busy_timeout_s: float) -> tuple[str | None, str]:
    """The file's newest migration, None while it has none, and its journal mode; never writes to the file."""
    if _is_of_another_program(path):
        raise _foreign(path)
    if _is_cut(path):
        raise DamagedStoreError(path)
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=busy_timeout_s)) as connection:
        (application_id,) = connection.execute("PRAGMA application_id").fetchone()
        (journal_mode,) = connection.execute("PRAGMA journal_mode").fetchone()
        (table_count,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if path.stat().st_size <= _CHECKED_WHOLE_BYTES:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise DamagedStoreError(path)
        if application_id == 0 and table_count == 0:
            return None, journal_mode
        if application_id != APPLICATION_ID:
            raise _foreign(path)
        version = _version(path, connection)
        if version == HEAD and (hole := lacking(connection.execute)):
            raise broken(path, f"lacks {hole}")
    return version, journal_mode


def _version(path: Path, connection: sqlite3.Connection) -> str:
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'alembic_version'").fetchone():
        raise broken(path, "does not say of which version it is")
    versions = [str(row[0]) for row in connection.execute("SELECT version_num FROM alembic_version")]
    if len(versions) != 1:
        raise DamagedStoreError(path)
    if not re.fullmatch(r"[0-9]{4}", versions[0]):
        raise broken(path, f'has a version that no workshop-tui made ("{versions[0][:20]}")')
    if versions[0] > HEAD:
        raise StoreError(f"{path} was made by a newer workshop-tui: upgrade workshop-tui, or start with --db NEW")
    return versions[0]


def _foreign(path: Path) -> StoreError:
    return StoreError(f"{path} belongs to another program; it was left untouched: start with --db NEW")


def _is_of_another_program(path: Path) -> bool:
    """Looks without locks and logs where no program has it open: else SQLite would leave files beside it."""
    if path.with_name(f"{path.name}-wal").exists():
        return False
    with (
        suppress(sqlite3.Error),  # it is damaged, or one of ours that is being made: a look with locks tells
        closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as connection,
    ):
        (application_id,) = connection.execute("PRAGMA application_id").fetchone()
        (table_count,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        return application_id != APPLICATION_ID and bool(application_id or table_count)
    return False


def _is_cut(path: Path) -> bool:
    """Whether the last page is not whole; SQLite would take its missing part for zeros."""
    with path.open("rb") as file:
        header = file.read(18)
    page_bytes = int.from_bytes(header[16:18], "big")
    page_bytes = 65536 if page_bytes == 1 else page_bytes
    unfinished = path.with_name(f"{path.name}-wal").exists()
    return page_bytes > 0 and not unfinished and path.stat().st_size % page_bytes != 0


def _mark(path: Path) -> None:
    """Once for each file; while another program writes it is left to the first transaction."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as connection:
        if connection.execute("PRAGMA user_version").fetchone() != (0,):
            return
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname.startswith("SQLITE_BUSY"):
                return
            raise
        if connection.execute("PRAGMA user_version").fetchone() == (0,):
            connection.execute(f"PRAGMA user_version = {next_mark(0)}")
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")


def _use_write_ahead_log(path: Path, busy_timeout_s: float) -> None:
    """SQLite does not wait here by itself when two programs create the file at once."""
    deadline_s = time.monotonic() + busy_timeout_s
    with closing(sqlite3.connect(path, timeout=busy_timeout_s)) as connection:
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > deadline_s:
                    raise
                time.sleep(0.02)
            else:
                return
