"""Send an alert that means nothing, see whom Alertmanager tells, and end it again."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from workshop_tui.clients.alertmanager import AlertmanagerClient, AlertWire
from workshop_tui.errors import ErrorKind, SourceError

ALERT_NAME = "WorkshopTuiTest"
LASTS = timedelta(minutes=5)
"""It ends then, even if this program does not live to end it."""
LISTED_WITHIN_S = 10.0
_LOOK_EVERY_S = 0.2
_CLOCKS_DIFFER = timedelta(seconds=30)
"""By so much another machine's clock may be behind ours, and an end in our past is one in its past too."""

Note = Callable[[str, Mapping[str, object]], Awaitable[None]]
"""Puts a kind and its facts into the journal; it is there when this returns."""


@dataclass(frozen=True, slots=True)
class HarmlessAlert:
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    receivers: tuple[str, ...]
    """Whom Alertmanager's routes choose; only they can say whether the message came."""
    suppressed: str = ""
    """Why nobody is told; empty when they are."""


def harmless_alert(now: datetime, person: str) -> HarmlessAlert:
    """Its labels are its own, so that it is never taken for another one."""
    labels = {"alertname": ALERT_NAME, "severity": "none", "run": uuid.uuid4().hex[:12]}
    summary = f"A test by {person}, nothing is wrong: it ends by itself within 5 minutes."
    return beginning(HarmlessAlert(labels, {"summary": summary}, now, now), now)


def beginning(alert: HarmlessAlert, now: datetime) -> HarmlessAlert:
    """The same alert, sent now."""
    return replace(alert, starts_at=now - 2 * _CLOCKS_DIFFER, ends_at=now + LASTS)


def effect_of(alert: HarmlessAlert, url: str) -> tuple[str, ...]:
    """Target and effect, as lines for the person who decides."""
    labels = ", ".join(f"{name}={value}" for name, value in alert.labels.items())
    return (
        f"Target: {url}",
        f"Effect: posts one alert ({labels}). Whoever its routes choose is told that a test began, and that it ended.",
        f"This command ends it; if it cannot, the alert ends by itself after {LASTS.seconds // 60} minutes.",
    )


async def send_test_alert(
    client: AlertmanagerClient,
    alert: HarmlessAlert,
    note: Note,
    hold: Callable[[Arrival], Awaitable[None]],
    listed_within_s: float = LISTED_WITHIN_S,
) -> Arrival:
    """Post, find, hold, end; noted before it is sent.

    `hold` returns when the receivers have had their time: Alertmanager waits `group_wait` before it tells anybody, and
    does not tell of an alert that ended before. Raises `SourceError`, and what `note` raises.
    """
    facts = {"labels": dict(alert.labels), "url": str(client.url), "ends_at": alert.ends_at.isoformat()}
    await note("test-alert.sending", facts)
    try:
        await client.post_alert(alert.labels, alert.annotations, alert.starts_at, alert.ends_at)
    except SourceError as error:
        with contextlib.suppress(SourceError):  # it may have come although no answer did
            await _end(client, alert)
        await note("test-alert.failed", {"error": error.message})
        raise
    try:
        arrival = await _listed(client, alert, listed_within_s)
        await note("test-alert.listed", {"receivers": list(arrival.receivers), "suppressed": arrival.suppressed})
        await hold(arrival)
    finally:
        await _end(client, alert)
        await note("test-alert.ended", {"labels": dict(alert.labels)})
    return arrival


async def _listed(client: AlertmanagerClient, alert: HarmlessAlert, within_s: float) -> Arrival:
    try:
        async with asyncio.timeout(within_s):
            while True:
                found = await client.alerts(**alert.labels)
                if found and found[0].status.state != "unprocessed":
                    return Arrival(tuple(receiver.name for receiver in found[0].receivers or ()), _suppressed(found[0]))
                await asyncio.sleep(_LOOK_EVERY_S)
    except TimeoutError:
        told = f"Alertmanager took the alert, but does not list it after {within_s:g} s: look at its log"
        raise SourceError(ErrorKind.NOT_FOUND, told) from None


def _suppressed(wire: AlertWire) -> str:
    reasons = (
        ("silenced by", wire.status.silenced_by),
        ("inhibited by", wire.status.inhibited_by),
        ("muted by", wire.status.muted_by),
    )
    told = [f"{how} {', '.join(by)}" for how, by in reasons if by]
    return "; ".join(told) or ("it does not say why" if wire.status.state == "suppressed" else "")


async def _end(client: AlertmanagerClient, alert: HarmlessAlert) -> None:
    try:
        await client.post_alert(alert.labels, alert.annotations, alert.starts_at, alert.starts_at + _CLOCKS_DIFFER)
    except SourceError as error:
        told = f"{error.message}; the test alert ends by itself at {alert.ends_at:%H:%M:%S} UTC"
        raise SourceError(error.kind, told) from None
