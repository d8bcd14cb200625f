"""Whether the settings of the live room name measures and cues that are there, and limits that agree."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from workshop_tui.measures.shared.limit import BEFORE, Limit, Step, is_harder, step_of
from workshop_tui.measures.shared.measure import Measure
from workshop_tui.settings.live import Origin
from workshop_tui.settings.settings import Settings


def mistaken(settings: Settings, measures: Iterable[Measure], cues: Collection[str]) -> Iterator[str]:
    """A line for each thing that would be silently without effect, or make the grid contradict itself."""
    by_id = {measure.id: measure for measure in measures}
    live = settings.live
    names = {f"live.limit of {one.measure}": one.measure for one in live.limit}
    names |= {f"live.origin.{name}": name for name in live.origin} | {f"live.query.{name}": name for name in live.query}
    yield from (f"{place}: no measure is named {name}" for place, name in names.items() if name not in by_id)
    known = {"", BEFORE, *cues}
    for one in live.limit:
        if one.cue not in known:
            yield f"live.limit of {one.measure}: no cue of the guide is named {one.cue}"
    for name, origin in live.origin.items():
        measure = by_id.get(name)
        if measure and origin is Origin.PROMETHEUS and not (measure.query or live.query.get(name)):
            yield f"live.origin.{name}: it has no query of its own, set live.query.{name}"
    yield from _hard_medians(by_id, settings, known)
    regions = {region.name for region in settings.region}
    for value, name in settings.prometheus.regions.items():
        if name not in regions:
            yield f"prometheus.regions.{value}: no region is named {name}"


def _hard_medians(by_id: Mapping[str, Measure], settings: Settings, moments: Iterable[str]) -> Iterator[str]:
    for name, median in by_id.items():
        p95 = by_id.get(f"{name.removesuffix('-p50')}-p95")
        if not name.endswith("-p50") or p95 is None:
            continue
        for moment in sorted(moments):
            mine, other = (_step(measure, settings, moment) for measure in (median, p95))
            if is_harder(mine, other):
                when = f" in the cue {moment}" if moment else ""
                yield f"live.limit of {name}{when}: a median would be bad while {p95.id} is good, limit that as well"


def _step(measure: Measure, settings: Settings, moment: str) -> Step:
    limit = measure.limit(settings.thresholds) if measure.limit else Limit(Step(), "")
    return step_of(measure.id, limit, settings.live, moment)
