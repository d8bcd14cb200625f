"""What the expected people need: by the guide's table, by what workspaces may use, by how long builds take."""

from __future__ import annotations

from collections.abc import Sequence

from workshop_tui.model.capacity import Builds, Capacity, Demand, PastWorkshop, queue_of
from workshop_tui.model.record import KeptLoad
from workshop_tui.model.workshop import Workshop
from workshop_tui.planning.scaling import Running, scaling_commands
from workshop_tui.settings.gateway import GatewayKind
from workshop_tui.settings.settings import Settings


def people_of(workshop: Workshop, kept: KeptLoad | None) -> tuple[int, str]:
    """How many to plan for, and who says so: the kept expectation where there is one."""
    if kept is not None:
        return kept.attendance.likely, f"{kept.attendance.registered_count} registered; {kept.attendance.basis}"
    return workshop.expected_people, "entered with the workshop; no expected load is kept"


def plan_capacity(
    people: int,
    told_by: str,
    settings: Settings,
    demand: Demand,
    builds: Builds,
    *,
    within_s: float = 0.0,
    past: PastWorkshop | None = None,
    running: Running | None = None,
    troubles: Sequence[str] = (),
) -> Capacity:
    """Raises `ValueError` for less than nobody or builds of no time."""
    provisioners = _row(settings.thresholds.provisioners, people)
    replicas = _row(settings.thresholds.gateway_replicas, people)
    has_gateway = settings.gateway.kind is GatewayKind.LITELLM
    return Capacity(
        people=people,
        people_told_by=told_by,
        demand=demand,
        provisioners=provisioners,
        gateway_replicas=replicas if has_gateway else None,
        within_s=within_s,
        builds=builds,
        queue=queue_of(people, within_s, builds.lengths_s, provisioners),
        commands=scaling_commands(settings, provisioners, replicas if has_gateway else None, running or Running()),
        past=past,
        troubles=tuple(troubles),
    )


def _row(table: Sequence[tuple[int, int]], people: int) -> int:
    """Where ranges meet the higher row counts."""
    return max(count for least, count in table if people >= least)
