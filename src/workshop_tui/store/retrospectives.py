"""The retrospective's words, section by section, with every revision."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from workshop_tui.model.clock import Clock
from workshop_tui.model.retrospective import RetrospectiveText
from workshop_tui.store.columns import clean
from workshop_tui.store.database import Database
from workshop_tui.store.journal import Journal
from workshop_tui.store.merge import Version, merge
from workshop_tui.store.schema import retrospective_revisions as revisions


class Retrospectives:
    def __init__(self, database: Database, journal: Journal, clock: Clock) -> None:
        self._database = database
        self._journal = journal
        self._clock = clock

    async def load(self, workshop_id: int, *, until: datetime | None = None) -> dict[str, RetrospectiveText]:
        """By section id, as it was at `until` or is now; a section that nobody wrote is not there."""
        by_then = () if until is None else (revisions.c.changed_at <= until,)
        newest = (
            select(revisions.c.section_id, func.max(revisions.c.revision).label("revision"))
            .where(revisions.c.workshop_id == workshop_id, *by_then)
            .group_by(revisions.c.section_id)
            .subquery()
        )
        query = (
            select(revisions)
            .join(
                newest,
                (revisions.c.section_id == newest.c.section_id) & (revisions.c.revision == newest.c.revision),
            )
            .where(revisions.c.workshop_id == workshop_id)
        )

        async def read(connection: AsyncConnection) -> dict[str, RetrospectiveText]:
            return {row.section_id: _text(row) for row in await connection.execute(query)}

        return await self._database.read(read)

    async def save(
        self, workshop_id: int, section_id: str, text: str, base_revision: int, by: str
    ) -> RetrospectiveText:
        """The section as it now is.

        `base_revision` is the one that the person began from; 0 for a section that nobody had written. When another
        was stored meanwhile, the two are merged line by line, and where they meet both stay, between lines that say
        who and when. An unchanged text makes no revision.
        """
        text = clean(text)

        async def write(connection: AsyncConnection) -> RetrospectiveText:
            stored = await _load(connection, workshop_id, section_id)
            new = text
            if base_revision != stored.revision:
                base = await _load(connection, workshop_id, section_id, base_revision)
                theirs = Version(stored.text, stored.changed_by, stored.changed_at)
                new = await asyncio.to_thread(merge, base.text, theirs, Version(text, clean(by), self._clock.now()))
            if new == stored.text:
                return stored
            saved = RetrospectiveText(section_id, new, stored.revision + 1, clean(by), self._clock.now())
            await connection.execute(
                insert(revisions).values(
                    workshop_id=workshop_id,
                    section_id=section_id,
                    revision=saved.revision,
                    text=saved.text,
                    written=None if new == text else text,
                    changed_by=saved.changed_by,
                    changed_at=saved.changed_at,
                )
            )
            await self._journal.append(
                connection,
                workshop_id,
                by,
                "retrospective.saved",
                section_id,
                before={"revision": stored.revision},
                after={"revision": saved.revision, "merged": new != text},
            )
            return saved

        return await self._database.write(write)


async def _load(
    connection: AsyncConnection, workshop_id: int, section_id: str, revision: int | None = None
) -> RetrospectiveText:
    """The newest or a named revision; empty when there is none."""
    query = select(revisions).where(revisions.c.workshop_id == workshop_id, revisions.c.section_id == section_id)
    if revision is not None:
        query = query.where(revisions.c.revision == revision)
    row = (await connection.execute(query.order_by(revisions.c.revision.desc()).limit(1))).one_or_none()
    return RetrospectiveText(section_id, "", 0) if row is None else _text(row)


def _text(row: Row[Any]) -> RetrospectiveText:
    return RetrospectiveText(row.section_id, row.text, row.revision, row.changed_by, row.changed_at)
