"""Every workspace has limits of CPU, memory and ephemeral storage.

What: Looks at the workspaces that run, container by container, and at the LimitRanges of their namespaces, which give
a limit to those that set none. Without a running workspace only a LimitRange can prove it.

Why: One workspace without a storage limit fills its node's disk, and everybody on that node loses their work.

Fix: Set the limits in the template, or a LimitRange in the namespace; then build the workspaces again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice

from workshop_tui.checks.shared.check import Check
from workshop_tui.checks.shared.workspace_demand import NO_WORKSPACES
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import PODS, QUOTAS
from workshop_tui.model.kubernetes import Quotas
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.pod_resources import LIMIT_FIELDS, without_limit
from workshop_tui.model.pods import PodIndex
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings

_SET = Remedy("Set limits in the template, or a LimitRange in the namespace, then build the workspaces again.")
_MOST = 5


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    for region in settings.region:
        pods, quotas = facts.get(PODS, region.name), facts.get(QUOTAS, region.name)
        if pods is not None:
            yield _judge_region(region, pods.index, quotas)


def _judge_region(region: Region, pods: PodIndex, quotas: Quotas | None) -> Finding:
    given = {limits.namespace: set(limits.limited) for limits in quotas.limit_ranges} if quotas else {}
    count = pods.shapes.total()
    if not count and not region.namespaces.workspaces:
        return Finding("limits", Outcome.NOT_APPLICABLE, NO_WORKSPACES, region.name)
    if not count:
        covered = [name for name in region.namespaces.workspaces if set(LIMIT_FIELDS) <= given.get(name, set())]
        if len(covered) == len(region.namespaces.workspaces):
            return Finding("limits", Outcome.PASS, "a LimitRange gives every workspace its limits", region.name)
        message = "no workspace runs here and no LimitRange covers all: start one to see its limits"
        return Finding("limits", Outcome.UNKNOWN, message, region.name)
    lacking = pods.unlimited
    if not lacking:
        return Finding("limits", Outcome.PASS, f"{count} workspaces, all with limits", region.name)
    # a LimitRange shows in the pod itself, since admission writes it there
    missing = {pod.uid: tuple(without_limit(pod)) for pod in islice(lacking.values(), _MOST)}
    rows = tuple((f"{lacking[uid].namespace}/{lacking[uid].name}", _without(names)) for uid, names in missing.items())
    names = {name for several in missing.values() for name in several}
    message = f"{len(lacking)} of {count} workspaces have {_without(names)}"
    return Finding("limits", Outcome.FAIL, message, region.name, rows, _SET)


def _without(names: Collection[str]) -> str:
    return "no limit of " + ", ".join(name for name in LIMIT_FIELDS if name in names)


CHECK = Check(
    id="workspaces-have-limits",
    title="Every workspace has limits",
    needs=(PODS,),
    helps=(QUOTAS,),
    judge=judge,
)
