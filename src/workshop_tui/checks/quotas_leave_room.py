"""No quota stops the last people from getting a workspace.

What: Takes each ResourceQuota of the workspace namespaces, what is used of it, and what the people expected in that
region will ask for. Fails when it does not suffice. All are expected in one namespace, since nobody knows who chooses
which.

Why: A quota that is reached refuses the pod, and the build fails with an error that names the quota to nobody who
looks.

Fix: Raise the quota for the workshop, and note to lower it afterwards.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

from workshop_tui.checks.shared.check import Check
from workshop_tui.checks.shared.workspace_demand import NO_WORKSPACES, WorkspaceDemand, demand_of, people_in
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import PODS, QUOTAS
from workshop_tui.model.kubernetes import Quota
from workshop_tui.model.number import size
from workshop_tui.model.outcome import Outcome
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings

_GIB = 2**30


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    if facts.workshop is None:
        yield Finding("workshop", Outcome.NOT_APPLICABLE, "no workshop is chosen, so nobody is expected")
        return
    demand = demand_of(facts.by_region(PODS).values(), settings)
    for region in settings.region:
        quotas = facts.get(QUOTAS, region.name)
        if quotas is None:
            continue
        if not region.namespaces.workspaces:
            yield Finding("quotas", Outcome.NOT_APPLICABLE, NO_WORKSPACES, region.name)
        elif not quotas.quotas:
            yield Finding("quotas", Outcome.PASS, "no ResourceQuota limits the workspaces", region.name)
        people = people_in(region, settings, facts.workshop)
        if quotas.quotas and not people:
            yield Finding("quotas", Outcome.NOT_APPLICABLE, "nobody is expected here", region.name)
            continue
        for quota in quotas.quotas:
            yield _judge_quota(quota, region, people, demand)


def _judge_quota(quota: Quota, region: Region, people: int, demand: WorkspaceDemand) -> Finding:
    asked = _asked(people, demand)
    used = dict(quota.used)
    untold = [name for name, _ in quota.hard if name in asked and name not in used]
    subject = f"{quota.namespace}/{quota.name}"
    if untold or not quota.hard:
        message = (
            f"it does not tell yet what is used of {', '.join(untold)}" if untold else "it does not tell its limits"
        )
        return Finding(subject, Outcome.UNKNOWN, message, region.name)
    rows, short = [], []
    for name, hard in quota.hard:
        coming = asked.get(name)
        if coming is None:
            continue
        left = hard - used[name]
        rows.append((name, f"{_amount(name, left)} left of {_amount(name, hard)}, {_amount(name, coming)} to come"))
        if coming > left:
            short.append(name)
    if short:
        raised = {name: _quantity(name, used[name] + asked[name]) for name in short}
        patch = json.dumps({"spec": {"hard": raised}}, separators=(",", ":"))
        command = (
            f"kubectl --context {region.context} -n {quota.namespace} patch resourcequota {quota.name} -p '{patch}'"
        )
        message = f"{', '.join(short)} does not suffice for {people} people"
        remedy = Remedy("Raise the quota for the workshop, and note to lower it afterwards.", command)
        return Finding(subject, Outcome.FAIL, message, region.name, tuple(rows), remedy)
    if not rows:
        return Finding(subject, Outcome.PASS, "limits nothing that a workspace asks for", region.name)
    return Finding(subject, Outcome.PASS, f"suffices for {people} people", region.name, tuple(rows))


def _asked(people: int, demand: WorkspaceDemand) -> dict[str, float]:
    """By the names that quotas use."""
    storage, limit = demand.storage_request_bytes, demand.storage_limit_bytes
    asked = {"pods": float(people), "requests.cpu": people * demand.cpu_cores, "cpu": people * demand.cpu_cores}
    asked |= {"requests.memory": people * demand.memory_bytes, "memory": people * demand.memory_bytes}
    if storage is not None:
        asked |= {"requests.ephemeral-storage": people * storage, "ephemeral-storage": people * storage}
    if limit is not None:
        asked["limits.ephemeral-storage"] = people * limit
    return asked


def _quantity(name: str, value: float) -> str:
    """Rounded up."""
    is_bytes = "memory" in name or "storage" in name
    return f"{math.ceil(value / _GIB)}Gi" if is_bytes else str(math.ceil(value))


def _amount(name: str, value: float) -> str:
    return size(value) if "memory" in name or "storage" in name else f"{value:g}"


CHECK = Check(
    id="quotas-leave-room",
    title="No quota stops the last people",
    needs=(QUOTAS,),
    helps=(PODS,),
    judge=judge,
)
