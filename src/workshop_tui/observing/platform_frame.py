"""How well the platform is seen now: shown live, and recorded for a replay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from workshop_tui.model.recording import PlatformFrame, SourceState
from workshop_tui.model.source import Reading, Source, SourceKey
from workshop_tui.observing.region_health import region_health
from workshop_tui.observing.usable import stale_after

if TYPE_CHECKING:
    from workshop_tui.measures.shared.measure import Measure
    from workshop_tui.model.clock import Clock

_SPEAK_S = 5.0
"""How often a source is taken to speak that is not configured."""

Expected = list[tuple[SourceKey, str, timedelta]]


def expected_sources(sources: Iterable[Source], clock: Clock) -> Expected:
    """Each configured source with its title and the age from which it is too old."""
    return [
        (SourceKey(source.kind.name, source.region), source.kind.title, stale_after(source.kind, clock))
        for source in sources
    ]


def kinds_judged(measures: Iterable[Measure]) -> frozenset[str]:
    """Names of the kinds of source without which a number of the grid is not known."""
    return frozenset(kind.name for measure in measures for kind in measure.needs)


def late_after(sources: Iterable[Source], measures: Iterable[Measure], clock: Clock) -> dict[str, timedelta]:
    """Measure id -> the age from which a value needs to show it: twice the time in which its sources speak."""
    speak_s: dict[str, float] = {}
    for source in sources:
        speak_s[source.kind.name] = max(speak_s.get(source.kind.name, 0), source.interval_s)
    return {
        measure.id: timedelta(
            seconds=2
            * clock.speed
            * max((speak_s.get(kind.name, _SPEAK_S) for kind in measure.needs), default=_SPEAK_S)
        )
        for measure in measures
    }


def platform_frame(
    regions: Iterable[str],
    sources: tuple[Source, ...],
    readings: Mapping[SourceKey, Reading],
    measures: Iterable[Measure],
    clock: Clock,
    tick_s: float,
) -> PlatformFrame:
    expected = expected_sources(sources, clock)
    return PlatformFrame(
        health=region_health(regions, readings, expected, clock.now(), kinds_judged(measures)),
        sources=tuple(_state(key, title, limit, readings.get(key)) for key, title, limit in expected),
        late_after=late_after(sources, measures, clock),
        step=timedelta(seconds=tick_s * clock.speed),
    )


def _state(key: SourceKey, title: str, limit: timedelta, reading: Reading | None) -> SourceState:
    if reading is None:
        return SourceState(key, title, limit, None, None)
    error = reading.error
    return SourceState(
        key,
        title,
        limit,
        reading.taken_at,
        reading.tried_at,
        error.kind if error else None,
        error.message if error else "",
    )
