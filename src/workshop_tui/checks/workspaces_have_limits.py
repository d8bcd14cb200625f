"""Every workspace has limits of CPU, memory and ephemeral storage.

What: Looks at the workspaces that run, container by container, and at the LimitRanges of their namespaces, which give
a limit to those that set none. Without a running workspace only a LimitRange can prove it.

Why: One workspace without a storage limit fills its node's disk, and everybody on that node loses their work.

Fix: Set the limits in the template, or a LimitRange in the namespace; then build the workspaces again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workshop_tui.checks.check import Check
from workshop_tui.checks.workspace_demand import workspace_pods
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import PODS, QUOTAS
from workshop_tui.model.kubernetes import Container, Pod, Quotas
from workshop_tui.model.outcome import Outcome
from workshop_tui.settings import Region, Settings

_FIELDS = {
    "cpu": "cpu_limit_cores",
    "memory": "memory_limit_bytes",
    "ephemeral-storage": "ephemeral_storage_limit_bytes",
}
_SET = Remedy("Set limits in the template, or a LimitRange in the namespace, then build the workspaces again.")
_MOST = 5


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    for region in settings.region:
        pods, quotas = facts.get(PODS, region.name), facts.get(QUOTAS, region.name)
        if pods is not None:
            yield _judge_region(region, workspace_pods(pods, region), quotas)


def _judge_region(region: Region, pods: Sequence[Pod], quotas: Quotas | None) -> Finding:
    given = {limits.namespace: set(limits.limited) for limits in quotas.limit_ranges} if quotas else {}
    if not pods:
        covered = [name for name in region.namespaces.workspaces if set(_FIELDS) <= given.get(name, set())]
        if len(covered) == len(region.namespaces.workspaces):
            return Finding("limits", Outcome.PASS, "a LimitRange gives every workspace its limits", region.name)
        message = "no workspace runs here and no LimitRange covers all: start one to see its limits"
        return Finding("limits", Outcome.UNKNOWN, message, region.name)
    lacking = {pod: missing for pod in pods if (missing := _missing(pod))}
    if not lacking:
        return Finding("limits", Outcome.PASS, f"{len(pods)} workspaces, all with limits", region.name)
    rows = tuple((f"{pod.namespace}/{pod.name}", "no limit of " + ", ".join(names)) for pod, names in lacking.items())
    message = f"{len(lacking)} of {len(pods)} workspaces have no limit of {_all(lacking.values())}"
    return Finding("limits", Outcome.FAIL, message, region.name, rows[:_MOST], _SET)


def _missing(pod: Pod) -> tuple[str, ...]:
    """A LimitRange shows in the pod itself, since admission writes it there."""
    return tuple(
        name for name, field in _FIELDS.items() if any(_unset(container, field) for container in pod.containers)
    )


def _unset(container: Container, field: str) -> bool:
    return getattr(container, field) is None


def _all(names: object) -> str:
    found = {name for several in names for name in several}  # type: ignore[attr-defined]
    return ", ".join(name for name in _FIELDS if name in found)


CHECK = Check(
    id="workspaces-have-limits",
    title="Every workspace has limits",
    needs=(PODS,),
    helps=(QUOTAS,),
    judge=judge,
)
