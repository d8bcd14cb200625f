"""The retrospective as one Markdown document, and the facts in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta

from workshop_tui.model.decision import Decision
from workshop_tui.model.guide import Guide
from workshop_tui.model.incident import Incident, Severity
from workshop_tui.model.record import Records
from workshop_tui.model.registration import RegistrationStatus
from workshop_tui.model.retrospective import RetrospectiveText
from workshop_tui.model.series import Series, lowest, peak, total_peak_and_average
from workshop_tui.model.workshop import Workshop
from workshop_tui.printable import own_words
from workshop_tui.redaction import mask
from workshop_tui.report.markdown import plain, table
from workshop_tui.report.moment import moment_text, zone_of
from workshop_tui.settings.thresholds import Thresholds

UNKNOWN = "unknown"
_PLACEHOLDER = re.compile(r"(?<![{$\\])\{([a-z][a-z0-9_]*)\}(?!\})")

MEASURED = (
    "concurrent-workspaces",
    "node-storage",
    "cpu-used",
    "cpu-requested",
    "memory-used",
    "memory-requested",
    "image-pull-p95",
    "start-time-p50",
    "start-time-p95",
    "restart-failure-rate",
    "builds-failed",
    "evictions",
    "sign-in-failures",
    "routing-success",
)
"""Measures that the facts are made of."""


def fill(template: str, facts: Mapping[str, str]) -> str:
    """Each `{name}` replaced once by its fact, an unknown or empty one by "unknown".

    Other braces stay as they are (`{{name}}` and `${name}` too), and what a fact contains is not filled again.
    """
    return _PLACEHOLDER.sub(lambda found: facts.get(found.group(1), "").strip() or UNKNOWN, template)


def retrospective_facts(
    workshop: Workshop,
    incidents: Sequence[Incident] = (),
    decisions: Sequence[Decision] = (),
    series: Series | None = None,
    thresholds: Thresholds | None = None,
    records: Records | None = None,
) -> dict[str, str]:
    """Every fact that the default guide's templates name, as Markdown text.

    `series` are the recorded measures; only what lies between the workshop's start and end counts.
    """
    return {
        "title": plain(workshop.title),
        "date": _date(workshop),
        "duration": _duration(workshop.duration),
        "expected_people": str(workshop.expected_people),
        **_people_facts(records),
        **_decision_facts(workshop, decisions),
        **_incident_facts(workshop, incidents),
        **_measure_facts(workshop, series or {}, thresholds or Thresholds()),
    }


def retrospective_markdown(
    workshop: Workshop, guide: Guide, texts: Mapping[str, RetrospectiveText], facts: Mapping[str, str]
) -> str:
    """The whole document: what people wrote, or the template where nobody did, with the facts filled in."""
    known = {section.id for section in guide.retrospective}
    parts = [f"# Retrospective: {plain(workshop.title)}"]
    for section in guide.retrospective:
        written = texts.get(section.id)
        parts.append(f"## {plain(section.title)}\n\n{fill(written.text if written else section.template, facts)}")
    parts += [
        f"## {plain(section_id)} (no longer in the guide)\n\n{fill(text.text, facts)}"
        for section_id, text in sorted(texts.items())
        if section_id not in known
    ]
    return mask(own_words("\n\n".join(part.rstrip() for part in parts) + "\n"))


def _people_facts(records: Records | None) -> dict[str, str]:
    people, came = (records.people, records.attended_count) if records else ((), None)
    registered = dict(people).get(RegistrationStatus.REGISTERED, 0)
    told = f"{came} of {registered} ({_percent(came / registered)})" if came is not None and registered else str(came)
    return {
        "registration": str(registered) if people else UNKNOWN,
        "attendance": UNKNOWN if came is None else told,
    }


def _decision_facts(workshop: Workshop, decisions: Sequence[Decision]) -> dict[str, str]:
    if not decisions:
        return {"decision": "not signed", "checklist_time": UNKNOWN}
    last = decisions[-1]
    said = f"{last.verdict.value.upper()}, signed by {plain(last.signed_by)} on {moment_text(last.signed_at, workshop)}"
    if last.verdict is not last.computed:
        said += f", against the computed {last.computed.value.upper()}"
    if last.reason.strip():
        said += f": {plain(last.reason)}"
    return {
        "decision": said,
        "checklist_time": UNKNOWN if last.checklist_time is None else _duration(last.checklist_time),
    }


def _incident_facts(workshop: Workshop, incidents: Sequence[Incident]) -> dict[str, str]:
    counts = {
        f"incidents_{severity.lower()}": str(sum(incident.severity is severity for incident in incidents))
        for severity in Severity
    }
    taken = [incident.time_to_resolve for incident in incidents if incident.time_to_resolve is not None]
    still_open = len(incidents) - len(taken)
    average = _duration(sum(taken, timedelta()) / len(taken)) if taken else UNKNOWN
    longest = _duration(max(taken)) if taken else UNKNOWN
    left = f" ({still_open} still open)" if still_open else ""
    rows = [
        (
            str(incident.number),
            incident.severity.value,
            plain(incident.title),
            moment_text(incident.opened_at, workshop),
            _duration(incident.time_to_resolve) if incident.time_to_resolve is not None else "still open",
        )
        for incident in incidents
    ]
    head = ("number", "severity", "title", "opened", "resolved after")
    return {
        "incident_count": str(len(incidents)),
        **counts,
        "average_time_to_resolve": average + left if incidents else "none",
        "longest_time_to_resolve": longest + left if incidents else "none",
        "incident_table": table(head, rows) if rows else "No incident was recorded.",
    }


def _measure_facts(workshop: Workshop, series: Series, limits: Thresholds) -> dict[str, str]:
    start, end = workshop.starts_at, workshop.ends_at

    def highest(measure_id: str) -> float | None:
        return peak(series, measure_id, start, end)

    def busiest(of: str) -> str:
        """Where no Prometheus tells what is used, what is asked for."""
        used = highest(f"{of}-used")
        asked = highest(f"{of}-requested") if used is None else None
        return _percent(used) if asked is None else f"{_percent(asked)} requested"

    most, average = total_peak_and_average(series, "concurrent-workspaces", start, end)
    _, start_s = total_peak_and_average(_ever_known(series), "start-time-p50", start, end)
    evicted, _ = total_peak_and_average(series, "evictions", start, end)
    refused = highest("sign-in-failures")
    failures, builds = highest("restart-failure-rate"), highest("builds-failed")
    routes = lowest(series, "routing-success", start, end)
    return {
        "peak_workspaces": UNKNOWN if most is None else f"{most:.0f}",
        "average_workspaces": UNKNOWN if average is None else f"{average:.1f}",
        "peak_storage": _percent(highest("node-storage")),
        "peak_cpu": busiest("cpu"),
        "peak_memory": busiest("memory"),
        "peak_image_pull": _seconds(highest("image-pull-p95")),
        "failure_rate": _percent(failures),
        "failure_rate_status": _status(None if failures is None else failures < limits.restart_failure_share),
        "builds_failed": _percent(builds),
        "builds_failed_status": _status(None if builds is None else builds < limits.restart_failure_share),
        "contention_events": _within_half_hour(evicted),
        "contention_status": _status(None if evicted is None else evicted == 0),
        "authentication_failures": _within_half_hour(refused),
        "authentication_status": _status(None if refused is None else refused == 0),
        "routing_success": _percent(routes),
        "routing_status": _status(None if routes is None else routes >= 1),
        "average_start_time": _seconds(start_s),
        "start_time_status": _status(None if start_s is None else start_s < limits.start_time_s),
        "slowest_start_time": _seconds(highest("start-time-p95")),
    }


def _ever_known(series: Series) -> Series:
    """Without the columns of the regions to which a number of the whole platform does not apply."""
    return {key: points for key, points in series.items() if any(point.value is not None for point in points)}


def _within_half_hour(count: float | None) -> str:
    """The measure counts the last half hour at each moment: a sum over the workshop would count one event again."""
    return UNKNOWN if count is None else f"{count:.0f} in 30 min" if count else "0"


def _seconds(seconds: float | None) -> str:
    return UNKNOWN if seconds is None else _duration(timedelta(seconds=seconds))


def _status(met: bool | None) -> str:
    return UNKNOWN if met is None else "met" if met else "missed"


def _percent(share: float | None) -> str:
    """One decimal, but only nothing reads as 0 % and only all as 100 %."""
    if share is None:
        return UNKNOWN
    tenths = round(share * 1000)
    if 0 < share < 1:
        tenths = min(max(tenths, 1), 999)
    return f"{tenths / 10:.1f}".removesuffix(".0") + " %"


def _duration(duration: timedelta) -> str:
    seconds = round(duration.total_seconds())
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    if hours >= 10:
        return f"{hours} h"
    if seconds >= 2 * 3600:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    if seconds >= 60:
        return f"{seconds // 60} min {seconds % 60} s" if seconds % 60 else f"{seconds // 60} min"
    return f"{seconds} s"


def _date(workshop: Workshop) -> str:
    start = workshop.starts_at.astimezone(zone_of(workshop))
    end = workshop.ends_at.astimezone(zone_of(workshop))
    said = f"{start:%a} {start.day} {start:%b %Y, %H:%M}-{end:%H:%M %Z}"
    return said if start.utcoffset() == timedelta() else f"{said} ({workshop.starts_at.astimezone(UTC):%H:%M UTC})"
