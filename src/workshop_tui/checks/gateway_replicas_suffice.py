"""Enough replicas of the gateway are ready.

What: Counts the ready pods that `selectors.gateway` finds in the gateway's namespace of the control plane, and compares
them with the table for the expected people (where ranges meet, the higher row counts).

Why: All AI tools of all people go through them; one that is missing shows as rate limits and time-outs in the exercise.

Fix: Scale the gateway's deployment the day before, and look at the pods that are not ready.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from workshop_tui.checks.shared.check import Check
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import GATEWAY_PODS
from workshop_tui.model.kubernetes import Pod
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.selector import matches
from workshop_tui.model.workload import workloads_of
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings

_MOST = 8


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    region, every = settings.gateway_region, facts.get(GATEWAY_PODS)
    if region is None or every is None:
        return
    pods = [
        pod
        for pod in every
        if matches(region.selectors.gateway, pod.labels) and pod.phase in ("Pending", "Running") and not pod.deleting
    ]
    if not pods:
        message = f"no pod in {region.namespaces.gateway} matches {region.selectors.gateway}: set selectors.gateway"
        command = f"kubectl --context {region.context} -n {region.namespaces.gateway} get pods --show-labels"
        remedy = Remedy("Look which labels the gateway's pods have, or whether it is scaled to 0.", command)
        yield Finding("gateway replicas", Outcome.UNKNOWN, message, None, (), remedy)
        return
    people = facts.workshop.expected_people if facts.workshop else None
    rows = settings.thresholds.gateway_replicas
    wanted = max(1, *(count for least, count in rows if (people or 0) >= least))
    origin = "the table's least, since no workshop is chosen" if people is None else f"the table for {people} people"
    ready = [pod for pod in pods if pod.ready]
    waiting = [(pod.name, _why_not(pod)) for pod in pods if not pod.ready]
    evidence = (
        ("ready", f"{len(ready)} of {len(pods)} pods"),
        ("wanted", f"{wanted} by {origin}"),
        *waiting[:_MOST],
    )
    message = f"{len(ready)} ready, {wanted} needed"
    if len(ready) < wanted:
        remedy = _scale(pods, region, wanted)
        yield Finding("gateway replicas", Outcome.FAIL, message, None, evidence, remedy)
    else:
        yield Finding("gateway replicas", Outcome.PASS, message, None, evidence)


def _why_not(pod: Pod) -> str:
    reasons = [container.waiting_reason or container.terminated_reason for container in pod.every_container]
    return next((reason for reason in reasons if reason), pod.reason or pod.phase)


def _scale(pods: Sequence[Pod], region: Region, wanted: int) -> Remedy:
    """Of whatever keeps the pods alive."""
    kubectl = f"kubectl --context {shlex.quote(region.context or '')} -n {shlex.quote(region.namespaces.gateway)}"
    if len(pods) >= wanted:
        return Remedy("Enough were asked for: look why some are not ready.", f"{kubectl} get pods -o wide")
    owners = workloads_of(pods)
    text = f"Scale it to {wanted} the day before; it takes minutes until they are ready."
    if len(owners) != 1:
        return Remedy(text, f"{kubectl} get deployments")
    return Remedy(text, f"{kubectl} scale {owners[0]} --replicas={wanted}")


CHECK = Check(
    id="gateway-replicas-suffice",
    title="Enough replicas of the gateway are ready",
    needs=(GATEWAY_PODS,),
    judge=judge,
)
