"""The capacity plan as text and as a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from workshop_tui.model.capacity import Capacity, PastWorkshop, TemplateDemand

_UNKNOWN = "not recorded"


def capacity_lines(plan: Capacity) -> tuple[str, ...]:
    """Aligned text."""
    return (
        *_aligned(_needs(plan)),
        *(("", "Templates, as their largest running workspace shows them:") if plan.demand.templates else ()),
        *_aligned([_template(template) for template in plan.demand.templates]),
        "",
        *_past(plan),
        *(("", "Could not be asked:", *plan.troubles) if plan.troubles else ()),
        "",
        *_commands(plan),
    )


def _needs(plan: Capacity) -> list[tuple[str, ...]]:
    demand, builds = plan.demand, plan.builds
    storage = "unknown: set demand.storage_gib" if plan.storage_gib is None else f"{plan.storage_gib:g} GiB"
    replicas = (
        "no LiteLLM gateway is set"
        if plan.gateway_replicas is None
        else f"{plan.gateway_replicas} by the table's higher row"
    )
    measured = (
        f"{builds.usual_s:.0f} s, p95 {builds.p95_s:.0f} s" if len(builds.lengths_s) > 1 else f"{builds.usual_s:g} s"
    )
    return [
        ("people", f"{plan.people} ({plan.people_told_by})"),
        ("one workspace takes", _amounts(demand.cpu_cores, demand.memory_gib, demand.storage_gib)),
        ("demand told by", demand.told_by),
        ("CPU", f"{plan.cpu_cores:g} cores"),
        ("memory", f"{plan.memory_gib:g} GiB"),
        ("ephemeral storage", storage),
        ("provisioners", f"{plan.provisioners} by the table's higher row where ranges meet"),
        ("gateway replicas", replicas),
        ("people start", "all at once" if plan.within_s == 0 else f"evenly over {plan.within_s / 60:g} min"),
        ("one build takes", measured),
        ("builds told by", builds.told_by),
        ("wait p50, p95", f"{plan.queue.p50_s:.0f} s, {plan.queue.p95_s:.0f} s"),
        ("waves of starts", f"{len(plan.queue.waves)} ({_joined(plan.queue.waves)})"),
    ]


def _amounts(cpu: float | None, memory: float | None, storage: float | None) -> str:
    known = [(cpu, "CPU"), (memory, "GiB"), (storage, "GiB of storage")]
    return ", ".join(f"{amount:g} {unit}" for amount, unit in known if amount is not None) or "nothing says"


def _template(template: TemplateDemand) -> tuple[str, ...]:
    amounts = _amounts(template.cpu_cores, template.memory_gib, template.storage_gib)
    without = "" if template.limited else "; not all are limits"
    return template.template or "unknown template", f"{template.workspace_count} running", amounts + without


def _past(plan: Capacity) -> Iterator[str]:
    past = plan.past
    if past is None:
        yield "No earlier workshop was recorded that this one could be compared with."
        return
    yield f"Compared with {past.title} of {past.starts_at:%Y-%m-%d}, at its worst moment:"
    yield from _aligned([("compared", "planned now", "then"), *_compared(plan, past)])


def _compared(plan: Capacity, past: PastWorkshop) -> list[tuple[str, ...]]:
    starts = f"{_seconds(past.start_p50_s)}, {_seconds(past.start_p95_s)}"
    if past.start_p50_s is None and past.start_p95_s is None:
        starts = _UNKNOWN
    return [
        ("people", str(plan.people), f"{past.expected_people} expected"),
        ("workspaces at once", str(plan.people), _UNKNOWN if past.workspaces is None else f"{past.workspaces:.0f}"),
        ("storage, fullest", "", _UNKNOWN if past.storage_share is None else f"{past.storage_share:.0%} used"),
        ("build wait p95", _seconds(plan.queue.p95_s), _seconds(past.build_wait_p95_s)),
        ("build p50", _seconds(plan.builds.usual_s), _seconds(past.build_p50_s)),
        ("start p50, p95", "", starts),
    ]


def _seconds(seconds: float | None) -> str:
    return _UNKNOWN if seconds is None else f"{seconds:.0f} s"


def _commands(plan: Capacity) -> tuple[str, ...]:
    if not plan.commands:
        return ("No command: no control plane with a kube context is in the settings.",)
    unnamed = any("/NAME " in command for command in plan.commands)
    return (
        "Scale the day before; NAME is what the command before lists:" if unnamed else "Scale the day before:",
        *plan.commands,
    )


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    if not rows:
        return []
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    padded = ("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)) for row in rows)
    return [line.rstrip() for line in padded]


def _joined(waves: Sequence[int]) -> str:
    return " + ".join(str(count) for count in waves) or "nobody"


def capacity_document(plan: Capacity, workshop_id: int) -> dict[str, object]:
    past = None if plan.past is None else {**asdict(plan.past), "starts_at": plan.past.starts_at.isoformat()}
    return {
        "format": 2,
        "workshop": workshop_id,
        "people": plan.people,
        "people_told_by": plan.people_told_by,
        "one_workspace": asdict(plan.demand),
        "cpu_cores": plan.cpu_cores,
        "memory_gib": plan.memory_gib,
        "storage_gib": plan.storage_gib,
        "provisioners": plan.provisioners,
        "gateway_replicas": plan.gateway_replicas,
        "within_s": plan.within_s,
        "build_s": plan.builds.usual_s,
        "build_p95_s": plan.builds.p95_s,
        "build_count": len(plan.builds.lengths_s),
        "build_told_by": plan.builds.told_by,
        "wait_p50_s": plan.queue.p50_s,
        "wait_p95_s": plan.queue.p95_s,
        "waves": list(plan.queue.waves),
        "past": past,
        "troubles": list(plan.troubles),
        "commands": list(plan.commands),
    }
