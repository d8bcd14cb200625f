"""What is observed, written in batches: one transaction each, by one window at a time."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from workshop_tui.model.clock import Clock
from workshop_tui.model.finding import CheckResult
from workshop_tui.model.recording import PlatformFrame, SeenValue
from workshop_tui.model.region_detail import RegionDetail
from workshop_tui.model.source import Reading
from workshop_tui.store.database import Database, inserted_id
from workshop_tui.store.frame_codec import Encoded, Names, encode_platform, encode_region
from workshop_tui.store.readings import Known, Readings
from workshop_tui.store.results import result_rows
from workshop_tui.store.schema import frames, recorders, results
from workshop_tui.store.source_changes import add_source_change

LEASE = timedelta(seconds=30)
"""After so long without a sign another window takes over."""
_PLATFORM = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """What waits to be recorded of one workshop."""

    results: Sequence[CheckResult] = ()
    """In the order in which they were judged."""
    asked: Sequence[CheckResult] = ()
    """Those of them that a person asked for: kept whoever records."""
    values: Sequence[SeenValue] = ()
    sources: Sequence[Reading] = ()
    at: datetime | None = None
    """Of the frames; without it none is kept."""
    platform: PlatformFrame | None = None
    regions: Sequence[RegionDetail] = ()

    @property
    def empty(self) -> bool:
        return not (self.results or self.values or self.sources or self.platform or self.regions)


@dataclass(frozen=True, slots=True)
class _Base:
    """A stored frame that later ones refer to."""

    frame_id: int
    names: dict[Names, int]


Bases = dict[tuple[int, str], _Base]


class Recording:
    """Of two windows on one file the second leaves recording to the first, until that ends or falls silent."""

    def __init__(self, database: Database, readings: Readings, clock: Clock, window: str) -> None:
        self._database = database
        self._readings = readings
        self._clock = clock
        self._window = window
        self._bases: Bases = {}

    async def write(self, workshop_id: int, batch: Batch, who: str) -> str:
        """All of it in one transaction, "" when it is on disk.

        Where another window records, only what was asked for is kept, and the answer is who that is. `who`: we, as
        others shall read it.
        """
        asked = await asyncio.to_thread(result_rows, workshop_id, batch.asked)
        found = await asyncio.to_thread(result_rows, workshop_id, batch.results)
        platform = None if batch.platform is None else encode_platform(batch.platform)
        regions = await asyncio.to_thread(self._encoded, workshop_id, batch.regions)

        async def write(connection: AsyncConnection) -> tuple[str, Known, Bases]:
            holder = await self._claim(connection, workshop_id, who)
            if rows := asked if holder else found:
                await connection.execute(insert(results), rows)
            if holder:
                return holder, {}, {}
            known = await self._readings.add(connection, workshop_id, batch.values)
            for reading in batch.sources:
                await add_source_change(connection, workshop_id, reading)
            bases = await self._add_frames(connection, workshop_id, batch.at, regions, platform) if batch.at else {}
            return "", known, bases

        holder, known, bases = await self._database.write(write)
        self._readings.remember(known)
        self._bases.update(bases)
        return holder

    def _encoded(self, workshop_id: int, regions: Sequence[RegionDetail]) -> list[tuple[str, Encoded]]:
        found = []
        for detail in regions:
            base = self._bases.get((workshop_id, detail.region))
            found.append((detail.region, encode_region(detail, base.names if base else None)))
        return found

    async def _add_frames(
        self,
        connection: AsyncConnection,
        workshop_id: int,
        at: datetime,
        regions: Sequence[tuple[str, Encoded]],
        platform: bytes | None,
    ) -> Bases:
        bases: Bases = {}
        for region, encoded in regions:
            base = self._bases.get((workshop_id, region))
            base_id = base.frame_id if base and encoded.names is None else None
            frame_id = await _add_frame(connection, workshop_id, region, at, encoded.blob, base_id)
            if encoded.names is not None:
                bases[workshop_id, region] = _Base(frame_id, encoded.names)
        if platform is not None:
            await _add_frame(connection, workshop_id, _PLATFORM, at, platform)
        return bases

    async def release(self, workshop_id: int) -> None:
        """Let another window record at once."""

        async def write(connection: AsyncConnection) -> None:
            await connection.execute(
                delete(recorders).where(recorders.c.workshop_id == workshop_id, recorders.c.window == self._window)
            )

        await self._database.write(write)

    async def forget_windows(self) -> None:
        """In a copy: whoever records into the other file does not record into this one."""

        async def write(connection: AsyncConnection) -> None:
            await connection.execute(delete(recorders))

        await self._database.write(write)

    async def _claim(self, connection: AsyncConnection, workshop_id: int, who: str) -> str:
        """ "" when we may record; else who does."""
        now, host, mine = self._clock.wall(), socket.gethostname(), recorders.c.workshop_id == workshop_id
        held = (await connection.execute(select(recorders).where(mine))).one_or_none()
        if held is not None and held.window != self._window and _lives(held, now, host):
            return str(held.who)
        if held is not None and held.window == self._window and timedelta() <= now - held.renewed_at < LEASE / 3:
            return ""
        await connection.execute(delete(recorders).where(mine))
        await connection.execute(
            insert(recorders).values(
                workshop_id=workshop_id, window=self._window, who=who, host=host, process=os.getpid(), renewed_at=now
            )
        )
        return ""


def _lives(held: Row[Any], now: datetime, host: str) -> bool:
    """A sign from the future is none: the clock was set back."""
    if abs(now - held.renewed_at) > LEASE:
        return False
    if held.host != host:
        return True
    try:
        os.kill(held.process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


async def _add_frame(
    connection: AsyncConnection, workshop_id: int, region: str, at: datetime, blob: bytes, base_id: int | None = None
) -> int:
    return inserted_id(
        await connection.execute(
            insert(frames).values(workshop_id=workshop_id, region=region, at=at, blob=blob, base_id=base_id)
        )
    )
