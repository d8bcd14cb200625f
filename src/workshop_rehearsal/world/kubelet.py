"""What every node does: pulls images, starts containers, watches its disk and evicts."""

from __future__ import annotations

from collections.abc import Callable

from workshop_rehearsal.scenario import Scenario
from workshop_rehearsal.world import seeded
from workshop_rehearsal.world.cluster import WORKSPACE_POOL, Cluster
from workshop_rehearsal.world.controller import reconcile
from workshop_rehearsal.world.histogram import Histogram
from workshop_rehearsal.world.objects import HeldImage, Killed, Node, Pod

FULL_SHARE = 0.90
"""`nodefs.available<10%` is the kubelet's hard threshold."""
PRESSURE_LASTS_S = 300.0
LOOKS_EVERY_S = 10.0
FAILED_KEPT_S = 3600.0
START_S = 0.9
BACK_OFF_S = 10.0
"""Before the first restart in place."""
PULL_BOUNDS_S = (1, 5, 10, 20, 30, 60, 180, 300, 600, 900, 1200, 1800, 2700, 3600)
"""Of the kubelet's histogram of image pulls."""
IMAGE_SIZES = (
    (10_000_000, "0-10MB"),
    (100_000_000, "10MB-100MB"),
    (500_000_000, "100MB-500MB"),
    (1_000_000_000, "500MB-1GB"),
    (5_000_000_000, "1GB-5GB"),
    (10_000_000_000, "5GB-10GB"),
    (20_000_000_000, "10GB-20GB"),
    (50_000_000_000, "20GB-50GB"),
    (100_000_000_000, "50GB-100GB"),
)
RESOLVE_S = 0.4
"""What a pull takes whose layers are there."""
UNPACKED = 2.5
"""Bytes on disk for each byte of a compressed image."""
SHARED_LAYERS = 0.4
"""So much of the pull remains when the node holds an older build of the same tag."""


