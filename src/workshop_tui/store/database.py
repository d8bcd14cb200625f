"""One file, one writer, a few readers; SQLite works in their threads, never in the loop's."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import aiosqlite
from sqlalchemy import URL, Connection, CursorResult, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from workshop_tui.errors import LostStoreError, StoreError
from workshop_tui.store.file_header import next_mark
from workshop_tui.store.opened_file import OpenedFile
from workshop_tui.store.shape import lacking
from workshop_tui.store.trouble import told

Result = TypeVar("Result")
Work = Callable[[AsyncConnection], Awaitable[Result]]

_log = logging.getLogger(__name__)

_READERS = 3
_QUIET_S = 3.0
_CHECKPOINT_EVERY_S = 30.0


class Database:
    """What was begun runs to its end even when its caller is cancelled: a write is never cut in two."""

    def __init__(self, path: Path, busy_timeout_s: float, *, read_only: bool = False) -> None:
        """`read_only`: SQLite itself opens the file so on every connection, and each write is refused."""
        self.path = path
        self.read_only = read_only
        self._busy_timeout_s = busy_timeout_s
        database = f"{path.as_uri()}?mode={'ro' if read_only else 'rw'}&uri=true"
        with told(path):
            self._file = OpenedFile(path)
        self.lost: LostStoreError | None = None
        """What was found when the file was last looked at; None while it is there."""
        self._written_s: float | None = None
        """When something was last written that may still be in the log alone."""
        self._checkpointed_s = time.monotonic()
        self._writer = _engine(
            database,
            busy_timeout_s,
            "BEGIN IMMEDIATE",
            ("query_only = ON",) if read_only else ("foreign_keys = ON", "synchronous = FULL", "secure_delete = ON"),
            connections=1,
        )
        self._reader = _engine(database, busy_timeout_s, "BEGIN", ("query_only = ON",), connections=_READERS)
        self._one_writer = asyncio.Lock()
        self._few_readers = asyncio.Semaphore(_READERS)
        self._watching: AsyncConnection | None = None
        self._one_watcher = asyncio.Lock()
        self._under_way: set[asyncio.Task[Any]] = set()
        self.closed = asyncio.Event()

    async def write(self, work: Work[Result]) -> Result:
        """Run `work` in one transaction and return when it is on disk. Raises `StoreError`, with nothing stored."""
        if self.read_only:
            raise StoreError("this is a replay, and nothing is written into a recording: leave it to go on working")
        return await self._to_its_end(self._write(work))

    async def read(self, work: Work[Result]) -> Result:
        """Run `work` on one unchanging view of the file; never waits for a writer. Raises `StoreError`."""
        return await self._to_its_end(self._read(work))

    async def data_version(self) -> int:
        """A number that differs from the last one after another connection has written. Raises `StoreError`."""
        return await self._to_its_end(self._data_version())

    async def copy_to(self, path: Path) -> None:
        """All that is stored, also out of a file that is lost, into a new file. Raises `StoreError`, with none left."""
        await self._to_its_end(self._copy_to(path))

    async def checkpoint_when_quiet(self) -> None:
        """Bring the file itself up to date when nobody has written for some seconds, and now and then while they do."""
        if self._written_s is None or self.lost is not None:
            return
        now_s = time.monotonic()
        if now_s - self._written_s > _QUIET_S:
            await self._to_its_end(self._checkpoint("TRUNCATE"))
        elif now_s - self._checkpointed_s > _CHECKPOINT_EVERY_S:
            await self._to_its_end(self._checkpoint("PASSIVE"))

    async def close(self) -> None:
        """After what is under way; a second time does nothing."""
        if self.closed.is_set():
            return
        self.closed.set()
        if self._under_way:
            await asyncio.wait(self._under_way)
        if self._watching is not None:
            await self._watching.close()
        with suppress(StoreError), told(self.path):  # whoever opens the file next reads its log
            self._look()
            if self._written_s is not None:
                await self._checkpoint("TRUNCATE")
        with told(self.path):
            try:
                if self.lost is not None and self.lost.is_overwritten:
                    self._file.empty_log()
            finally:
                await self._reader.dispose()
                await self._writer.dispose()
                self._file.close()

    async def _write(self, work: Work[Result]) -> Result:
        async with self._one_writer:
            with told(self.path):
                self._look()
                async with self._writer.begin() as connection:
                    done = await _marked(connection, work)
                self._file.log_is_there()
                self._written_s = time.monotonic()
                self._look()
                return done

    async def _read(self, work: Work[Result]) -> Result:
        async with self._few_readers:
            with told(self.path):
                self._look()
                async with self._reader.connect() as connection:
                    done = await work(connection)
                if not self.read_only:
                    self._file.log_is_there()
                return done

    async def _data_version(self) -> int:
        async with self._one_watcher:
            with told(self.path):
                self._look()
                if self._watching is None:
                    self._watching = await self._reader.connect()
                async with self._watching.begin():
                    answer = await self._watching.exec_driver_sql("PRAGMA data_version")
                    return int(answer.scalar_one())

    async def _copy_to(self, path: Path) -> None:
        async with self._few_readers:
            with told(self.path):
                self._look_for_what_it_held()
                async with self._reader.connect() as connection:
                    await _backup(await _sqlite(connection), path, self._look_for_what_it_held)

    async def _checkpoint(self, mode: str) -> None:
        """What a reader still needs stays in the log; nobody is waited for."""
        async with self._one_writer:
            with told(self.path):
                written_s = self._written_s
                async with self._writer.connect() as connection:
                    sqlite = await _sqlite(connection)
                    await sqlite.execute("PRAGMA busy_timeout = 0")
                    try:
                        async with sqlite.execute(f"PRAGMA wal_checkpoint({mode})") as cursor:
                            row = await cursor.fetchone()
                    finally:
                        await sqlite.execute(f"PRAGMA busy_timeout = {int(self._busy_timeout_s * 1000)}")
                self._checkpointed_s = time.monotonic()
                if mode == "TRUNCATE" and row is not None and row[0] == 0 and self._written_s == written_s:
                    self._written_s = None

    def _look(self) -> None:
        """A local file system answers at once: others cannot hold SQLite's log."""
        try:
            self._file.look()
        except LostStoreError as error:
            self.lost = error
            raise
        self.lost = None

    def _look_for_what_it_held(self) -> None:
        """Raises `LostStoreError` where something else is read now in its stead."""
        try:
            self._look()
        except LostStoreError as error:
            if error.is_overwritten:
                raise

    async def _to_its_end(self, work: Coroutine[Any, Any, Result]) -> Result:
        if self.closed.is_set():
            work.close()
            raise StoreError(f"{self.path} is closed: start workshop-tui again")
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_report)
            raise


