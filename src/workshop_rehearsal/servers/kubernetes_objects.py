"""Documents of the objects that a cluster holds, as the Kubernetes API writes them (without kind and version)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from workshop_rehearsal.servers import stamp
from workshop_rehearsal.servers.kubernetes_pod import pod_document
from workshop_rehearsal.servers.kubernetes_rules import rule_document
from workshop_rehearsal.servers.kubernetes_secret import secret_document
from workshop_rehearsal.servers.kubernetes_workload import workload_document
from workshop_rehearsal.servers.quantity import cores, whole_bytes
from workshop_rehearsal.world.cluster import Key
from workshop_rehearsal.world.objects import ClusterEvent, Kind, Node, Resources
from workshop_rehearsal.world.region import Region

Document = dict[str, Any]
Moment = Callable[[float], datetime]
KUBELET_VERSION = "v1.34.2-eks-ecaa3a6"


class Renderer:
    """Of one region; `moment` turns seconds after the workshop's start into a time."""

    def __init__(self, region: Region, moment: Moment) -> None:
        self._region = region
        self._cluster = region.cluster
        self._moment = moment
        self._by_kind: dict[Kind, Callable[[str, str], Document | None]] = {
            Kind.PODS: self._pod,
            Kind.NODES: lambda _, name: self._node(name),
            Kind.NODECLAIMS: lambda _, name: self._node_claim(name),
            Kind.NODEPOOLS: lambda _, name: self._node_pool(name),
            Kind.EVENTS: self._event,
            Kind.NAMESPACES: lambda _, name: self._namespace(name),
            Kind.RESOURCEQUOTAS: self._quota,
            Kind.CRONJOBS: self._cron_job,
            Kind.SECRETS: self._secret,
            Kind.PROMETHEUSRULES: self._rule,
            Kind.LIMITRANGES: self._limit_range,
            Kind.DEPLOYMENTS: lambda namespace, name: self._workload(Kind.DEPLOYMENTS, namespace, name),
            Kind.STATEFULSETS: lambda namespace, name: self._workload(Kind.STATEFULSETS, namespace, name),
            Kind.DAEMONSETS: lambda namespace, name: self._workload(Kind.DAEMONSETS, namespace, name),
        }

    def render(self, kind: Kind, key: Key) -> Document | None:
        return self._by_kind[kind](*key)

    def _at(self, after_start_s: float) -> str:
        return stamp.seconds(self._moment(after_start_s))

    def _workload(self, kind: Kind, namespace: str, name: str) -> Document | None:
        workload = self._cluster.workloads.get((kind, namespace, name))
        return None if workload is None else workload_document(workload, self._at)

    def _pod(self, namespace: str, name: str) -> Document | None:
        pod = self._cluster.pods.get((namespace, name))
        return None if pod is None else pod_document(pod, self._cluster.seed, self._at)

    def _node(self, name: str) -> Document | None:
        node = self._cluster.nodes.get(name)
        return None if node is None else self._node_document(node)

    def _node_document(self, node: Node) -> Document:
        now_s = self._cluster.timeline.now_s
        created = self._at(node.created_s)
        pressure_since = self._at(node.pressure_since_s) if node.disk_pressure else created
        conditions = [
            _condition("MemoryPressure", False, "KubeletHasSufficientMemory", created),
            _condition(
                "DiskPressure",
                node.disk_pressure,
                "KubeletHasDiskPressure" if node.disk_pressure else "KubeletHasNoDiskPressure",
                pressure_since,
            ),
            _condition("PIDPressure", False, "KubeletHasSufficientPID", created),
            _condition("Ready", True, "KubeletReady", created),
        ]
        if node.lost_s is not None:
            conditions = [_unknown(str(one["type"]), self._at(node.lost_s)) for one in conditions]
        taint = {"key": "node.kubernetes.io/disk-pressure", "effect": "NoSchedule", "timeAdded": pressure_since}
        spec: Document = {"providerID": f"aws:///{node.zone}/i-{node.uid.replace('-', '')[:17]}"}
        if node.unschedulable:
            spec["unschedulable"] = True
        cordon = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}
        taints = [one for one, holds in ((taint, node.disk_pressure), (cordon, node.unschedulable)) if holds]
        if node.lost_s is not None:
            gone = {"key": "node.kubernetes.io/unreachable", "timeAdded": self._at(node.lost_s)}
            taints += [{**gone, "effect": effect} for effect in ("NoSchedule", "NoExecute")]
        if taints:
            spec["taints"] = taints
        return {
            "metadata": {
                "name": node.name,
                "uid": node.uid,
                "creationTimestamp": created,
                "labels": self._node_labels(node),
            },
            "spec": spec,
            "status": {
                "capacity": {**_amounts(node.capacity), "pods": "110"},
                "allocatable": {**_amounts(node.allocatable), "pods": "110"},
                "conditions": conditions,
                "addresses": [
                    {"type": "InternalIP", "address": node.address},
                    {"type": "Hostname", "address": node.name},
                ],
                "nodeInfo": {
                    "machineID": node.uid.replace("-", ""),
                    "systemUUID": node.uid,
                    "bootID": node.uid,
                    "kernelVersion": "6.12.40-63.114.amzn2023.x86_64",
                    "kubeProxyVersion": KUBELET_VERSION,
                    "kubeletVersion": KUBELET_VERSION,
                    "architecture": "amd64",
                    "operatingSystem": "linux",
                    "osImage": "Amazon Linux 2023.9",
                    "containerRuntimeVersion": "containerd://2.1.5",
                },
                "images": [
                    {"names": [f"{reference.rpartition(':')[0]}@{held.digest}", reference], "sizeBytes": 500_000_000}
                    for reference, held in node.images.items()
                    if held.ready_s <= now_s
                ],
            },
        }

    def _node_labels(self, node: Node) -> dict[str, str]:
        labels = {
            "kubernetes.io/arch": "amd64",
            "kubernetes.io/os": "linux",
            "kubernetes.io/hostname": node.name,
            "node.kubernetes.io/instance-type": node.instance_type,
            "topology.kubernetes.io/region": self._region.place.context,
            "topology.kubernetes.io/zone": node.zone,
        }
        if self._cluster.has_karpenter:
            labels |= {"karpenter.sh/nodepool": node.pool, "karpenter.sh/capacity-type": "on-demand"}
        return labels

    def _node_claim(self, name: str) -> Document | None:
        node = self._cluster.claims.get(name)
        if node is None:
            return None
        created = self._at(node.created_s)
        kinds = ("Launched", "Registered", "Initialized", "Ready")
        return {
            "metadata": {
                "name": name,
                "uid": node.uid[::-1],
                "creationTimestamp": created,
                "labels": {"karpenter.sh/nodepool": node.pool},
            },
            "spec": {"nodeClassRef": _NODE_CLASS, "requirements": [], "expireAfter": "720h"},
            "status": {
                "nodeName": node.name,
                "capacity": _amounts(node.capacity),
                "allocatable": _amounts(node.allocatable),
                "conditions": [_condition(kind, True, kind, created) for kind in kinds],
            },
        }

    def _node_pool(self, name: str) -> Document:
        nodes = [node for node in self._cluster.nodes.values() if node.pool == name]
        pool = self._region.karpenter.pools[name]
        first_s = pool.created_s
        kinds = ("ValidationSucceeded", "NodeClassReady", "NodeRegistrationHealthy", "Ready")
        return {
            "metadata": {
                "name": name,
                "uid": f"pool-{self._region.place.name}-{name}",
                "creationTimestamp": self._at(first_s),
            },
            "spec": {
                "template": {"spec": {"nodeClassRef": _NODE_CLASS, "requirements": [], "expireAfter": "720h"}},
                "limits": {
                    "cpu": cores(pool.limits.cpu_millicores),
                    "memory": whole_bytes(pool.limits.memory_bytes),
                },
                "disruption": {"consolidationPolicy": "WhenEmpty", "consolidateAfter": "10m"},
            },
            "status": {
                "nodes": len(nodes),
                "resources": {
                    "cpu": cores(sum(node.capacity.cpu_millicores for node in nodes)),
                    "memory": whole_bytes(sum(node.capacity.memory_bytes for node in nodes)),
                    "ephemeral-storage": whole_bytes(sum(node.capacity.storage_bytes for node in nodes)),
                    "nodes": str(len(nodes)),
                },
                "conditions": [_condition(kind, True, kind, self._at(first_s)) for kind in kinds],
            },
        }

    def _event(self, namespace: str, name: str) -> Document | None:
        event = self._cluster.events.get((namespace, name))
        return None if event is None else self._event_document(event)

    def _event_document(self, event: ClusterEvent) -> Document:
        at = self._at(event.at_s)
        involved = {
            "kind": event.object_kind,
            "apiVersion": "v1",
            "name": event.object_name,
            "uid": event.object_uid,
        }
        if event.object_kind == "Pod":
            involved["namespace"] = event.namespace
        if event.field_path:
            involved["fieldPath"] = event.field_path
        return {
            "metadata": {
                "namespace": event.namespace,
                "name": event.name,
                "uid": event.uid,
                "creationTimestamp": at,
            },
            "type": event.type,
            "reason": event.reason,
            "message": event.message,
            "count": 1,
            "firstTimestamp": at,
            "lastTimestamp": at,
            "eventTime": None,
            "involvedObject": involved,
            "source": {"component": event.component, **({"host": event.host} if event.host else {})},
            "reportingComponent": event.component,
            "reportingInstance": event.host,
        }

    def _namespace(self, name: str) -> Document:
        return {
            "metadata": {
                "name": name,
                "uid": f"namespace-{self._region.place.name}-{name}",
                "creationTimestamp": self._at(self._cluster.namespaces[name]),
                "labels": {"kubernetes.io/metadata.name": name},
            },
            "spec": {"finalizers": ["kubernetes"]},
            "status": {"phase": "Active"},
        }

    def _cron_job(self, namespace: str, name: str) -> Document | None:
        job = self._cluster.cron_jobs.get((namespace, name))
        if job is None:
            return None
        return {
            "metadata": {
                "namespace": namespace,
                "name": name,
                "uid": f"cronjob-{self._region.place.name}-{name}",
                "creationTimestamp": self._at(job.created_s),
            },
            "spec": {
                "schedule": job.schedule,
                "suspend": job.suspended,
                "concurrencyPolicy": "Forbid",
                "successfulJobsHistoryLimit": 3,
            },
            "status": {},
        }

    def _secret(self, namespace: str, name: str) -> Document | None:
        secret = self._cluster.secrets.get((namespace, name))
        return None if secret is None else secret_document(secret, namespace, name, self._cluster.seed, self._at)

    def _rule(self, namespace: str, name: str) -> Document | None:
        rule = self._cluster.rules.get((namespace, name))
        return None if rule is None else rule_document(rule, namespace, name, self._at)

    def _limit_range(self, namespace: str, name: str) -> Document | None:
        if not namespace.startswith("coder-ws"):
            return None
        default = {"cpu": "4", "memory": "8Gi", "ephemeral-storage": "30Gi"}
        return {
            "metadata": {
                "namespace": namespace,
                "name": name,
                "uid": f"limits-{self._region.place.name}-{namespace}",
                "creationTimestamp": self._at(self._cluster.namespaces[namespace]),
            },
            "spec": {"limits": [{"type": "Container", "default": default, "defaultRequest": default}]},
        }

    def _quota(self, namespace: str, name: str) -> Document | None:
        if not namespace.startswith("coder-ws"):
            return None
        asked = [
            pod.template.requests
            for workload in self._cluster.workloads.values()
            if workload.namespace == namespace
            for pod in workload.pods
        ]
        sample = self._region.node_capacity
        limit = self._region.karpenter.limit_nodes
        hard = {
            "requests.cpu": cores(sample.cpu_millicores * limit),
            "requests.memory": whole_bytes(sample.memory_bytes * limit),
            "pods": str(limit * 110),
            **self._cluster.quotas.get(namespace, {}),
        }
        return {
            "metadata": {
                "namespace": namespace,
                "name": name,
                "uid": f"quota-{self._region.place.name}-{namespace}",
                "creationTimestamp": self._at(self._cluster.namespaces[namespace]),
            },
            "spec": {"hard": hard},
            "status": {
                "hard": hard,
                "used": {
                    "requests.cpu": cores(sum(one.cpu_millicores for one in asked)),
                    "requests.memory": whole_bytes(sum(one.memory_bytes for one in asked)),
                    "pods": str(len(asked)),
                },
            },
        }


_NODE_CLASS = {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "default"}


def _amounts(resources: Resources) -> dict[str, str]:
    return {
        "cpu": cores(resources.cpu_millicores),
        "memory": whole_bytes(resources.memory_bytes),
        "ephemeral-storage": whole_bytes(resources.storage_bytes),
    }


def _unknown(type_: str, since: str) -> Document:
    return {
        "type": type_,
        "status": "Unknown",
        "reason": "NodeStatusUnknown",
        "message": "Kubelet stopped posting node status.",
        "lastTransitionTime": since,
    }


def _condition(type_: str, holds: bool, reason: str, since: str) -> Document:
    return {
        "type": type_,
        "status": "True" if holds else "False",
        "reason": reason,
        "message": "",
        "lastTransitionTime": since,
    }
