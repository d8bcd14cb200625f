"""What a workload's controller does when somebody asks for another number of pods, or for new ones."""

from __future__ import annotations

import math
from collections.abc import Mapping

from workshop_rehearsal.world.cluster import Cluster
from workshop_rehearsal.world.objects import Kind, Node, Pod, PodTemplate, Workload


def scale(cluster: Cluster, workload: Workload, replicas: int) -> None:
    if replicas == workload.replicas:
        return
    workload.replicas = replicas
    workload.generation += 1
    cluster.mark(workload.kind, workload.namespace, workload.name)
    reconcile(cluster, workload)


def change_template(
    cluster: Cluster, workload: Workload, template: PodTemplate, annotations: Mapping[str, str]
) -> None:
    """Every pod is replaced, as a rolling update does: never fewer than wanted, a quarter more while it runs."""
    workload.template = template
    workload.annotations = dict(annotations)
    workload.generation += 1
    workload.revision += 1
    cluster.mark(workload.kind, workload.namespace, workload.name)
    reconcile(cluster, workload)


def lose(cluster: Cluster, pod: Pod) -> None:
    """Somebody deleted or evicted it: the controller makes another one."""
    workload, node = pod.workload, pod.node
    runs = pod in workload.pods
    if runs and workload.on_lost is not None:
        workload.on_lost(pod)
    cluster.delete_pod(pod)
    if runs and workload.kind is Kind.DAEMONSETS and node is not None and node.name in cluster.nodes:
        cluster.make_pod(workload, node)
    elif runs:
        reconcile(cluster, workload)


def end_node(cluster: Cluster, node: Node) -> None:
    """Its machine ends; what is kept by a controller begins anew elsewhere."""
    node.unschedulable = True
    cluster.placement(node.pool).remove(node)
    del cluster.nodes[node.name]
    del cluster.claims[node.claim_name]
    for pod in [pod for pod in cluster.pods.values() if pod.node is node]:
        if pod.workload.kind is Kind.DAEMONSETS and pod in pod.workload.pods:
            pod.workload.replicas -= 1
        lose(cluster, pod)
    cluster.mark_node(node)


def reconcile(cluster: Cluster, workload: Workload) -> None:
    """One step towards what is wanted; the next comes when a pod gets ready."""
    if workload.rolled_out == workload.revision and len(workload.pods) == workload.replicas:
        return
    if workload.kind is Kind.DAEMONSETS:
        _replace_one_by_one(cluster, workload)
    elif workload.kind is Kind.STATEFULSETS:
        _keep_count(cluster, workload, workload.replicas)
        _replace_one_by_one(cluster, workload)
    else:
        _roll(cluster, workload)
    if all(pod.revision == workload.revision for pod in workload.pods):
        workload.rolled_out = workload.revision


def _roll(cluster: Cluster, workload: Workload) -> None:
    wanted = workload.replicas
    while True:
        old = [pod for pod in workload.pods if pod.revision != workload.revision]
        room = wanted + (math.ceil(wanted / 4) if old else 0)
        if len(workload.pods) > room:
            cluster.delete_pod(_first_to_go(workload))
        elif len(workload.pods) - len(old) < wanted and len(workload.pods) < room:
            cluster.make_pod(workload)
        elif (gone := _spare(workload, old)) is not None:
            cluster.delete_pod(gone)
        else:
            return


def _spare(workload: Workload, old: list[Pod]) -> Pod | None:
    """An old pod that nobody misses."""
    for pod in old:
        if pod.ready_s is None or workload.ready_count - 1 >= workload.replicas - workload.replicas // 4:
            return pod
    return None


def _first_to_go(workload: Workload) -> Pod:
    """Those of an old template, then those that are not ready, then the newest."""
    return min(
        workload.pods, key=lambda pod: (pod.revision == workload.revision, pod.ready_s is not None, -pod.created_s)
    )


def _keep_count(cluster: Cluster, workload: Workload, wanted: int) -> None:
    while len(workload.pods) < wanted:
        cluster.make_pod(workload)
    while len(workload.pods) > wanted:
        cluster.delete_pod(max(workload.pods, key=_ordinal))


def _replace_one_by_one(cluster: Cluster, workload: Workload) -> None:
    old = [pod for pod in workload.pods if pod.revision != workload.revision]
    if not old or workload.ready_count < len(workload.pods):
        return
    last = max(old, key=_ordinal)
    node = last.node if workload.kind is Kind.DAEMONSETS else None
    cluster.delete_pod(last)
    cluster.make_pod(workload, node)


def _ordinal(pod: Pod) -> tuple[int, str]:
    ending = pod.name.rpartition("-")[2]
    return (int(ending) if ending.isdigit() else -1, pod.name)
