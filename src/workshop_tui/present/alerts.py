"""Alerts as rows and lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from workshop_tui.model.alert import Alert, urgency
from workshop_tui.model.guide import RunbookCase
from workshop_tui.model.people import people_words
from workshop_tui.present.cell import Cell, Column, Row, Tone, cell
from workshop_tui.present.duration import age, local_time
from workshop_tui.present.outcome import symbol, tone

COLUMNS = (
    Column(8),
    Column(40, flexible=True),
    Column(6, right=True),
    Column(22, drop_below=100),
)
_NAMED = 3
_CLEARED_FOR = timedelta(minutes=10)
"""So long a cleared alert stays in the list."""


def shown_alerts(alerts: Iterable[Alert], now: datetime) -> list[Alert]:
    """Open ones that nobody has acknowledged come first, as the strip names them; then what has just cleared."""
    recent = [alert for alert in alerts if alert.cleared_at is None or now - alert.cleared_at <= _CLEARED_FOR]
    return sorted(recent, key=lambda alert: (not alert.open, alert.acknowledged_at is not None, urgency(alert)))


def alert_rows(alerts: Sequence[Alert], now: datetime, timezone: str, *, may_act: bool = True) -> list[Row]:
    return [_row(alert, now, timezone, may_act=may_act) for alert in alerts]


def _row(alert: Alert, now: datetime, timezone: str, *, may_act: bool) -> Row:
    quiet = not alert.open
    said = Tone.MUTED if quiet else tone(alert.outcome)
    where = f"{alert.key.region}: " if alert.key.region else ""
    number, _, rest = alert.message.partition(" · ")
    people = people_words(alert.people, alert.people_of, _NAMED)
    what = cell(f"{'✓' if quiet else symbol(alert.outcome)} {where}{alert.title} {number}", said)
    word = cell(" cleared", Tone.MUTED) if quiet else Cell()
    if alert.open and alert.acknowledged_at:
        word = cell(" acknowledged", Tone.WAIVED)
    plain = Tone.MUTED if quiet else Tone.PLAIN
    return Row(
        str(alert.id),
        (
            cell(local_time(alert.raised_at, timezone, "%H:%M:%S"), Tone.MUTED),
            what + word + cell(f"  {people}" if people else "", plain) + cell(f"  {rest}" if rest else "", Tone.MUTED),
            cell(age(alert.raised_at, now), Tone.MUTED),
            _state(alert, now, may_act=may_act),
        ),
    )


def _state(alert: Alert, now: datetime, *, may_act: bool) -> Cell:
    if alert.cleared_at is not None:
        return cell(f"cleared {age(alert.cleared_at, now)} ago", Tone.MUTED)
    if alert.acknowledged_at is not None:
        word = f": {alert.word}" if alert.word else ""
        return cell(f"{alert.acknowledged_by}{word}", Tone.WAIVED)
    return cell("a acknowledges", Tone.ACCENT) if may_act else cell("not acknowledged", Tone.MUTED)


def alert_lines(
    alert: Alert, case: RunbookCase | None, now: datetime, timezone: str, *, may_act: bool = True
) -> list[Cell]:
    """Everything about one alert, for the pane."""
    where = f"{alert.key.region}: " if alert.key.region else ""
    lines = [
        cell(f"{symbol(alert.outcome)} {where}{alert.title}", tone(alert.outcome)),
        cell(alert.message),
    ]
    people = people_words(alert.people, alert.people_of)
    if people:
        lines.append(cell(people))
    raised = local_time(alert.raised_at, timezone, "%H:%M:%S")
    lines.append(cell(f"raised {raised}, {age(alert.raised_at, now)} ago", Tone.MUTED))
    if alert.taken_at is not None:
        lines.append(cell(f"on data of {local_time(alert.taken_at, timezone, '%H:%M:%S')}", Tone.MUTED))
    lines.append(_state(alert, now, may_act=may_act))
    if alert.incident_id is not None:
        lines.append(cell("an incident was opened from it: 4 shows it", Tone.ACCENT))
    if case is not None:
        lines += [
            Cell(),
            cell(f"Runbook  {case.title}", Tone.STRONG),
            cell("Causes  ", Tone.MUTED) + cell(case.causes),
            cell("First moves  ", Tone.MUTED) + cell(case.first_moves),
        ]
    return lines
