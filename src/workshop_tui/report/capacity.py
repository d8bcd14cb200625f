"""What the expected people need, as values, as text and as a document."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from workshop_tui.gateway_settings import GatewayKind
from workshop_tui.model.capacity import Capacity, queue_of
from workshop_tui.model.record import KeptLoad
from workshop_tui.model.workshop import Workshop
from workshop_tui.settings import RegionRole, Settings


def people_of(workshop: Workshop, kept: KeptLoad | None) -> tuple[int, str]:
    """How many to plan for, and who says so: the kept expectation where there is one."""
    if kept is not None:
        return kept.attendance.likely, f"{kept.attendance.registered_count} registered; {kept.attendance.basis}"
    return workshop.expected_people, "entered with the workshop; no expected load is kept"


def plan_capacity(
    people: int, told_by: str, settings: Settings, within_s: float = 0.0, build_s: float | None = None
) -> Capacity:
    """`build_s` None: the target of `start_time_s`. Raises `ValueError` for less than nobody or a build of no time."""
    provisioners = _row(settings.thresholds.provisioners, people)
    replicas = _row(settings.thresholds.gateway_replicas, people)
    has_gateway = settings.gateway.kind is GatewayKind.LITELLM
    taken_s = settings.thresholds.start_time_s if build_s is None else build_s
    storage = settings.demand.storage_gib
    return Capacity(
        people=people,
        people_told_by=told_by,
        cpu_cores=people * settings.demand.cpu_cores,
        memory_gib=people * settings.demand.memory_gib,
        storage_gib=None if storage is None else people * storage,
        provisioners=provisioners,
        gateway_replicas=replicas if has_gateway else None,
        within_s=within_s,
        build_s=taken_s,
        build_told_by="the target for a start, not measured" if build_s is None else "as given",
        queue=queue_of(people, within_s, taken_s, provisioners),
        commands=_commands(settings, provisioners, replicas if has_gateway else None),
    )


def capacity_lines(plan: Capacity) -> tuple[str, ...]:
    """Aligned text; never wider than its longest command."""
    storage = "unknown: set demand.storage_gib" if plan.storage_gib is None else f"{plan.storage_gib:g} GiB"
    replicas = "no LiteLLM gateway is set" if plan.gateway_replicas is None else str(plan.gateway_replicas)
    arrival = "all at once" if plan.within_s == 0 else f"evenly over {plan.within_s / 60:g} min"
    rows = (
        ("people", f"{plan.people} ({plan.people_told_by})"),
        ("CPU", f"{plan.cpu_cores:g} cores by the settings' demand"),
        ("memory", f"{plan.memory_gib:g} GiB by the settings' demand"),
        ("ephemeral storage", storage),
        ("provisioners", f"{plan.provisioners} by the table"),
        ("gateway replicas", replicas),
        ("people start", arrival),
        ("one build takes", f"{plan.build_s:g} s ({plan.build_told_by})"),
        ("wait p50, p95", f"{plan.queue.p50_s:.0f} s, {plan.queue.p95_s:.0f} s"),
        ("waves of starts", f"{len(plan.queue.waves)} ({_joined(plan.queue.waves)})"),
    )
    width = max(len(name) for name, _ in rows)
    lines = [f"{name:<{width}}  {value}" for name, value in rows]
    if plan.commands:
        lines += ["", "Scale the day before; NAME is what the first command of each lists:", *plan.commands]
    else:
        lines += ["", "No command: no control plane with a kube context is in the settings."]
    return tuple(lines)


def capacity_document(plan: Capacity, workshop_id: int) -> dict[str, object]:
    return {
        "format": 1,
        "workshop": workshop_id,
        "people": plan.people,
        "people_told_by": plan.people_told_by,
        "cpu_cores": plan.cpu_cores,
        "memory_gib": plan.memory_gib,
        "storage_gib": plan.storage_gib,
        "provisioners": plan.provisioners,
        "gateway_replicas": plan.gateway_replicas,
        "within_s": plan.within_s,
        "build_s": plan.build_s,
        "build_told_by": plan.build_told_by,
        "wait_p50_s": plan.queue.p50_s,
        "wait_p95_s": plan.queue.p95_s,
        "waves": list(plan.queue.waves),
        "commands": list(plan.commands),
    }


def _row(table: Sequence[tuple[int, int]], people: int) -> int:
    return max(count for least, count in table if people >= least)


def _joined(waves: Sequence[int]) -> str:
    return " + ".join(str(count) for count in waves) or "nobody"


def _commands(settings: Settings, provisioners: int, replicas: int | None) -> tuple[str, ...]:
    lines: list[str] = []
    for region in settings.region:
        if region.role is not RegionRole.CONTROL_PLANE or region.context is None:
            continue
        wanted = [(namespace, provisioners) for namespace in region.namespaces.provisioners]
        if replicas is not None:
            wanted.append((region.namespaces.gateway, replicas))
        for namespace, count in wanted:
            kubectl = f"kubectl --context {shlex.quote(region.context)} -n {shlex.quote(namespace)}"
            lines += [f"{kubectl} get deployments", f"{kubectl} scale deployment/NAME --replicas={count}"]
    return tuple(lines)
