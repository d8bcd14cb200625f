"""Incidents with their timelines."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from workshop_tui.errors import StoreError
from workshop_tui.model.clock import Clock
from workshop_tui.model.incident import Incident, IncidentEntry, Severity
from workshop_tui.store.database import Database, inserted_id
from workshop_tui.store.journal import Journal
from workshop_tui.store.schema import incident_entries, incidents


class Incidents:
    """Every method that changes one returns it as stored; raises `StoreError` when there is none with that id."""

    def __init__(self, database: Database, journal: Journal, clock: Clock) -> None:
        self._database = database
        self._journal = journal
        self._clock = clock

    async def open(
        self,
        workshop_id: int,
        title: str,
        severity: Severity,
        by: str,
        case_id: str = "",
        at: datetime | None = None,
    ) -> Incident:
        """`at`: when it began; now when None."""

        async def write(connection: AsyncConnection) -> Incident:
            return await self.opened(connection, workshop_id, title, severity, by, case_id, at)

        return await self._database.write(write)

    async def opened(
        self,
        connection: AsyncConnection,
        workshop_id: int,
        title: str,
        severity: Severity,
        by: str,
        case_id: str = "",
        at: datetime | None = None,
    ) -> Incident:
        """Open one in a transaction that changes more than this."""
        last = await connection.scalar(
            select(func.max(incidents.c.number)).where(incidents.c.workshop_id == workshop_id)
        )
        done = await connection.execute(
            insert(incidents).values(
                workshop_id=workshop_id,
                number=(last or 0) + 1,
                title=title,
                severity=severity.value,
                opened_at=at or self._clock.now(),
                opened_by=by,
                resolved_at=None,
                case_id=case_id,
                revision=0,
            )
        )
        incident_id = inserted_id(done)
        await self._add(connection, incident_id, by, title, "opened", at)
        incident = await one_incident(connection, incident_id)
        after = {"number": incident.number, "title": title, "severity": severity.value, "case_id": case_id}
        await self._journal.append(connection, workshop_id, by, "incident.opened", incident_id, after=after)
        return incident

    async def noted(self, connection: AsyncConnection, incident_id: int, text: str, by: str) -> Incident:
        """Write a note in a transaction that changes more than this."""
        await self._note(connection, await one_incident(connection, incident_id), text, by)
        return await one_incident(connection, incident_id)

    async def add_note(self, incident_id: int, text: str, by: str) -> Incident:
        async def write(connection: AsyncConnection, incident: Incident) -> None:
            await self._note(connection, incident, text, by)

        return await self._change(incident_id, write)

    async def set_severity(self, incident_id: int, severity: Severity, by: str) -> Incident:
        async def write(connection: AsyncConnection, incident: Incident) -> None:
            if severity is incident.severity:
                return
            await _set(connection, incident, severity=severity.value)
            await self._add(connection, incident.id, by, f"{incident.severity} → {severity}", "severity")
            before, after = {"severity": incident.severity.value}, {"severity": severity.value}
            await self._journal.append(
                connection, incident.workshop_id, by, "incident.severity", incident.id, before=before, after=after
            )

        return await self._change(incident_id, write)

    async def resolve(self, incident_id: int, by: str, text: str = "") -> Incident:
        """Of one that is resolved already, the text is kept as a note."""

        async def write(connection: AsyncConnection, incident: Incident) -> None:
            if incident.open:
                now = self._clock.now()
                await _set(connection, incident, resolved_at=now)
                await self._add(connection, incident.id, by, text, "resolved", now)
                await self._journal.append(
                    connection, incident.workshop_id, by, "incident.resolved", incident.id, after={"text": text}
                )
            elif text:
                await self._note(connection, incident, text, by)

        return await self._change(incident_id, write)

    async def reopen(self, incident_id: int, by: str) -> Incident:
        async def write(connection: AsyncConnection, incident: Incident) -> None:
            if incident.resolved_at is None:
                return
            await _set(connection, incident, resolved_at=None)
            await self._add(connection, incident.id, by, "", "reopened")
            before = {"resolved_at": incident.resolved_at.isoformat()}
            await self._journal.append(
                connection, incident.workshop_id, by, "incident.reopened", incident.id, before=before
            )

        return await self._change(incident_id, write)

    async def all(self, workshop_id: int) -> tuple[Incident, ...]:
        """By number, each with its whole timeline."""

        async def read(connection: AsyncConnection) -> tuple[Incident, ...]:
            return await _load(connection, incidents.c.workshop_id == workshop_id)

        return await self._database.read(read)

    async def _change(self, incident_id: int, work: Callable[[AsyncConnection, Incident], Awaitable[None]]) -> Incident:
        async def write(connection: AsyncConnection) -> Incident:
            await work(connection, await one_incident(connection, incident_id))
            return await one_incident(connection, incident_id)

        return await self._database.write(write)

    async def _note(self, connection: AsyncConnection, incident: Incident, text: str, by: str) -> None:
        await _set(connection, incident)
        await self._add(connection, incident.id, by, text, "note")
        await self._journal.append(
            connection, incident.workshop_id, by, "incident.noted", incident.id, after={"text": text}
        )

    async def _add(
        self,
        connection: AsyncConnection,
        incident_id: int,
        by: str,
        text: str,
        kind: str,
        at: datetime | None = None,
    ) -> None:
        await connection.execute(
            insert(incident_entries).values(
                incident_id=incident_id, at=at or self._clock.now(), by=by, text=text, kind=kind
            )
        )


async def _set(connection: AsyncConnection, incident: Incident, **values: object) -> None:
    await connection.execute(
        update(incidents).where(incidents.c.id == incident.id).values(**values, revision=incident.revision + 1)
    )


async def one_incident(connection: AsyncConnection, incident_id: int) -> Incident:
    """Raises `StoreError` when there is none with that id."""
    found = await _load(connection, incidents.c.id == incident_id)
    if not found:
        raise StoreError(f"there is no incident {incident_id}: open it again")
    return found[0]


async def _load(connection: AsyncConnection, wanted: ColumnElement[bool]) -> tuple[Incident, ...]:
    timeline = await connection.execute(
        select(incident_entries).join(incidents).where(wanted).order_by(incident_entries.c.id)
    )
    entries: dict[int, list[IncidentEntry]] = {}
    for row in timeline:
        entries.setdefault(row.incident_id, []).append(IncidentEntry(row.at, row.by, row.text, row.kind))
    rows = await connection.execute(select(incidents).where(wanted).order_by(incidents.c.number))
    return tuple(_incident(row, tuple(entries.get(row.id, ()))) for row in rows)


def _incident(row: Row[Any], entries: tuple[IncidentEntry, ...]) -> Incident:
    return Incident(
        id=row.id,
        workshop_id=row.workshop_id,
        number=row.number,
        title=row.title,
        severity=Severity(row.severity),
        opened_at=row.opened_at,
        opened_by=row.opened_by,
        resolved_at=row.resolved_at,
        case_id=row.case_id,
        entries=entries,
        revision=row.revision,
    )