class Kubelet:
    """One for all nodes of a cluster. `resolve` gives the digest that a reference points to now."""

    def __init__(self, cluster: Cluster, scenario: Scenario, resolve: Callable[[str], str]) -> None:
        self._cluster = cluster
        self._timeline = cluster.timeline
        self._scenario = scenario
        self._resolve = resolve
        self._pace = 1.0
        cluster.on_bound = self._bound
        cluster.on_released = self._released

    def set_pace(self, pace: float) -> None:
        """From now on everybody writes at this factor."""
        self._pace = pace
        for node in self._cluster.nodes.values():
            for pod in list(node.pods.values()):
                if pod.started_s is not None:
                    self._write(pod, int(pod.workload.write_bytes_per_s * pace))

    def _bound(self, pod: Pod) -> None:
        node = pod.node
        if node is None:
            raise AssertionError("a bound pod has a node")
        now_s = self._timeline.now_s
        image = pod.template.image
        digest = self._resolve(image)
        container = pod.template.container
        held = node.images.get(image)
        if held is not None and held.ready_s <= now_s and not pod.template.pulls_always:
            digest = held.digest
            ready_s = now_s
            message = f'Container image "{image}" already present on machine'
        else:
            self._cluster.record(pod, "Normal", "Pulling", f'Pulling image "{image}"', "kubelet", container=container)
            if held is not None and held.digest == digest:
                pull_s = RESOLVE_S
                ready_s = max(now_s, held.ready_s) + pull_s
            else:
                pull_s = self._pull_s(pod, has_older=held is not None)
                ready_s = node.pull_free_s = max(now_s, node.pull_free_s) + pull_s
                node.images[image] = HeldImage(digest, ready_s)
                node.usage.change(now_s, add_bytes=pod.template.image_bytes * UNPACKED)
                self._watch_disk(node)
                self._cluster.mark_node(node)
            message = (
                f'Successfully pulled image "{image}" in {go_duration(pull_s)} '
                f"({go_duration(ready_s - now_s)} including waiting). Image size: {pod.template.image_bytes} bytes."
            )
            sizes = node.pulls.setdefault(size_word(pod.template.image_bytes), Histogram(PULL_BOUNDS_S))
            self._timeline.at(ready_s, lambda: sizes.observe(ready_s - now_s))
        self._timeline.at(ready_s, lambda: self._pulled(pod, digest, message))

    def _pull_s(self, pod: Pod, *, has_older: bool) -> float:
        random = seeded.stream(self._cluster.seed, "pull", pod.uid)
        return random.uniform(*self._scenario.nodes.pull_s) * (SHARED_LAYERS if has_older else 1.0)

    def _pulled(self, pod: Pod, digest: str, message: str) -> None:
        if pod.deleted or pod.ended_s is not None:
            return
        pod.image_digest = digest
        if pod.node is not None:
            self._cluster.mark_node(pod.node)
        self._cluster.record(pod, "Normal", "Pulled", message, "kubelet", container=pod.template.container)
        self._timeline.after(START_S, lambda: self._started(pod))

    def _started(self, pod: Pod) -> None:
        if pod.deleted or pod.ended_s is not None:
            return
        pod.phase = "Running"
        pod.waiting_reason = ""
        pod.started_s = pod.ready_s = self._timeline.now_s
        name = pod.template.container
        self._cluster.record(pod, "Normal", "Created", f"Created container: {name}", "kubelet", container=name)
        self._cluster.record(pod, "Normal", "Started", f"Started container {name}", "kubelet", container=name)
        self._write(pod, int(pod.workload.write_bytes_per_s * self._pace))
        self._count_cpu(pod, pod.template.requests.cpu_millicores)
        self._cluster.mark_pod(pod)
        if pod.workload.memory_lasts_s is not None:
            self._timeline.after(pod.workload.memory_lasts_s, lambda: self._out_of_memory(pod))
        if pod.workload.on_started is not None:
            pod.workload.on_started(pod)
        reconcile(self._cluster, pod.workload)

    def _out_of_memory(self, pod: Pod) -> None:
        """The kernel kills the container, and the kubelet starts it again where it is."""
        if pod.deleted or pod.ended_s is not None or pod.started_s is None or pod.node is None:
            return
        self._count_cpu(pod, -pod.template.requests.cpu_millicores)
        now_s = self._timeline.now_s
        limit_kib = pod.template.limits.memory_bytes // 1024
        pod.killed = Killed("OOMKilled", pod.started_s, now_s)
        pod.restarts += 1
        pod.started_s = pod.ready_s = None
        pod.waiting_reason = "CrashLoopBackOff"
        pod.workload.memory_lasts_s = None
        message = f"Memory cgroup out of memory: Killed process 4711 (node) total-vm:{limit_kib}kB, UID:1000"
        self._cluster.record(pod.node, "Warning", "OOMKilling", message, "kernel-monitor")
        message = f"Back-off restarting failed container {pod.template.container} in pod {pod.name}"
        self._cluster.record(pod, "Warning", "BackOff", message, "kubelet", container=pod.template.container)
        self._cluster.mark_pod(pod)
        if pod.workload.on_lost is not None:
            pod.workload.on_lost(pod)
        self._timeline.after(BACK_OFF_S, lambda: self._started(pod))

    def _write(self, pod: Pod, rate_bytes_per_s: int) -> None:
        now_s = self._timeline.now_s
        more = rate_bytes_per_s - pod.usage.rate_bytes_per_s
        pod.usage.change(now_s, add_rate_bytes_per_s=more)
        if pod.node is not None:
            pod.node.usage.change(now_s, add_rate_bytes_per_s=more)
            self._watch_disk(pod.node)

    def _count_cpu(self, pod: Pod, millicores: int) -> None:
        if pod.node is not None:
            pod.node.cpu.change(self._timeline.now_s, millicores)

    def _released(self, node: Node, pod: Pod) -> None:
        now_s = self._timeline.now_s
        if pod.started_s is not None:
            self._count_cpu(pod, -pod.template.requests.cpu_millicores)
        node.usage.change(now_s, add_bytes=-pod.usage.bytes_at(now_s), add_rate_bytes_per_s=-pod.usage.rate_bytes_per_s)
        pod.usage.change(now_s, add_rate_bytes_per_s=-pod.usage.rate_bytes_per_s)
        self._watch_disk(node)

    def _watch_disk(self, node: Node) -> None:
        node.disk_watch += 1
        watch = node.disk_watch
        now_s = self._timeline.now_s
        full_s = node.usage.reaches_at(FULL_SHARE * node.capacity.storage_bytes, now_s)
        if full_s is not None and not node.disk_pressure:
            self._timeline.at(full_s, lambda: self._full(node, watch))

    def _full(self, node: Node, watch: int) -> None:
        if watch != node.disk_watch or node.disk_pressure:
            return
        node.disk_pressure = True
        self._cluster.record(
            node, "Warning", "EvictionThresholdMet", "Attempting to reclaim ephemeral-storage", "kubelet"
        )
        self._cluster.record(
            node, "Normal", "NodeHasDiskPressure", f"Node {node.name} status is now: NodeHasDiskPressure", "kubelet"
        )
        self._cluster.mark_node(node)
        self._look(node, reclaiming=True)

    def _look(self, node: Node, *, reclaiming: bool) -> None:
        """Under pressure: one pod at a time, the greediest first, until enough is free; then wait until it is safe."""
        now_s = self._timeline.now_s
        if node.used_share(now_s) >= FULL_SHARE - 1e-9:
            node.pressure_since_s = now_s
            reclaiming = True
        victims = [
            pod for pod in node.pods.values() if pod.template.pool == WORKSPACE_POOL and pod.started_s is not None
        ]
        reclaiming = (
            reclaiming and bool(victims) and node.used_share(now_s) > FULL_SHARE - self._scenario.storage.reclaim_share
        )
        if reclaiming:
            self._evict(node, max(victims, key=lambda pod: pod.usage.bytes_at(now_s)))
        if now_s >= node.pressure_since_s + PRESSURE_LASTS_S:
            self._relieve(node)
        else:
            self._timeline.after(LOOKS_EVERY_S, lambda: self._look(node, reclaiming=reclaiming))

    def _evict(self, node: Node, pod: Pod) -> None:
        now_s = self._timeline.now_s
        disk_bytes = node.capacity.storage_bytes
        request = pod.template.requests.storage_bytes
        threshold_bytes = int(disk_bytes * (1 - FULL_SHARE))
        pod.message = (
            f"The node was low on resource: ephemeral-storage. Threshold quantity: {threshold_bytes}, "
            f"available: {int(disk_bytes - node.usage.bytes_at(now_s)) // 1024}Ki. "
            f"Container {pod.template.container} was using {int(pod.usage.bytes_at(now_s)) // 1024}Ki, "
            f"request is {request // 1024**3}Gi, has larger consumption of ephemeral-storage. "
        )
        self._cluster.record(pod, "Warning", "Evicted", pod.message, "kubelet")
        self._cluster.record(
            pod,
            "Normal",
            "Killing",
            f"Stopping container {pod.template.container}",
            "kubelet",
            container=pod.template.container,
        )
        pod.phase = "Failed"
        pod.reason = "Evicted"
        pod.ready_s = None
        pod.ended_s = now_s
        self._cluster.release(pod)
        self._cluster.mark_pod(pod)
        self._cluster.replace(pod)
        self._timeline.after(FAILED_KEPT_S, lambda: self._cluster.delete_pod(pod))

    def _relieve(self, node: Node) -> None:
        node.disk_pressure = False
        self._cluster.record(
            node, "Normal", "NodeHasNoDiskPressure", f"Node {node.name} status is now: NodeHasNoDiskPressure", "kubelet"
        )
        self._cluster.mark_node(node)
        self._cluster.placement(node.pool).changed(node)
        self._watch_disk(node)
        self._cluster.retry_pending(node.pool)


def size_word(image_bytes: int) -> str:
    """As the kubelet's histogram of pulls names sizes."""
    return next((word for limit, word in IMAGE_SIZES if image_bytes < limit), "GT100GB")


def go_duration(seconds: float) -> str:
    """As Go prints a duration: `850ms`, `3.2s`, `1m2.345s`, `1h0m3s`; durationpy leaves out those minutes."""
    milliseconds = round(seconds * 1000)
    if milliseconds < 1000:
        return f"{milliseconds}ms" if milliseconds else "0s"
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    text = f"{rest / 1000:.3f}".rstrip("0").rstrip(".") + "s"
    if hours:
        return f"{hours}h{minutes}m{text}"
    return f"{minutes}m{text}" if minutes else text
