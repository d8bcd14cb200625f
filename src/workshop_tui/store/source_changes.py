"""When sources broke and recovered."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.store.columns import clean
from workshop_tui.store.schema import source_changes


async def add_source_change(connection: AsyncConnection, workshop_id: int, reading: Reading) -> None:
    """That it broke, broke otherwise or recovered; without its items, and only when that is new."""
    source, region = reading.source.kind, reading.source.region or ""
    error = reading.error
    now_is = (None, None) if error is None else (error.kind.value, clean(error.message))
    query = (
        select(source_changes.c.error_kind, source_changes.c.error_message)
        .where(
            source_changes.c.workshop_id == workshop_id,
            source_changes.c.source == source,
            source_changes.c.region == region,
        )
        .order_by(source_changes.c.id.desc())
        .limit(1)
    )
    last = (await connection.execute(query)).one_or_none()
    if now_is == ((None, None) if last is None else tuple(last)):
        return
    await connection.execute(
        insert(source_changes).values(
            workshop_id=workshop_id,
            source=source,
            region=region,
            taken_at=reading.taken_at,
            tried_at=reading.tried_at,
            error_kind=now_is[0],
            error_message=now_is[1],
        )
    )


def source_change(row: Row[Any]) -> Reading:
    error = None if row.error_kind is None else SourceError(ErrorKind(row.error_kind), row.error_message)
    return Reading(SourceKey(row.source, row.region or None), None, row.taken_at, error, row.tried_at)
