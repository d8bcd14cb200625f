"""Alerts: one open at a time for each measure and region of a workshop, whoever sees it first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from workshop_tui.errors import StoreError
from workshop_tui.model.alert import Alert, AlertKey, AlertState, is_worse
from workshop_tui.model.clock import Clock
from workshop_tui.model.incident import Incident, Severity
from workshop_tui.model.outcome import Outcome, worst
from workshop_tui.store.database import Database, inserted_id
from workshop_tui.store.incidents import Incidents, one_incident
from workshop_tui.store.items import PROGRAM
from workshop_tui.store.journal import Journal
from workshop_tui.store.schema import alerts

_RECENT = 20


class Alerts:
    """What the program saw may be written again, by this window or another, and changes nothing then."""

    def __init__(self, database: Database, journal: Journal, incidents: Incidents, clock: Clock) -> None:
        self._database = database
        self._journal = journal
        self._incidents = incidents
        self._clock = clock

    async def raise_(self, workshop_id: int, state: AlertState) -> Alert:
        """The open one of its key, changed, where there is one already."""

        async def write(connection: AsyncConnection) -> Alert:
            if (there := await _open(connection, workshop_id, state.key)) is not None:
                return await self._changed(connection, workshop_id, there, state)
            done = await connection.execute(
                insert(alerts).values(
                    workshop_id=workshop_id,
                    measure_id=state.key.measure_id,
                    region=state.key.region or "",
                    outcome=state.outcome.value,
                    title=state.title,
                    message=state.message,
                    people=list(state.people),
                    people_of=state.people_of,
                    case_id=state.case_id,
                    raised_at=state.at,
                    taken_at=state.taken_at,
                    cleared_at=None,
                    acknowledged_at=None,
                    acknowledged_by="",
                    word="",
                    incident_id=None,
                    last_step=state.last_step,
                )
            )
            alert = await _one(connection, inserted_id(done))
            await self._journal.append(
                connection,
                workshop_id,
                PROGRAM,
                "alert.raised",
                alert.id,
                after={"key": str(alert.key), **_told(alert)},
            )
            return alert

        return await self._database.write(write)

    async def change(self, workshop_id: int, state: AlertState) -> Alert | None:
        """The open one of its key, as it stands now; None where none is open.

        It only worsens, and is to be acknowledged again then; other words alone are not told in the journal.
        """

        async def write(connection: AsyncConnection) -> Alert | None:
            there = await _open(connection, workshop_id, state.key)
            return None if there is None else await self._changed(connection, workshop_id, there, state)

        return await self._database.write(write)

    async def clear(self, workshop_id: int, key: AlertKey, at: datetime) -> Alert | None:
        """None where none is open."""

        async def write(connection: AsyncConnection) -> Alert | None:
            there = await _open(connection, workshop_id, key)
            if there is None:
                return None
            ended_at = max(at, there.raised_at)  # a clock may have been set back
            await _set(connection, there, cleared_at=ended_at)
            told: dict[str, object] = {"key": str(key), "open_s": (ended_at - there.raised_at).total_seconds()}
            await self._journal.append(connection, workshop_id, PROGRAM, "alert.cleared", there.id, after=told)
            return await _one(connection, there.id)

        return await self._database.write(write)

    async def acknowledge(self, alert_id: int, by: str, word: str = "") -> Alert:
        """Again without a word changes nothing. Raises `StoreError` when there is none with that id."""

        async def write(connection: AsyncConnection) -> Alert:
            alert = await _one(connection, alert_id)
            if alert.acknowledged_at is None or word:
                await self._acknowledged(connection, alert, by, word)
            return await _one(connection, alert_id)

        return await self._database.write(write)

    async def open_incident(self, alert_id: int, title: str, severity: Severity, note: str, by: str) -> Incident:
        """With `note` in its timeline; somebody has seen the alert then. Of one that has an incident: that one.

        Raises `StoreError` when there is no alert with that id.
        """

        async def write(connection: AsyncConnection) -> Incident:
            alert = await _one(connection, alert_id)
            if alert.incident_id is not None:
                return await one_incident(connection, alert.incident_id)
            workshop_id = await _owner(connection, alert_id)
            incident = await self._incidents.opened(connection, workshop_id, title, severity, by, alert.case_id)
            incident = await self._incidents.noted(connection, incident.id, note, by)
            await _set(connection, alert, incident_id=incident.id)
            if alert.acknowledged_at is None:
                await self._acknowledged(connection, alert, by, f"incident {incident.number}")
            after = {"key": str(alert.key), "incident": incident.number}
            await self._journal.append(connection, workshop_id, by, "alert.linked", alert_id, after=after)
            return incident

        return await self._database.write(write)

    async def recent(self, workshop_id: int) -> tuple[Alert, ...]:
        """All that are open and the last few that were cleared; oldest first."""
        cleared = select(alerts.c.id).where(alerts.c.workshop_id == workshop_id, alerts.c.cleared_at.is_not(None))
        newest = cleared.order_by(alerts.c.cleared_at.desc()).limit(_RECENT)
        wanted = alerts.c.cleared_at.is_(None) | alerts.c.id.in_(newest)
        return await self._load(workshop_id, wanted)

    async def all(self, workshop_id: int) -> tuple[Alert, ...]:
        """Oldest first."""
        return await self._load(workshop_id)

    async def _load(self, workshop_id: int, *wanted: ColumnElement[bool]) -> tuple[Alert, ...]:
        query = select(alerts).where(alerts.c.workshop_id == workshop_id, *wanted).order_by(alerts.c.id)

        async def read(connection: AsyncConnection) -> tuple[Alert, ...]:
            return tuple(_alert(row) for row in await connection.execute(query))

        return await self._database.read(read)

    async def _changed(self, connection: AsyncConnection, workshop_id: int, alert: Alert, state: AlertState) -> Alert:
        worse = is_worse(state, alert)
        values: dict[str, Any] = {
            "message": state.message,
            "people": list(state.people),
            "people_of": state.people_of,
        }
        if worse:
            values |= {
                "outcome": worst((state.outcome, alert.outcome)).value,
                "last_step": state.last_step or alert.last_step,
                "acknowledged_at": None,
                "acknowledged_by": "",
                "word": "",
            }
        await _set(connection, alert, **values)
        after = await _one(connection, alert.id)
        if worse or set(after.people) != set(alert.people):
            await self._journal.append(
                connection, workshop_id, PROGRAM, "alert.changed", alert.id, before=_told(alert), after=_told(after)
            )
        return after

    async def _acknowledged(self, connection: AsyncConnection, alert: Alert, by: str, word: str) -> None:
        now = self._clock.now()
        await _set(connection, alert, acknowledged_at=now, acknowledged_by=by, word=word)
        workshop_id = await _owner(connection, alert.id)
        after: dict[str, object] = {"key": str(alert.key), "word": word}
        await self._journal.append(connection, workshop_id, by, "alert.acknowledged", alert.id, after=after)


async def _set(connection: AsyncConnection, alert: Alert, **values: object) -> None:
    await connection.execute(update(alerts).where(alerts.c.id == alert.id).values(**values))


async def _open(connection: AsyncConnection, workshop_id: int, key: AlertKey) -> Alert | None:
    query = select(alerts).where(
        alerts.c.workshop_id == workshop_id,
        alerts.c.measure_id == key.measure_id,
        alerts.c.region == (key.region or ""),
        alerts.c.cleared_at.is_(None),
    )
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else _alert(row)


async def _one(connection: AsyncConnection, alert_id: int) -> Alert:
    row = (await connection.execute(select(alerts).where(alerts.c.id == alert_id))).one_or_none()
    if row is None:
        raise StoreError(f"there is no alert {alert_id}: choose one that is shown")
    return _alert(row)


async def _owner(connection: AsyncConnection, alert_id: int) -> int:
    found = await connection.execute(select(alerts.c.workshop_id).where(alerts.c.id == alert_id))
    return int(found.scalar_one())


def _alert(row: Row[Any]) -> Alert:
    return Alert(
        id=row.id,
        key=AlertKey(row.measure_id, row.region or None),
        outcome=Outcome(row.outcome),
        title=row.title,
        message=row.message,
        people=tuple(row.people),
        people_of=row.people_of,
        case_id=row.case_id,
        raised_at=row.raised_at,
        taken_at=row.taken_at,
        cleared_at=row.cleared_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
        word=row.word,
        incident_id=row.incident_id,
        last_step=bool(row.last_step),
    )


def _told(alert: Alert) -> dict[str, object]:
    """The last step only where it was reached."""
    told: dict[str, object] = {"outcome": alert.outcome.value, "message": alert.message, "people": list(alert.people)}
    return {**told, "last_step": True} if alert.last_step else told
