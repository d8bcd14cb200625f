"""What the strip and the grid's head show, drawn from one runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workshop_tui.model.attention import RegionHealth, StripView
from workshop_tui.model.source import SourceKey
from workshop_tui.observing.platform_frame import kinds_judged
from workshop_tui.observing.region_health import region_health
from workshop_tui.session.attention import look_here

if TYPE_CHECKING:
    from workshop_tui.session.live import Runtime


def troubled(runtime: Runtime) -> frozenset[tuple[str, str]]:
    """(measure id, region) with a source whose last try failed, or that was not heard since the program began: what
    they said before may hold no longer."""
    observation = runtime.observation
    if observation is None:
        return frozenset()
    heard = {key for key, reading in observation.readings.items() if reading.error is None}
    heard |= observation.not_configured.keys()
    return frozenset(
        (measure.id, region.name)
        for measure in observation.measures.values()
        for region in runtime.settings.region
        if any(SourceKey(kind.name, region.name if kind.per_region else None) not in heard for kind in measure.needs)
    )


def health_of(runtime: Runtime) -> tuple[RegionHealth, ...]:
    names = [region.name for region in runtime.settings.region]
    readings = runtime.observation.readings if runtime.observation else {}
    measures = runtime.observation.measures.values() if runtime.observation else ()
    return region_health(names, readings, runtime.expected_sources(), runtime.clock.now(), kinds_judged(measures))


def strip_of(runtime: Runtime) -> StripView:
    record, checklist, observation = runtime.record, runtime.checklist, runtime.observation
    now = runtime.clock.now()
    titles = {measure.id: measure.title for measure in observation.measures.values()} if observation else {}
    readiness = checklist.readiness if checklist else None
    return StripView(
        now=now,
        workshop=runtime.workshop,
        mode=runtime.mode,
        verdict=readiness.verdict if readiness else None,
        blocker_count=len(readiness.blockers) if readiness else 0,
        open_item_count=len(readiness.open_items) if readiness else 0,
        decision=record.decisions[-1] if record and record.decisions else None,
        regions=runtime.region_health(),
        open_incident_count=sum(incident.open for incident in record.incidents) if record else 0,
        look_here=look_here(
            checklist,
            record.incidents if record else (),
            observation.values.values() if observation else (),
            titles,
            runtime.workshop,
            now,
            record.alerts if record else (),
        ),
        open_alert_count=sum(alert.open for alert in record.alerts) if record else 0,
        trouble=runtime.trouble,
        changes_left_count=len(runtime.platform_actions.left),
        recorded_by=runtime.recorded_by,
    )
