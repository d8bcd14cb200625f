"""Gathers what a capacity plan rests on: readings, smoke tests, and the last workshop that was recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workshop_tui.model.capacity import Builds, Capacity, PastWorkshop, TemplateDemand
from workshop_tui.model.clock import Clock
from workshop_tui.model.coder import Workspace
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import GATEWAY_PODS, PODS, WORKSPACES
from workshop_tui.model.kubernetes import Pod
from workshop_tui.model.smoke import SmokeRun
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.model.workshop import Workshop
from workshop_tui.observing.usable import why_unusable
from workshop_tui.planning.capacity import people_of, plan_capacity
from workshop_tui.planning.measured_builds import builds_of
from workshop_tui.planning.past_workshop import COMPARED, past_workshop
from workshop_tui.planning.scaling import Running
from workshop_tui.planning.template_demand import largest_demand, merged, template_demands, template_finder
from workshop_tui.recording.series import recorded_series
from workshop_tui.settings.settings import Settings

if TYPE_CHECKING:
    from workshop_tui.store.store import Store

CAPACITY_SOURCES = (PODS, WORKSPACES, GATEWAY_PODS)
_SLICE = 200
_BACK = 6
"""How many workshops are looked through for one that was recorded."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the store holds for a plan; the readings change while it stays."""

    people: int
    people_told_by: str
    smoke_runs: tuple[SmokeRun, ...]
    past: PastWorkshop | None


async def known_of(workshop: Workshop, store: Store) -> Known:
    """Raises `StoreError`."""
    people, told_by = people_of(workshop, await store.expected_loads.newest(workshop.id))
    return Known(people, told_by, await store.smoke_runs.latest(workshop.id), await _last_recorded(workshop, store))


async def plan_of(
    known: Known,
    readings: Mapping[SourceKey, Reading],
    settings: Settings,
    clock: Clock,
    *,
    expected: Iterable[SourceKey] = (),
    people: int | None = None,
    within_s: float = 0.0,
    build_s: float | None = None,
) -> Capacity:
    """`expected`: the sources that are configured. `people`, `build_s`: given instead of what is known."""
    now = clock.now()
    kinds = {kind.name: kind for kind in CAPACITY_SOURCES}
    why = {key: why_unusable(readings.get(key), kinds[key.kind], clock, now) for key in expected if key.kind in kinds}
    facts = Facts(now, None, {key: readings[key] for key, reason in why.items() if reason is None})
    workspaces = facts.get(WORKSPACES) or ()
    by_region, gateway_pods = facts.by_region(PODS), facts.get(GATEWAY_PODS)
    pods = [pod for of_region in by_region.values() for pod in of_region.index.alive.values()]
    measured = builds_of(workspaces, known.smoke_runs, known.past, settings)
    return plan_capacity(
        known.people if people is None else people,
        known.people_told_by if people is None else "as given",
        settings,
        largest_demand(await _templates(pods, workspaces), settings),
        measured if build_s is None else Builds((build_s,), "as given"),
        within_s=within_s,
        past=known.past,
        running=Running(by_region, gateway_pods or ()),
        troubles=[_told(key, reason) for key, reason in why.items() if reason is not None],
    )


async def _templates(pods: Sequence[Pod], workspaces: Sequence[Workspace]) -> tuple[TemplateDemand, ...]:
    """In slices, since thousands of pods take too long at once."""
    template_of = template_finder(workspaces)
    found: list[TemplateDemand] = []
    for begin in range(0, len(pods), _SLICE):
        found += template_demands(pods[begin : begin + _SLICE], template_of)
        await asyncio.sleep(0)
    return merged(found)


async def _last_recorded(workshop: Workshop, store: Store) -> PastWorkshop | None:
    earlier = [one for one in await store.workshops.all() if one.starts_at < workshop.starts_at]
    for one in reversed(earlier[-_BACK:]):
        series = await recorded_series(store, one, COMPARED)
        if any(point.value is not None for points in series.values() for point in points):
            return past_workshop(one, series)
    return None


def _told(key: SourceKey, reason: str) -> str:
    title = next(kind.title for kind in CAPACITY_SOURCES if kind.name == key.kind)
    return f"{title}{f' of {key.region}' if key.region else ''}: {reason}"
