"""Pure: when a bad value becomes an alert, and when that ends. Nothing here knows the store or reads a clock."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from workshop_tui.measures.shared.measure import AlertRule, Measure
from workshop_tui.model.alert import Alert, AlertKey, AlertState, is_worse
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.number import number_text
from workshop_tui.model.outcome import Outcome, worst
from workshop_tui.model.workshop import Workshop
from workshop_tui.settings.thresholds import Thresholds

BEFORE_START = timedelta(minutes=30)
"""From then on bad values are alerts; earlier they are the checklist's."""
OTHER_WORDS_EVERY_S = 5.0
"""An open alert's message and people follow its measure at most so often; that it got worse is told at once."""
_STALE = " · no data any more: "
_BAD = (Outcome.WARN, Outcome.FAIL)


@dataclass(frozen=True, slots=True)
class Raised:
    state: AlertState


@dataclass(frozen=True, slots=True)
class Changed:
    state: AlertState


@dataclass(frozen=True, slots=True)
class Cleared:
    key: AlertKey
    at: datetime


AlertChange = Raised | Changed | Cleared


def may_raise(workshop: Workshop | None, now: datetime) -> bool:
    """From half an hour before the workshop until its end."""
    return workshop is not None and workshop.starts_at - BEFORE_START <= now <= workshop.ends_at


@dataclass(slots=True)
class _Watched:
    """One measure in one region."""

    measure: Measure
    rule: AlertRule
    last_step: float
    value: MeasureValue | None = None
    bad_since: datetime | None = None
    good_since: datetime | None = None
    open: AlertState | None = None
    told_at: datetime | None = None
    not_before: datetime | None = None
    """Another window cleared it: it is bad again for us only after a while."""

    def not_later(self, now: datetime, wait: timedelta) -> None:
        """A moment that is yet to come was told by a clock that has been set back: it was now."""
        self.bad_since = min(self.bad_since, now) if self.bad_since else None
        self.good_since = min(self.good_since, now) if self.good_since else None
        self.told_at = min(self.told_at, now) if self.told_at else None
        self.not_before = min(self.not_before, now + wait) if self.not_before else None


