"""The document of a Deployment, StatefulSet or DaemonSet, and of its scale."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workshop_rehearsal.world.objects import Kind, Workload

Document = dict[str, Any]
_REVISION = "deployment.kubernetes.io/revision"


def workload_document(workload: Workload, at: Callable[[float], str]) -> Document:
    """`at` writes seconds after the workshop's start as a time."""
    template = workload.template
    labels: Document = {"labels": template.labels}
    if workload.annotations:
        labels["annotations"] = workload.annotations
    spec: Document = {
        "selector": {"matchLabels": template.labels},
        "template": {
            "metadata": labels,
            "spec": {"containers": [{"name": template.container, "image": template.image}]},
        },
    }
    metadata: Document = {
        "namespace": workload.namespace,
        "name": workload.name,
        "uid": workload.uid,
        "generation": workload.generation,
        "creationTimestamp": at(workload.created_s),
        "labels": template.labels,
    }
    if workload.kind is Kind.DEPLOYMENTS:
        metadata["annotations"] = {_REVISION: str(workload.revision)}
        spec["strategy"] = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}}
    else:
        spec["updateStrategy"] = {"type": "RollingUpdate"}
    if workload.kind is not Kind.DAEMONSETS:
        spec["replicas"] = workload.replicas
    return {"metadata": metadata, "spec": spec, "status": _status(workload)}


def scale_document(workload: Document) -> Document:
    """`autoscaling/v1` Scale of a workload's document."""
    metadata = workload["metadata"]
    kept = ("namespace", "name", "uid", "resourceVersion", "creationTimestamp")
    selector = ",".join(
        f"{name}={value}" for name, value in sorted(workload["spec"]["selector"]["matchLabels"].items())
    )
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {name: metadata[name] for name in kept},
        "spec": {"replicas": workload["spec"]["replicas"]},
        "status": {"replicas": workload["status"].get("replicas", 0), "selector": selector},
    }


def _status(workload: Workload) -> Document:
    """Zero counts are left out, as the API server does."""
    ready, made = workload.ready_count, len(workload.pods)
    updated = sum(pod.revision == workload.revision for pod in workload.pods)
    if workload.kind is Kind.DAEMONSETS:
        return {
            "observedGeneration": workload.generation,
            "currentNumberScheduled": made,
            "desiredNumberScheduled": workload.replicas,
            "numberMisscheduled": 0,
            "numberReady": ready,
            "numberAvailable": ready,
            "updatedNumberScheduled": updated,
        }
    counts = {"replicas": made, "updatedReplicas": updated, "readyReplicas": ready, "availableReplicas": ready}
    status: Document = {"observedGeneration": workload.generation}
    if workload.kind is Kind.DEPLOYMENTS:
        counts["unavailableReplicas"] = max(0, workload.replicas - ready)
    else:
        oldest = min((pod.revision for pod in workload.pods), default=workload.revision)
        status |= {
            "currentRevision": f"{workload.name}-{oldest:010x}",
            "updateRevision": f"{workload.name}-{workload.revision:010x}",
        }
    return {**status, **{name: count for name, count in counts.items() if count}}
