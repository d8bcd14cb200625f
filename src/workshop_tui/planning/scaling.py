"""The commands that scale provisioners and gateway for the expected people."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from workshop_tui.model.kubernetes import Pod
from workshop_tui.model.pods import Pods
from workshop_tui.model.selector import matches
from workshop_tui.model.workload import workloads_of
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


@dataclass(frozen=True, slots=True)
class Running:
    """What runs now, as far as it is known: it names what is to be scaled."""

    pods: Mapping[str, Pods] = field(default_factory=dict)
    """By region."""
    gateway_pods: Sequence[Pod] = ()


def scaling_commands(settings: Settings, provisioners: int, replicas: int | None, running: Running) -> tuple[str, ...]:
    """Where nothing that runs tells the name, one that lists it comes first, and `NAME` stands for it.

    `replicas`: of the gateway; None: it is not to be scaled.
    """
    lines: list[str] = []
    for region in settings.control_planes:
        if region.context is not None:
            for namespace in region.namespaces.provisioners:
                names = _of_default_organisation(_provisioners(running.pods.get(region.name), region, namespace))
                lines += _scale(region, namespace, names, provisioners)
    region_of_gateway = settings.gateway_region
    if replicas is not None and region_of_gateway is not None:
        selector = region_of_gateway.selectors.gateway
        names = workloads_of(pod for pod in running.gateway_pods if matches(selector, pod.labels))
        lines += _scale(region_of_gateway, region_of_gateway.namespaces.gateway, names, replicas)
    return tuple(lines)


def _provisioners(pods: Pods | None, region: Region, namespace: str) -> tuple[str, ...]:
    selector = region.selectors.provisioners
    return workloads_of(
        pod
        for pod in (pods.others if pods is not None else ())
        if pod.namespace == namespace and matches(selector, pod.labels)
    )


def _of_default_organisation(names: Sequence[str]) -> Sequence[str]:
    """The table is meant for it alone."""
    return [name for name in names if "default" in name] or names


def _scale(region: Region, namespace: str, names: Sequence[str], count: int) -> Iterator[str]:
    kubectl = f"kubectl --context {shlex.quote(region.context or '')} -n {shlex.quote(namespace)}"
    if len(names) == 1:
        yield f"{kubectl} scale {names[0]} --replicas={count}"
    else:
        yield f"{kubectl} get deployments"
        yield f"{kubectl} scale deployment/NAME --replicas={count}"
