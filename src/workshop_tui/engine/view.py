"""What the strip and the grid's head show, drawn from one runtime."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from workshop_tui.engine.attention import look_here, region_health
from workshop_tui.engine.usable import stale_after
from workshop_tui.model.attention import RegionHealth, StripView
from workshop_tui.model.source import SourceKey

if TYPE_CHECKING:
    from workshop_tui.engine.runtime import Runtime


def expected_sources(runtime: Runtime) -> list[tuple[SourceKey, str, timedelta]]:
    """Each configured source with its title and the age from which it is too old."""
    sources = runtime.observation.sources if runtime.observation else ()
    return [
        (SourceKey(source.kind.name, source.region), source.kind.title, stale_after(source.kind, runtime.clock))
        for source in sources
    ]


def late_after(runtime: Runtime) -> dict[str, timedelta]:
    """Measure id -> the age from which a value needs to show it: twice the time in which its sources speak."""
    observation = runtime.observation
    if observation is None:
        return {}
    speak_s: dict[str, float] = {}
    for source in observation.sources:
        speak_s[source.kind.name] = max(speak_s.get(source.kind.name, 0), source.interval_s)
    return {
        measure.id: timedelta(
            seconds=2 * runtime.clock.speed * max((speak_s.get(kind.name, 5) for kind in measure.needs), default=5)
        )
        for measure in observation.measures.values()
    }


def health_of(runtime: Runtime) -> tuple[RegionHealth, ...]:
    names = [region.name for region in runtime.settings.region]
    readings = runtime.observation.readings if runtime.observation else {}
    return region_health(names, readings, expected_sources(runtime), runtime.clock.now())


def strip_of(runtime: Runtime) -> StripView:
    record, checklist, observation = runtime.record, runtime.checklist, runtime.observation
    now = runtime.clock.now()
    titles = {measure.id: measure.title for measure in observation.measures.values()} if observation else {}
    readiness = checklist.readiness if checklist else None
    return StripView(
        now=now,
        workshop=runtime.workshop,
        mode="REHEARSAL" if runtime.settings.rehearsal else "",
        verdict=readiness.verdict if readiness else None,
        blocker_count=len(readiness.blockers) if readiness else 0,
        open_item_count=len(readiness.open_items) if readiness else 0,
        decision=record.decisions[-1] if record and record.decisions else None,
        regions=health_of(runtime),
        open_incident_count=sum(incident.open for incident in record.incidents) if record else 0,
        look_here=look_here(
            checklist,
            record.incidents if record else (),
            observation.values.values() if observation else (),
            titles,
            runtime.workshop,
            now,
        ),
        trouble=runtime.trouble,
    )
