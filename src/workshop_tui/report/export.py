"""A workshop with all its evidence, as one document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from workshop_tui.guide.due import due_text
from workshop_tui.model.alert import Alert
from workshop_tui.model.decision import Decision, Evidence
from workshop_tui.model.finding import CheckResult, Finding
from workshop_tui.model.guide import Guide, Item
from workshop_tui.model.incident import Incident
from workshop_tui.model.item import ItemState
from workshop_tui.model.journal import JournalEntry
from workshop_tui.model.retrospective import RetrospectiveText
from workshop_tui.model.workshop import Workshop
from workshop_tui.redaction import mask

FORMAT = 1
"""Grows with every change that a reader of the last format could trip over."""


def export_workshop(
    *,
    workshop: Workshop,
    guide: Guide,
    items: Mapping[str, ItemState],
    results: Mapping[str, CheckResult],
    incidents: Sequence[Incident],
    alerts: Sequence[Alert] = (),
    retrospective: Mapping[str, RetrospectiveText],
    decisions: Sequence[Decision],
    evidence: Mapping[int, Evidence] | None = None,
    journal: Sequence[JournalEntry],
) -> dict[str, object]:
    """`evidence`: what the signers saw, by decision id.

    What JSON can hold: times as `2026-12-03T15:00:00Z`, durations in seconds, unknown as null; secrets masked."""
    document = {
        "format": FORMAT,
        "workshop": _workshop(workshop),
        "guide": {"title": guide.title, "origin": guide.origin},
        "items": [_item(item, items.get(item.id, ItemState(item.id))) for item in guide.items]
        + [_state(state) for item_id, state in sorted(items.items()) if not _in_guide(guide, item_id)],
        "results": [_result(results[check_id]) for check_id in sorted(results)],
        "incidents": [_incident(incident) for incident in incidents],
        "alerts": [_alert(alert, {incident.id: incident.number for incident in incidents}) for alert in alerts],
        "retrospective": _retrospective(guide, retrospective),
        "decisions": [_decision(decision, (evidence or {}).get(decision.id)) for decision in decisions],
        "journal": [_entry(entry) for entry in journal],
    }
    masked = _masked(document)
    assert isinstance(masked, dict)  # noqa: S101  # a dict stays one
    return masked


def _workshop(workshop: Workshop) -> dict[str, object]:
    return {
        "id": workshop.id,
        "title": workshop.title,
        "starts_at": _time(workshop.starts_at),
        "ends_at": _time(workshop.ends_at),
        "duration_s": _seconds(workshop.duration),
        "timezone": workshop.timezone,
        "expected_people": workshop.expected_people,
        "created_at": _time(workshop.created_at),
    }


def _in_guide(guide: Guide, item_id: str) -> bool:
    return any(item.id == item_id for item in guide.items)


def _item(item: Item, state: ItemState) -> dict[str, object]:
    return {
        **_state(state),
        "phase": item.phase,
        "section": item.section,
        "title": item.title,
        "due": due_text(item.due),
        "sensed_by": list(item.sensed_by),
    }


def _state(state: ItemState) -> dict[str, object]:
    """Alone for an item that the guide no longer has: then `phase` and the rest are null."""
    return {
        "id": state.item_id,
        "phase": None,
        "section": None,
        "title": None,
        "due": None,
        "sensed_by": [],
        "status": state.status.value,
        "reason": state.reason,
        "owner": state.owner,
        "note": state.note,
        "changed_by": state.changed_by,
        "changed_at": _time(state.changed_at),
    }


def _result(result: CheckResult) -> dict[str, object]:
    return {
        "check": result.check_id,
        "title": result.title,
        "outcome": result.outcome.value,
        "summary": result.summary,
        "judged_at": _time(result.judged_at),
        "duration_s": round(result.duration_s, 3),
        "findings": [_finding(finding) for finding in result.findings],
    }


def _finding(finding: Finding) -> dict[str, object]:
    remedy = finding.remedy
    return {
        "subject": finding.subject,
        "region": finding.region,
        "outcome": finding.outcome.value,
        "message": finding.message,
        "evidence": [{"name": name, "value": value} for name, value in finding.evidence],
        "remedy": None if remedy is None else {"text": remedy.text, "command": remedy.command},
    }


def _incident(incident: Incident) -> dict[str, object]:
    return {
        "number": incident.number,
        "title": incident.title,
        "severity": incident.severity.value,
        "opened_at": _time(incident.opened_at),
        "opened_by": incident.opened_by,
        "resolved_at": _time(incident.resolved_at),
        "time_to_resolve_s": _seconds(incident.time_to_resolve),
        "case": incident.case_id or None,
        "entries": [
            {"at": _time(entry.at), "by": entry.by, "kind": entry.kind, "text": entry.text}
            for entry in incident.entries
        ],
    }


def _alert(alert: Alert, numbers: Mapping[int, int]) -> dict[str, object]:
    """`numbers`: of incidents, by id."""
    return {
        "measure": alert.key.measure_id,
        "region": alert.key.region,
        "outcome": alert.outcome.value,
        "title": alert.title,
        "message": alert.message,
        "people": list(alert.people),
        "people_of": alert.people_of or None,
        "case": alert.case_id or None,
        "raised_at": _time(alert.raised_at),
        "taken_at": _time(alert.taken_at),
        "cleared_at": _time(alert.cleared_at),
        "acknowledged_at": _time(alert.acknowledged_at),
        "acknowledged_by": alert.acknowledged_by or None,
        "word": alert.word,
        "incident": None if alert.incident_id is None else numbers.get(alert.incident_id),
    }


def _retrospective(guide: Guide, texts: Mapping[str, RetrospectiveText]) -> list[dict[str, object]]:
    """In the guide's order, then what people wrote in sections that the guide no longer has."""
    titles = {section.id: section.title for section in guide.retrospective}
    ids = [*titles, *sorted(set(texts) - set(titles))]
    return [
        {
            "id": section_id,
            "title": titles.get(section_id),
            "text": text.text if (text := texts.get(section_id)) else None,
            "changed_by": text.changed_by if text else None,
            "changed_at": _time(text.changed_at) if text else None,
        }
        for section_id in ids
    ]


def _decision(decision: Decision, evidence: Evidence | None) -> dict[str, object]:
    return {
        "verdict": decision.verdict.value,
        "computed": decision.computed.value,
        "blockers": list(decision.blockers),
        "reason": decision.reason,
        "signed_by": decision.signed_by,
        "signed_at": _time(decision.signed_at),
        "checklist_time_s": _seconds(decision.checklist_time),
        "evidence": None
        if evidence is None
        else {
            "results": [_result(result) for result in evidence.results],
            "items": [_state(state) for state in evidence.items],
        },
    }


def _entry(entry: JournalEntry) -> dict[str, object]:
    return {
        "id": entry.id,
        "at": _time(entry.at),
        "by": entry.by,
        "kind": entry.kind,
        "subject": entry.subject,
        "before": entry.before,
        "after": entry.after,
        "undoes": entry.undoes,
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _seconds(duration: timedelta | None) -> float | None:
    return None if duration is None else duration.total_seconds()


def _masked(value: object) -> object:
    """The same tree without secrets, holding only what JSON knows."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {mask(str(key)): _masked(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(part) for part in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return mask(str(value))
