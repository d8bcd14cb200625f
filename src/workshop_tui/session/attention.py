"""Pure: what most needs eyes, and how well each region is seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from workshop_tui.alerting.incident import title_of
from workshop_tui.model.alert import Alert, AlertKey, urgency
from workshop_tui.model.attention import LookHere
from workshop_tui.model.checklist import Checklist, ItemView, is_overdue
from workshop_tui.model.finding import CheckResult
from workshop_tui.model.incident import Incident, Severity
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.outcome import Outcome, badness
from workshop_tui.model.people import people_words
from workshop_tui.model.workshop import Workshop

_NAMES = 3
"""So many people are named where a line has no room for all."""


def look_here(
    checklist: Checklist | None,
    incidents: Iterable[Incident],
    values: Iterable[MeasureValue],
    titles: Mapping[str, str],
    workshop: Workshop | None,
    now: datetime,
    alerts: Sequence[Alert] = (),
) -> LookHere | None:
    """Grave incidents first; then, during the session, alerts that nobody has seen and the grid's faults; then the
    checklist's. What an acknowledged alert tells of, somebody is on already."""
    for incident in sorted((i for i in incidents if i.open), key=lambda i: i.severity):
        if incident.severity in (Severity.P0, Severity.P1):
            return LookHere(
                Outcome.FAIL,
                f"incident {incident.number}",
                f"{incident.severity} {incident.title}",
                "incidents",
                str(incident.id),
            )
    live = workshop is not None and workshop.starts_at <= now <= workshop.ends_at
    from_grid = (_worst_alert(alerts) if live else None) or _worst_value(_unseen(values, alerts), titles)
    from_checklist = _worst_item(checklist, now)
    first, second = (from_grid, from_checklist) if live else (from_checklist, from_grid)
    if first and second and second.outcome is Outcome.FAIL and first.outcome is not Outcome.FAIL:
        return second
    return first or second


def _worst_alert(alerts: Iterable[Alert]) -> LookHere | None:
    asking = [alert for alert in alerts if alert.open and alert.acknowledged_at is None]
    if not asking:
        return None
    alert = min(asking, key=urgency)
    detail = alert.message.partition(" · ")[2]
    said = " · ".join(part for part in (people_words(alert.people, alert.people_of, _NAMES), detail) if part)
    return LookHere(alert.outcome, title_of(alert), said, "live", str(alert.key))


def _unseen(values: Iterable[MeasureValue], alerts: Iterable[Alert]) -> list[MeasureValue]:
    seen = {
        (alert.key.measure_id, alert.key.region) for alert in alerts if alert.open and alert.acknowledged_at is not None
    }
    return [value for value in values if (value.measure_id, value.region) not in seen]


def _worst_value(values: Iterable[MeasureValue], titles: Mapping[str, str]) -> LookHere | None:
    bad = [value for value in values if value.outcome in (Outcome.FAIL, Outcome.WARN)]
    if not bad:
        return None
    value = min(bad, key=lambda value: (badness(value.outcome), list(titles).index(value.measure_id)))
    where = f"{value.region}: " if value.region else ""
    key = str(AlertKey(value.measure_id, value.region))
    return LookHere(value.outcome, f"{where}{titles[value.measure_id]}", value.detail, "live", key)


def _worst_item(checklist: Checklist | None, now: datetime) -> LookHere | None:
    if checklist is None:
        return None
    sensed = [view for view in checklist.readiness.blockers if view.running_since is None]
    for outcome in (Outcome.FAIL, Outcome.UNKNOWN):
        for view in sensed:
            if view.outcome is outcome:
                return LookHere(outcome, view.item.label, _summary(view.results, outcome), "checklist", view.item.id)
    overdue: list[ItemView] = [view for view in checklist.items if not view.is_sensed and is_overdue(view, now)]
    if overdue:
        view = overdue[0]
        more = f", and {len(overdue) - 1} more" if len(overdue) > 1 else ""
        return LookHere(Outcome.WARN, view.item.label, f"overdue{more}", "checklist", view.item.id)
    return None


def _summary(results: Iterable[CheckResult], outcome: Outcome) -> str:
    return next((result.summary for result in results if result.outcome is outcome), "not asked yet")