class AlertStateMachine:
    """Values in, changes out.

    How long a value is bad before it is raised is the platform's time; how long it is good before it clears is a
    person's, and grows with the clock's `speed`, else a rehearsal would flap with every poll.
    Unknown values neither raise nor clear: an open alert whose data is missing stays, and says so.
    """

    def __init__(self, measures: Iterable[Measure], speed: float = 1.0, thresholds: Thresholds | None = None) -> None:
        self._measures = {measure.id: measure for measure in measures}
        self._speed = speed
        self._thresholds = thresholds or Thresholds()
        self._watched: dict[AlertKey, _Watched] = {}

    def begin(self, alerts: Iterable[Alert], now: datetime) -> None:
        """Forget everything, and go on with what is open in the store."""
        self._watched = {}
        self.take_up(alerts, now)

    def take_up(self, alerts: Iterable[Alert], now: datetime, unwritten: Collection[AlertKey] = ()) -> None:
        """What is open in the store is open here, and nothing else, but for keys whose changes are not written yet."""
        stored = {alert.key: alert for alert in alerts if alert.open}
        for key, alert in stored.items():
            watched = self._watched_of(key)
            if watched is not None and watched.open is None and key not in unwritten:
                watched.open, watched.told_at = _danger_of(alert), now
        for key, watched in self._watched.items():
            if watched.open is not None and key not in stored and key not in unwritten:
                watched.open = None
                watched.not_before = now + self._span(watched.rule.clear_s)

    def see(self, values: Iterable[MeasureValue], now: datetime, *, raises: bool) -> list[AlertChange]:
        """What follows from new values, and from the time that passed over the others."""
        for known in self._watched.values():
            known.not_later(now, self._span(known.rule.clear_s))
        for value in values:
            watched = self._watched_of(AlertKey(value.measure_id, value.region))
            if watched is not None:
                _note(watched, value, now)
        return [
            change
            for watched in self._watched.values()
            if watched.value is not None and (change := self._judged(watched, watched.value, now, raises)) is not None
        ]

    def due_at(self, *, raises: bool) -> datetime | None:
        """When a value that does not change any more would raise or clear; None when nothing waits."""
        due = []
        for watched in self._watched.values():
            if watched.open is not None and watched.good_since is not None:
                due.append(watched.good_since + self._span(watched.rule.clear_s))
            elif raises and watched.open is None and watched.bad_since is not None and _is_bad(watched.value):
                at = watched.bad_since + timedelta(seconds=watched.rule.hold_s)
                due.append(max(at, watched.not_before or at))
        return min(due, default=None)

    def _judged(self, watched: _Watched, value: MeasureValue, now: datetime, raises: bool) -> AlertChange | None:
        was = watched.open
        if was is None:
            return self._raised(watched, value, now) if raises and value.outcome in _BAD else None
        if watched.good_since is not None:
            if now - watched.good_since < self._span(watched.rule.clear_s):
                return None
            watched.open = None
            return Cleared(was.key, now)
        if value.outcome is Outcome.UNKNOWN:
            if _STALE in was.message:
                return None
            reason = value.detail.partition("; last data")[0]
            return _changed(watched, replace(was, message=f"{was.message}{_STALE}{reason}", at=now), now)
        state = _danger(watched, value, now)
        worse = is_worse(state, was)
        state = replace(state, outcome=worst((state.outcome, was.outcome)), last_step=state.last_step or was.last_step)
        differs = (state.message, set(state.people), state.people_of) != (
            was.message,
            set(was.people),
            was.people_of,
        )
        often = watched.told_at is not None and now - watched.told_at < self._span(OTHER_WORDS_EVERY_S)
        return _changed(watched, state, now) if worse or (differs and not often) else None

    def _raised(self, watched: _Watched, value: MeasureValue, now: datetime) -> AlertChange | None:
        if watched.bad_since is None or now - watched.bad_since < timedelta(seconds=watched.rule.hold_s):
            return None
        if watched.not_before is not None and now < watched.not_before:
            return None
        watched.open, watched.told_at, watched.not_before = _danger(watched, value, now), now, None
        return Raised(watched.open)

    def _watched_of(self, key: AlertKey) -> _Watched | None:
        if (watched := self._watched.get(key)) is not None:
            return watched
        measure = self._measures.get(key.measure_id)
        if measure is None or measure.alert is None:
            return None
        last_step = measure.alert.last_step(self._thresholds) if measure.alert.last_step else math.inf
        self._watched[key] = watched = _Watched(measure, measure.alert, last_step)
        return watched

    def _span(self, seconds: float) -> timedelta:
        """Real seconds on the clock."""
        return timedelta(seconds=seconds * self._speed)


def _note(watched: _Watched, value: MeasureValue, now: datetime) -> None:
    watched.value = value
    if value.outcome in _BAD:
        watched.good_since = None
        watched.bad_since = watched.bad_since or now
    elif value.outcome is Outcome.UNKNOWN:
        watched.good_since = None
    else:
        watched.bad_since = None
        watched.good_since = watched.good_since or now


def _is_bad(value: MeasureValue | None) -> bool:
    return value is not None and value.outcome in _BAD


def _changed(watched: _Watched, state: AlertState, now: datetime) -> Changed:
    watched.open, watched.told_at = state, now
    return Changed(state)


def _danger(watched: _Watched, value: MeasureValue, now: datetime) -> AlertState:
    number = "" if value.value is None else number_text(value.value, watched.measure.unit)
    return AlertState(
        key=AlertKey(value.measure_id, value.region),
        outcome=value.outcome,
        title=watched.measure.title,
        message=" · ".join(part for part in (number, value.detail) if part),
        people=value.people,
        people_of=value.people_of,
        case_id=watched.rule.case_id,
        at=now,
        taken_at=value.taken_at,
        last_step=value.outcome is Outcome.FAIL and value.value is not None and value.value >= watched.last_step,
    )


def _danger_of(alert: Alert) -> AlertState:
    return AlertState(
        key=alert.key,
        outcome=alert.outcome,
        title=alert.title,
        message=alert.message,
        people=alert.people,
        people_of=alert.people_of,
        case_id=alert.case_id,
        at=alert.raised_at,
        taken_at=alert.taken_at,
        last_step=alert.last_step,
    )
