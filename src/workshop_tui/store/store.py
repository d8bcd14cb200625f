"""The store: one file that holds all that is recorded about all workshops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from workshop_tui.errors import LostStoreError, StoreError
from workshop_tui.model.clock import Clock
from workshop_tui.model.journal import JournalEntry
from workshop_tui.model.record import Records
from workshop_tui.store.alerts import Alerts
from workshop_tui.store.database import Database
from workshop_tui.store.decisions import Decisions
from workshop_tui.store.drafts import Drafts
from workshop_tui.store.expected_loads import ExpectedLoads
from workshop_tui.store.file import look_at, prepare
from workshop_tui.store.incidents import Incidents
from workshop_tui.store.invites import Invites
from workshop_tui.store.items import Items
from workshop_tui.store.journal import Journal
from workshop_tui.store.platform_changes import PlatformChanges
from workshop_tui.store.readings import Readings
from workshop_tui.store.recorded import Recorded
from workshop_tui.store.recording import Recording
from workshop_tui.store.registrations import Registrations
from workshop_tui.store.results import Results
from workshop_tui.store.retrospectives import Retrospectives
from workshop_tui.store.sent_messages import SentMessages
from workshop_tui.store.smoke_runs import SmokeRuns
from workshop_tui.store.workshops import Workshops

BUSY_TIMEOUT_S = 5.0
POLL_S = 0.4


class Store:
    """Every write is on disk, with its journal entry, before its method returns. All methods raise `StoreError`."""

    def __init__(self, database: Database, clock: Clock, poll_s: float = POLL_S) -> None:
        self._database = database
        self._poll_s = poll_s
        self.path = database.path
        self.journal = Journal(database, clock)
        self.workshops = Workshops(database, self.journal, clock)
        self.items = Items(database, self.journal, clock)
        self.results = Results(database)
        self.readings = Readings(database, clock)
        self.recording = Recording(database, self.readings, clock, self.journal.window)
        self.recorded = Recorded(database)
        self.incidents = Incidents(database, self.journal, clock)
        self.alerts = Alerts(database, self.journal, self.incidents, clock)
        self.retrospectives = Retrospectives(database, self.journal, clock)
        self.decisions = Decisions(database, self.journal, clock)
        self.drafts = Drafts(database, clock)
        self.registrations = Registrations(database, self.journal, clock)
        self.invites = Invites(database, self.journal, clock)
        self.sent_messages = SentMessages(database, self.journal, clock)
        self.platform_changes = PlatformChanges(database, self.journal, clock)
        self.smoke_runs = SmokeRuns(database, self.journal)
        self.expected_loads = ExpectedLoads(database, self.journal, clock)
        self.read_only = database.read_only
        self._opened_after_id = 0

    @classmethod
    async def open(
        cls, path: Path, *, clock: Clock, busy_timeout_s: float = BUSY_TIMEOUT_S, poll_s: float = POLL_S
    ) -> Store:
        """Open the file, made or brought to the newest schema as needed.

        Raises `StoreError`, which names the file: damaged, of a newer program, locked by another, no permission, disk
        full. `busy_timeout_s` is how long to wait for another program's write, `poll_s` the time between two looks of
        `changes`.
        """
        path = await asyncio.to_thread(prepare, path, busy_timeout_s)
        return await cls._opened(Database(path, busy_timeout_s), clock, poll_s)

    @classmethod
    async def _opened(cls, database: Database, clock: Clock, poll_s: float) -> Store:
        store = cls(database, clock, poll_s)
        try:
            store._opened_after_id = await store.journal.last_id()
        except BaseException:
            await store.close()
            raise
        return store

    @classmethod
    async def open_read_only(
        cls, path: Path, *, clock: Clock, busy_timeout_s: float = BUSY_TIMEOUT_S, poll_s: float = POLL_S
    ) -> Store:
        """Open an existing file of the newest schema; every method that writes raises `StoreError`.

        Raises `StoreError`, as `open` does.
        """
        path = await asyncio.to_thread(look_at, path, busy_timeout_s)
        return await cls._opened(Database(path, busy_timeout_s, read_only=True), clock, poll_s)

    @property
    def lost(self) -> LostStoreError | None:
        """Why nothing is saved any more; None while the file that was opened is at its path."""
        return self._database.lost

    async def copy_to(self, path: Path) -> None:
        """Write all that is stored into a new file (0600), also out of one that is lost. Raises `StoreError`."""
        await self._database.copy_to(path)

    async def close(self) -> None:
        """After what is under way; a second time does nothing."""
        await self._database.close()

    async def records(self, workshop_id: int) -> Records:
        """What was done for a workshop's scheduling, communication and capacity."""
        people, people_changed_at = await self.registrations.counts(workshop_id)
        return Records(
            people,
            people_changed_at,
            await self.invites.get(workshop_id),
            await self.sent_messages.all(workshop_id),
            await self.expected_loads.newest(workshop_id),
            await self.smoke_runs.latest(workshop_id),
            tuple(workshop for workshop in await self.workshops.all() if workshop.id != workshop_id),
            await self.registrations.participants(workshop_id),
            await self.registrations.attended_count(workshop_id),
        )

    async def integrity(self) -> str | None:
        """None when the whole file is sound, else the first thing that is not, or why it cannot be read."""

        async def read(connection: AsyncConnection) -> str | None:
            verdict = str((await connection.exec_driver_sql("PRAGMA integrity_check(1)")).scalar_one())
            if verdict != "ok":
                return verdict
            orphan = (await connection.exec_driver_sql("PRAGMA foreign_key_check")).first()
            if orphan is None:
                return None
            return f"row {orphan.rowid} of {orphan.table} refers to a missing row of {orphan.parent}"

        try:
            return await self._database.read(read)
        except StoreError as error:
            return str(error)

    async def changes(self) -> AsyncIterator[tuple[JournalEntry, ...]]:
        """What other windows write, from the opening of this store on, until it is closed; oldest first."""
        last_id = self._opened_after_id
        last_version: int | None = None
        while not self._database.closed.is_set():
            version = await self._database.data_version()
            await self._database.checkpoint_when_quiet()
            while version != last_version and not self._database.closed.is_set():
                entries = await self.journal.of_other_windows(last_id)
                if not entries:
                    last_version = version
                    break
                last_id = entries[-1].id
                yield entries
            try:
                await asyncio.wait_for(self._database.closed.wait(), self._poll_s)
            except TimeoutError:
                continue
