"""One region's cluster: what it holds, its scheduler and its workload controllers."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable

from workshop_rehearsal.world import seeded
from workshop_rehearsal.world.objects import (
    ClusterEvent,
    CronJob,
    Kind,
    Node,
    Pod,
    PodTemplate,
    PrometheusRule,
    Secret,
    Workload,
)
from workshop_rehearsal.world.placement import Placement
from workshop_rehearsal.world.timeline import Timeline
from workshop_rehearsal.world.usage import Usage

EVENTS_KEPT_S = 3600.0
WORKSPACE_POOL = "coder-workspace"

Key = tuple[str, str]
"""Namespace (empty for a cluster's own objects) and name."""


class Cluster:
    def __init__(self, region: str, cloud_region: str, seed: int, timeline: Timeline) -> None:
        self.region = region
        self.cloud_region = cloud_region
        self.seed = seed
        self.timeline = timeline
        self.has_karpenter = False
        self.namespaces: dict[str, float] = {}
        """Name to the moment of creation."""
        self.nodes: dict[str, Node] = {}
        self.claims: dict[str, Node] = {}
        """Karpenter's names of the nodes."""
        self.pods: dict[Key, Pod] = {}
        self.workloads: dict[tuple[Kind, str, str], Workload] = {}
        self.quotas: dict[str, dict[str, str]] = {}
        """What somebody set a namespace's quota to, by resource."""
        self.cron_jobs: dict[Key, CronJob] = {}
        self.secrets: dict[Key, Secret] = {}
        self.rules: dict[Key, PrometheusRule] = {}
        self.events: OrderedDict[Key, ClusterEvent] = OrderedDict()
        """Oldest first."""
        self.changed: dict[tuple[Kind, Key], None] = {}
        """What a server has not shown yet, in order; whoever shows it empties it."""
        self.pending: dict[str, deque[Pod]] = {}
        """Found no node, by pool."""
        self.on_bound: Callable[[Pod], None] = lambda pod: None
        self.on_no_room: Callable[[str], None] = lambda pool: None
        """Gets the pool."""
        self.on_released: Callable[[Node, Pod], None] = lambda node, pod: None
        self.nodes_made = 0
        """Nodes ever made: names and random streams count on it."""
        self._placements: dict[str, Placement] = {}
        self._event_count = 0

    def mark(self, kind: Kind, namespace: str, name: str) -> None:
        key = (kind, (namespace, name))
        self.changed.pop(key, None)
        self.changed[key] = None

    def add_namespace(self, name: str) -> None:
        self.namespaces[name] = self.timeline.now_s
        self.mark(Kind.NAMESPACES, "", name)
        self.mark(Kind.RESOURCEQUOTAS, name, "workspaces")
        self.mark(Kind.LIMITRANGES, name, "workspaces")

    def add_cron_job(self, namespace: str, name: str, schedule: str, *, suspended: bool = False) -> None:
        self.cron_jobs[(namespace, name)] = CronJob(schedule, suspended, self.timeline.now_s)
        self.mark(Kind.CRONJOBS, namespace, name)

    def add_secret(self, namespace: str, name: str, secret: Secret) -> None:
        self.secrets[(namespace, name)] = secret
        self.mark(Kind.SECRETS, namespace, name)

    def add_node(self, node: Node) -> None:
        node.free_cpu_millicores = node.allocatable.cpu_millicores
        node.free_memory_bytes = node.allocatable.memory_bytes
        self.nodes_made += 1
        self.nodes[node.name] = node
        self.claims[node.claim_name] = node
        self.placement(node.pool).add(node)
        self.mark_node(node)
        for workload in self.workloads.values():
            if workload.kind is Kind.DAEMONSETS:
                workload.replicas += 1
                self.make_pod(workload, node)
        self.retry_pending(node.pool)

    @property
    def first_workspace_node(self) -> Node | None:
        """By name; None in a cluster that has none."""
        names = sorted(name for name, node in self.nodes.items() if node.pool == WORKSPACE_POOL)
        return self.nodes[names[0]] if names else None

    def lose_node(self, *, lost: bool) -> None:
        """Nobody hears of that node's kubelet any more, or again."""
        node = self.first_workspace_node
        if node is not None and (node.lost_s is not None) is not lost:
            node.lost_s = self.timeline.now_s if lost else None
            self.mark_node(node)

    def mark_node(self, node: Node) -> None:
        self.mark(Kind.NODES, "", node.name)
        if self.has_karpenter:
            self.mark(Kind.NODEPOOLS, "", node.pool)
            self.mark(Kind.NODECLAIMS, "", node.claim_name)

    def placement(self, pool: str) -> Placement:
        return self._placements.setdefault(pool, Placement())

    def apply(
        self,
        kind: Kind,
        namespace: str,
        name: str,
        template: PodTemplate,
        replicas: int,
        *,
        write_bytes_per_s: int = 0,
        memory_lasts_s: float | None = None,
        on_started: Callable[[Pod], None] | None = None,
        on_lost: Callable[[Pod], None] | None = None,
    ) -> Workload:
        """Make a workload and its pods. A DaemonSet gets one pod for each node, whatever `replicas` says."""
        workload = Workload(
            kind,
            namespace,
            name,
            seeded.identity(self.seed, self.region, kind, namespace, name, self.timeline.now_s),
            template,
            len(self.nodes) if kind is Kind.DAEMONSETS else replicas,
            self.timeline.now_s,
            write_bytes_per_s=write_bytes_per_s,
            memory_lasts_s=memory_lasts_s,
            on_started=on_started,
            on_lost=on_lost,
        )
        self.workloads[(kind, namespace, name)] = workload
        self.mark(kind, namespace, name)
        if kind is Kind.DAEMONSETS:
            for node in self.nodes.values():
                self.make_pod(workload, node)
        else:
            for _ in range(replicas):
                self.make_pod(workload)
        return workload

    def remove(self, workload: Workload) -> None:
        for pod in list(workload.pods):
            self.delete_pod(pod)
        del self.workloads[(workload.kind, workload.namespace, workload.name)]
        self.mark(workload.kind, workload.namespace, workload.name)

    def roll_out(self, workload: Workload) -> None:
        """Replace its pods, as a restart of the roll-out does."""
        workload.generation += 1
        workload.revision += 1
        for pod in list(workload.pods):
            self.delete_pod(pod)
            self.make_pod(workload)

    def replace(self, pod: Pod) -> None:
        """The controller makes up for a pod that failed; the failed one stays listed."""
        workload = pod.workload
        workload.pods.remove(pod)
        if workload.on_gone is not None:
            workload.on_gone(pod)
        if workload.on_lost is not None:
            workload.on_lost(pod)
        self.make_pod(workload)

    def delete_pod(self, pod: Pod) -> None:
        self.release(pod)
        pod.deleted = True
        if pod in pod.workload.pods:
            pod.workload.pods.remove(pod)
            if pod.workload.on_gone is not None:
                pod.workload.on_gone(pod)
        if self.pods.get((pod.namespace, pod.name)) is pod:
            del self.pods[(pod.namespace, pod.name)]
        self.mark_pod(pod)
        self.mark(Kind.RESOURCEQUOTAS, pod.namespace, "workspaces")
        self.retry_pending(pod.template.pool)

    def release(self, pod: Pod) -> None:
        """The pod no longer uses its node."""
        node = pod.node
        if node is None or pod.uid not in node.pods:
            return
        del node.pods[pod.uid]
        node.free_cpu_millicores += pod.template.requests.cpu_millicores
        node.free_memory_bytes += pod.template.requests.memory_bytes
        if pod.template.pool == WORKSPACE_POOL:
            node.workspace_count -= 1
        self.placement(node.pool).changed(node)
        self.on_released(node, pod)

    def retry_pending(self, pool: str) -> None:
        """In order: the first that still finds no node keeps its place and ends the try."""
        waiting = self.pending.get(pool)
        while waiting:
            if not waiting[0].deleted and not self._bind(waiting[0]):
                return
            waiting.popleft()

    def record(
        self, subject: Pod | Node, type_: str, reason: str, message: str, component: str, *, container: str = ""
    ) -> None:
        """Append an event; it is forgotten an hour later."""
        self._event_count += 1
        if self.timeline.now_s < self.timeline.heading_s - EVENTS_KEPT_S:
            return
        is_pod = isinstance(subject, Pod)
        host = subject.node.name if isinstance(subject, Pod) and subject.node and component == "kubelet" else ""
        if isinstance(subject, Node):
            host = subject.name
        namespace = subject.namespace if isinstance(subject, Pod) else "default"
        event = ClusterEvent(
            namespace,
            f"{subject.name}.{0x17F0_0000_0000_0000 + self._event_count:x}",
            seeded.identity(self.seed, self.region, "event", self._event_count),
            type_,
            reason,
            message,
            "Pod" if is_pod else "Node",
            subject.name,
            subject.uid,
            f"spec.containers{{{container}}}" if container else "",
            component,
            host,
            self.timeline.now_s,
        )
        key = (namespace, event.name)
        self.events[key] = event
        self.mark(Kind.EVENTS, *key)

    def forget_old_events(self) -> None:
        while self.events and next(iter(self.events.values())).at_s < self.timeline.now_s - EVENTS_KEPT_S:
            key, _ = self.events.popitem(last=False)
            self.mark(Kind.EVENTS, *key)

    def mark_pod(self, pod: Pod) -> None:
        workload = pod.workload
        self.mark(Kind.PODS, pod.namespace, pod.name)
        self.mark(workload.kind, workload.namespace, workload.name)

    def make_pod(self, workload: Workload, node: Node | None = None) -> None:
        now_s = self.timeline.now_s
        workload.made += 1
        pod = Pod(
            workload.namespace,
            self._pod_name(workload),
            seeded.identity(self.seed, workload.uid, workload.made),
            workload,
            workload.template,
            now_s,
            Usage(0.0, now_s),
            workload.revision,
        )
        workload.pods.append(pod)
        self.pods[(pod.namespace, pod.name)] = pod
        self.mark_pod(pod)
        self.mark(Kind.RESOURCEQUOTAS, pod.namespace, "workspaces")
        if node is not None:
            self._place(pod, node)
        elif not self._bind(pod):
            self.record(
                pod,
                "Warning",
                "FailedScheduling",
                f"0/{len(self.nodes)} nodes are available: Insufficient cpu, node(s) had untolerated taint "
                "{node.kubernetes.io/disk-pressure: }.",
                "default-scheduler",
            )
            self.pending.setdefault(pod.template.pool, deque()).append(pod)
            self.on_no_room(pod.template.pool)

    def _pod_name(self, workload: Workload) -> str:
        ending = seeded.suffix(self.seed, workload.uid, workload.made)
        if workload.kind is Kind.STATEFULSETS:
            taken = {pod.name for pod in workload.pods}
            return next(name for i in range(workload.replicas + 1) if (name := f"{workload.name}-{i}") not in taken)
        if workload.kind is Kind.DAEMONSETS:
            return f"{workload.name}-{ending}"
        return f"{workload.name}-{replica_set_hash(self.seed, workload, workload.revision)}-{ending}"

    def _bind(self, pod: Pod) -> bool:
        node = self.placement(pod.template.pool).choose(pod.template)
        if node is None:
            return False
        self._place(pod, node)
        return True

    def _place(self, pod: Pod, node: Node) -> None:
        pod.node = node
        pod.scheduled_s = self.timeline.now_s
        node.pods[pod.uid] = pod
        node.free_cpu_millicores -= pod.template.requests.cpu_millicores
        node.free_memory_bytes -= pod.template.requests.memory_bytes
        if pod.template.pool == WORKSPACE_POOL:
            node.workspace_count += 1
        self.placement(node.pool).changed(node)
        self.record(
            pod,
            "Normal",
            "Scheduled",
            f"Successfully assigned {pod.namespace}/{pod.name} to {node.name}",
            "default-scheduler",
        )
        self.mark_pod(pod)
        self.on_bound(pod)


def replica_set_hash(seed: int, workload: Workload, revision: int) -> str:
    return seeded.suffix(seed, workload.uid, "replicaset", revision, length=10)
