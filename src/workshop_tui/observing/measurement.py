"""Measures on the newest readings: unknown, with the reason, where one is missing or too old."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from workshop_tui.measures.shared.measure import Measure
from workshop_tui.model.clock import Clock
from workshop_tui.model.facts import Facts
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.source import Reading, SourceKey, SourceKind
from workshop_tui.model.workshop import Workshop
from workshop_tui.observing.usable import why_unusable
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings

_log = logging.getLogger(__name__)


def evaluate(
    measures: Iterable[Measure],
    readings: Mapping[SourceKey, Reading],
    workshop: Workshop | None,
    settings: Settings,
    clock: Clock,
    not_configured: Mapping[SourceKey, str],
    cue: str = "",
    storage_slopes: Mapping[tuple[str, str], float] = MappingProxyType({}),
    changed: Collection[SourceKey] | None = None,
) -> list[MeasureValue]:
    """One value for each measure and region. `cue`: id of the one that is on; what is normal changes with it.

    `changed`: only the values that look at one of these sources; None for all.
    """
    now = clock.now()
    home = settings.home_of_the_platform
    return [
        _value(measure, region, readings, workshop, settings, clock, not_configured, now, cue, storage_slopes)
        if region.name == home or not measure.whole_platform
        else _elsewhere(measure, region, home)
        for measure in measures
        for region in settings.region
        if changed is None or any(_key(kind, region) in changed for kind in (*measure.needs, *measure.helps))
    ]


def _key(kind: SourceKind[Any], region: Region) -> SourceKey:
    return SourceKey(kind.name, region.name if kind.per_region else None)


def _elsewhere(measure: Measure, region: Region, home: str) -> MeasureValue:
    return MeasureValue(measure.id, region.name, None, Outcome.NOT_APPLICABLE, None, f"of the platform: see {home}")


def _value(
    measure: Measure,
    region: Region,
    readings: Mapping[SourceKey, Reading],
    workshop: Workshop | None,
    settings: Settings,
    clock: Clock,
    not_configured: Mapping[SourceKey, str],
    now: datetime,
    cue: str,
    storage_slopes: Mapping[tuple[str, str], float],
) -> MeasureValue:
    def without(outcome: Outcome, reason: str, taken_at: datetime | None = None) -> MeasureValue:
        return MeasureValue(measure.id, region.name, None, outcome, taken_at, reason)

    usable: dict[SourceKey, Reading] = {}
    missing: dict[SourceKey, tuple[Outcome, str]] = {}
    for kind in (*measure.needs, *measure.helps):
        key = _key(kind, region)
        needed = kind in measure.needs
        if key in not_configured:
            if needed:
                return without(Outcome.NOT_APPLICABLE, not_configured[key])
            missing[key] = (Outcome.NOT_APPLICABLE, not_configured[key])
            continue
        reading = readings.get(key)
        why = why_unusable(reading, kind, clock, now)
        if why is None and reading is not None:
            usable[key] = reading
        elif needed:
            return without(Outcome.UNKNOWN, f"{kind.title}: {why}", reading.taken_at if reading else None)
        else:
            missing[key] = (Outcome.UNKNOWN, f"{kind.title}: {why}")
    facts = Facts(now, workshop, usable, cue=cue, storage_slopes=storage_slopes, missing=missing)
    try:
        return measure.value(facts, settings, region)
    except Exception as error:  # noqa: BLE001  # a crash in one measure breaks that cell alone
        _log.error("measure %s crashed", measure.id, exc_info=error)
        return without(Outcome.UNKNOWN, f"the measure crashed ({type(error).__name__}), please report")
