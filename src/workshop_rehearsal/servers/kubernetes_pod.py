"""The document of a pod."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workshop_rehearsal.servers.quantity import cores, whole_bytes
from workshop_rehearsal.world.cluster import WORKSPACE_POOL, replica_set_hash
from workshop_rehearsal.world.objects import Kind, Pod, Resources

Document = dict[str, Any]
Stamp = Callable[[float], str]


def pod_document(pod: Pod, seed: int, at: Stamp) -> Document:
    """`at` writes seconds after the workshop's start as a time."""
    return {"metadata": _metadata(pod, seed, at), "spec": _spec(pod), "status": _status(pod, at)}


def _metadata(pod: Pod, seed: int, at: Stamp) -> Document:
    workload = pod.workload
    labels = dict(pod.template.labels)
    owner_kind, owner_name, owner_uid = "ReplicaSet", "", f"{workload.uid[:-4]}{pod.revision:04d}"
    if workload.kind is Kind.DEPLOYMENTS:
        labels["pod-template-hash"] = replica_set_hash(seed, workload, pod.revision)
        owner_name = pod.name.rpartition("-")[0]
    else:
        owner_kind = "StatefulSet" if workload.kind is Kind.STATEFULSETS else "DaemonSet"
        owner_name, owner_uid = workload.name, workload.uid
    return {
        "namespace": pod.namespace,
        "name": pod.name,
        "generateName": f"{owner_name}-",
        "uid": pod.uid,
        "creationTimestamp": at(pod.created_s),
        "labels": labels,
        "ownerReferences": [
            {
                "apiVersion": "apps/v1",
                "kind": owner_kind,
                "name": owner_name,
                "uid": owner_uid,
                "controller": True,
                "blockOwnerDeletion": True,
            }
        ],
    }


def _spec(pod: Pod) -> Document:
    template = pod.template
    container: Document = {
        "name": template.container,
        "image": template.image,
        "imagePullPolicy": "Always" if template.pulls_always else "IfNotPresent",
        "resources": {
            name: amounts
            for name, resources in (("requests", template.requests), ("limits", template.limits))
            if (amounts := _amounts(resources))
        },
    }
    if template.ports:
        container["ports"] = [{"containerPort": port, "protocol": "TCP"} for port in template.ports]
    spec: Document = {"containers": [container], "restartPolicy": "Always"}
    if template.pull_secrets:
        spec["imagePullSecrets"] = [{"name": name} for name in template.pull_secrets]
    if template.pool:
        spec["nodeSelector"] = {"karpenter.sh/nodepool": template.pool}
    if template.pool == WORKSPACE_POOL:
        spec["volumes"] = [{"name": "home", "emptyDir": {}}]
    if pod.node is not None:
        spec["nodeName"] = pod.node.name
    return spec


def _amounts(resources: Resources) -> dict[str, str]:
    amounts = {}
    if resources.cpu_millicores:
        amounts["cpu"] = cores(resources.cpu_millicores)
    if resources.memory_bytes:
        amounts["memory"] = whole_bytes(resources.memory_bytes)
    if resources.storage_bytes:
        amounts["ephemeral-storage"] = whole_bytes(resources.storage_bytes)
    return amounts


def _status(pod: Pod, at: Stamp) -> Document:
    status: Document = {"phase": pod.phase, "conditions": _conditions(pod, at), "qosClass": "Burstable"}
    if pod.node is None:
        return status
    status["hostIP"] = pod.node.address
    if pod.scheduled_s is not None:
        status["startTime"] = at(pod.scheduled_s)
    if pod.reason:
        status |= {"reason": pod.reason, "message": pod.message}
    status["containerStatuses"] = [_container_status(pod, at)]
    return status


def _conditions(pod: Pod, at: Stamp) -> list[Document]:
    scheduled = pod.scheduled_s is not None
    since = at(pod.created_s if pod.scheduled_s is None else pod.scheduled_s)
    conditions: list[Document] = [{"type": "PodScheduled", "status": _truth(scheduled), "lastTransitionTime": since}]
    if not scheduled:
        conditions[0] |= {"reason": "Unschedulable", "message": "no node has room for the pod"}
        return conditions
    ready = pod.ready_s is not None
    changed = at(next(moment for moment in (pod.ended_s, pod.ready_s, pod.scheduled_s) if moment is not None))
    conditions.append({"type": "Initialized", "status": "True", "lastTransitionTime": since})
    for type_ in ("ContainersReady", "Ready"):
        condition = {"type": type_, "status": _truth(ready), "lastTransitionTime": changed}
        if not ready:
            condition["reason"] = "PodFailed" if pod.ended_s is not None else "ContainersNotReady"
        conditions.append(condition)
    if pod.reason == "Evicted":
        conditions.append(
            {
                "type": "DisruptionTarget",
                "status": "True",
                "reason": "TerminationByKubelet",
                "message": pod.message,
                "lastTransitionTime": changed,
            }
        )
    return conditions


def _container_status(pod: Pod, at: Stamp) -> Document:
    image = pod.template.image
    state: Document
    if pod.ended_s is not None:
        terminated = {"exitCode": 137, "reason": "Error", "finishedAt": at(pod.ended_s)}
        if pod.started_s is not None:
            terminated["startedAt"] = at(pod.started_s)
        state = {"terminated": terminated}
    elif pod.started_s is not None:
        state = {"running": {"startedAt": at(pod.started_s)}}
    else:
        state = {"waiting": {"reason": pod.waiting_reason}}
    last: Document = {}
    if pod.killed is not None:
        ended = {"startedAt": at(pod.killed.started_s), "finishedAt": at(pod.killed.ended_s)}
        last = {"terminated": {"exitCode": 137, "reason": pod.killed.reason, **ended}}
    return {
        "name": pod.template.container,
        "ready": pod.ready_s is not None,
        "started": pod.started_s is not None and pod.ended_s is None,
        "restartCount": pod.restarts,
        "image": image,
        "imageID": f"{image.rpartition(':')[0]}@{pod.image_digest}" if pod.image_digest else "",
        "state": state,
        "lastState": last,
    }


def _truth(holds: bool) -> str:
    return "True" if holds else "False"