async def _sqlite(connection: AsyncConnection) -> aiosqlite.Connection:
    """Below SQLAlchemy, which would begin a transaction."""
    driver = (await connection.get_raw_connection()).driver_connection
    assert isinstance(driver, aiosqlite.Connection)  # noqa: S101  # the engine was made for it
    return driver


async def _marked(connection: AsyncConnection, work: Work[Result]) -> Result:
    """Each transaction that changes something shows in the file's header: see `file_header`."""
    sqlite = await _sqlite(connection)
    changes_before = sqlite.total_changes
    done = await work(connection)
    if sqlite.total_changes != changes_before:
        mark = int((await connection.exec_driver_sql("PRAGMA user_version")).scalar_one())
        await connection.exec_driver_sql(f"PRAGMA user_version = {next_mark(mark)}")
    return done


async def _backup(source: aiosqlite.Connection, path: Path, is_still_there: Callable[[], None]) -> None:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    try:
        with closing(sqlite3.connect(path, check_same_thread=False)) as target:
            await source.backup(target)
            (verdict,) = (await asyncio.to_thread(target.execute, "PRAGMA quick_check(1)")).fetchone()
            is_whole = verdict == "ok" and not lacking(target.execute)
        if not is_whole:
            raise StoreError(f"what is left cannot be read whole, so {path} was not made")
        is_still_there()
    except BaseException:
        await asyncio.to_thread(path.unlink, missing_ok=True)
        raise


def _report(task: asyncio.Task[Any]) -> None:
    error = None if task.cancelled() else task.exception()
    if error is not None:
        _log.error("the store failed after its caller had left: %s", error)


def _engine(
    database: str, busy_timeout_s: float, begin_statement: str, pragmas: tuple[str, ...], *, connections: int
) -> AsyncEngine:
    """`database`: a path, or SQLite's URI of one."""
    name, _, options = database.partition("?") if database.startswith("file:") else (database, "", "")
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=name, query=dict(parse_qsl(options))),
        connect_args={"isolation_level": None, "timeout": busy_timeout_s},
        pool_size=connections,
        max_overflow=1,
        hide_parameters=True,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def connected(connection: DBAPIConnection, _: object) -> None:
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin_statement)

    return engine


def inserted_id(done: CursorResult[Any]) -> int:
    """The primary key that an insert of one row was given."""
    key = done.inserted_primary_key
    assert key is not None  # noqa: S101  # an insert of one row always has it
    return int(key[0])
