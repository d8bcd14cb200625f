"""What people did and the program noted, as it stood at one time: worked out from the journal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from workshop_tui.model.alert import Alert
from workshop_tui.model.incident import Incident, Severity
from workshop_tui.model.item import ItemState, ItemStatus
from workshop_tui.model.journal import JournalEntry
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.record import Records

Journal = Sequence[JournalEntry]
"""Of one workshop, oldest first."""


def until(journal: Iterable[JournalEntry], at: datetime) -> list[JournalEntry]:
    return [entry for entry in journal if entry.at <= at]


def items_as_of(journal: Journal, at: datetime) -> dict[str, ItemState]:
    """By item id; an item that nobody had touched is not there."""
    found: dict[str, ItemState] = {}
    for entry in until(journal, at):
        if entry.kind.startswith("item."):
            state = found.get(entry.subject, ItemState(entry.subject))
            said = {name: str(value) for name, value in entry.after.items() if name in _ITEM_FIELDS}
            changed: dict[str, object] = {**said}
            if "status" in said:
                changed["status"] = ItemStatus(said["status"])
            found[entry.subject] = replace(
                state,
                **changed,  # type: ignore[arg-type]  # the names are those of its fields
                changed_by=entry.by,
                changed_at=entry.at,
                revision=state.revision + 1,
            )
    return found


_ITEM_FIELDS = ("status", "reason", "owner", "note")


def incidents_as_of(incidents: Iterable[Incident], journal: Journal, at: datetime) -> tuple[Incident, ...]:
    """Each with the timeline and severity that it had."""
    return tuple(_incident(incident, journal, at) for incident in incidents if _begun(incident, at))


def _begun(incident: Incident, at: datetime) -> bool:
    return any(entry.at <= at for entry in incident.entries) or (not incident.entries and incident.opened_at <= at)


def _incident(incident: Incident, journal: Journal, at: datetime) -> Incident:
    entries = tuple(entry for entry in incident.entries if entry.at <= at)
    resolved_at = None
    for entry in entries:
        if entry.kind in ("resolved", "reopened"):
            resolved_at = entry.at if entry.kind == "resolved" else None
    later = [entry for entry in journal if entry.at > at and entry.subject == str(incident.id)]
    severity = next((Severity(str(e.before["severity"])) for e in later if e.kind == "incident.severity"), None)
    return replace(incident, entries=entries, resolved_at=resolved_at, severity=severity or incident.severity)


def alerts_as_of(alerts: Iterable[Alert], journal: Journal, at: datetime) -> tuple[Alert, ...]:
    """Those that had been raised, with what was known of each; oldest first."""
    of_alerts: dict[str, list[JournalEntry]] = {}
    for entry in until(journal, at):
        if entry.kind.startswith("alert."):
            of_alerts.setdefault(entry.subject, []).append(entry)
    return tuple(_alert(alert, of_alerts.get(str(alert.id), []), at) for alert in alerts if alert.raised_at <= at)


def _alert(alert: Alert, told: Iterable[JournalEntry], at: datetime) -> Alert:
    cleared_at = alert.cleared_at if alert.cleared_at is not None and alert.cleared_at <= at else None
    then = replace(
        alert,
        cleared_at=cleared_at,
        acknowledged_at=None,
        acknowledged_by="",
        word="",
        incident_id=None,
        last_step=False,
    )
    for entry in told:
        if entry.kind in ("alert.raised", "alert.changed"):
            outcome = Outcome(str(entry.after.get("outcome", then.outcome)))
            people = entry.after.get("people", then.people)
            last_step = bool(entry.after.get("last_step", False))
            if entry.kind == "alert.changed" and (outcome is not then.outcome or last_step > then.last_step):
                then = replace(then, acknowledged_at=None, acknowledged_by="", word="")
            then = replace(
                then,
                outcome=outcome,
                message=str(entry.after.get("message", then.message)),
                people=tuple(map(str, people)) if isinstance(people, list | tuple) else then.people,
                last_step=last_step,
            )
        elif entry.kind == "alert.acknowledged":
            word = str(entry.after.get("word", ""))
            then = replace(then, acknowledged_at=entry.at, acknowledged_by=entry.by, word=word)
        elif entry.kind == "alert.linked":
            then = replace(then, incident_id=alert.incident_id)
    return then


def records_as_of(records: Records, at: datetime) -> Records:
    """What had been sent, written and kept; people are told only where their list is older than `at`."""
    known = records.people_changed_at is not None and records.people_changed_at <= at
    return replace(
        records,
        people=records.people if known else (),
        people_changed_at=records.people_changed_at if known else None,
        participants=records.participants if known else (),
        attended_count=records.attended_count if known else None,
        invite=records.invite if records.invite and records.invite.written_at <= at else None,
        sent=tuple(message for message in records.sent if message.sent_at <= at),
        load=records.load if records.load and records.load.kept_at <= at else None,
        smoke=tuple(run for run in records.smoke if run.ran_at <= at),
    )
