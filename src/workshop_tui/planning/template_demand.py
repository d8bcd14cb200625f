"""What one workspace takes, as those that run show it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from workshop_tui.model.capacity import Demand, TemplateDemand
from workshop_tui.model.coder import Workspace
from workshop_tui.model.kubernetes import Container, Pod
from workshop_tui.model.pod_resources import whole, without_limit
from workshop_tui.model.pods import workspace_of
from workshop_tui.settings.settings import Settings

_GIB = 2**30
_ID_LABEL = "com.coder.workspace.id"


def template_finder(workspaces: Sequence[Workspace]) -> Callable[[Pod], str]:
    """Which template a workspace's pod is of; empty where Coder does not tell."""
    by_id = {workspace.id: workspace.template for workspace in workspaces}
    by_name = {(workspace.owner, workspace.name): workspace.template for workspace in workspaces}

    def template_of(pod: Pod) -> str:
        return by_id.get(pod.labels.get(_ID_LABEL, "")) or by_name.get(workspace_of(pod), "")

    return template_of


def template_demands(pods: Iterable[Pod], template_of: Callable[[Pod], str]) -> tuple[TemplateDemand, ...]:
    """By template, the most used first. `pods`: of workspaces that run or wait."""
    groups: dict[str, list[Pod]] = defaultdict(list)
    for pod in pods:
        groups[template_of(pod)].append(pod)
    return _ordered(_demand_of(template, found) for template, found in groups.items())


def merged(parts: Iterable[TemplateDemand]) -> tuple[TemplateDemand, ...]:
    """Of several regions, or of one in slices: the largest of each template."""
    found: dict[str, TemplateDemand] = {}
    for part in parts:
        other = found.get(part.template)
        found[part.template] = part if other is None else _larger(part, other)
    return _ordered(found.values())


def _ordered(demands: Iterable[TemplateDemand]) -> tuple[TemplateDemand, ...]:
    return tuple(sorted(demands, key=lambda demand: (-demand.workspace_count, demand.template)))


def _larger(one: TemplateDemand, other: TemplateDemand) -> TemplateDemand:
    return TemplateDemand(
        one.template,
        one.workspace_count + other.workspace_count,
        _most(one.cpu_cores, other.cpu_cores),
        _most(one.memory_gib, other.memory_gib),
        _most(one.storage_gib, other.storage_gib),
        one.limited and other.limited,
    )


def _most(*values: float | None) -> float | None:
    return max((value for value in values if value is not None), default=None)


def largest_demand(templates: Sequence[TemplateDemand], settings: Settings) -> Demand:
    """Of any template, since nobody knows who chooses which; the settings' where no workspace tells."""
    said, count = settings.demand, sum(template.workspace_count for template in templates)
    cpu, memory, storage = (
        max((value for one in templates if (value := getattr(one, name)) is not None), default=None)
        for name in ("cpu_cores", "memory_gib", "storage_gib")
    )
    told_by = "the settings, since no workspace runs"
    if count:
        told_by = f"the largest limits of {count} running {'workspaces' if count > 1 else 'workspace'}"
        if missing := [name for name, value in (("CPU", cpu), ("memory", memory)) if value is None]:
            told_by += f"; {' and '.join(missing)} by the settings"
    return Demand(
        said.cpu_cores if cpu is None else cpu,
        said.memory_gib if memory is None else memory,
        said.storage_gib if storage is None else storage,
        told_by,
        tuple(templates),
    )


def _demand_of(template: str, pods: Sequence[Pod]) -> TemplateDemand:
    cpu = _largest(pods, "cpu_limit_cores", "cpu_request_cores", "cpu_cores")
    memory = _largest(pods, "memory_limit_bytes", "memory_request_bytes", "memory_bytes")
    storage = _largest(pods, "ephemeral_storage_limit_bytes", "ephemeral_storage_request_bytes", "storage_bytes")
    return TemplateDemand(
        template,
        len(pods),
        cpu,
        None if memory is None else memory / _GIB,
        None if storage is None else storage / _GIB,
        limited=not any(name for pod in pods for name in without_limit(pod)),
    )


def _largest(pods: Sequence[Pod], limit: str, request: str, name: str) -> float | None:
    return _most(*(_may_use(pod, limit, request, name) for pod in pods))


def _may_use(pod: Pod, limit: str, request: str, name: str) -> float | None:
    limits, requests, overhead = (getattr(said, name, None) for said in (pod.limits, pod.requests, pod.overhead))

    def value(one: Container) -> float | None:
        amount: float | None = _first(getattr(one, limit), getattr(one, request))
        return amount

    return whole(pod, value, _first(limits, requests), overhead)


def _first(limit: float | None, request: float | None) -> float | None:
    return request if limit is None else limit
