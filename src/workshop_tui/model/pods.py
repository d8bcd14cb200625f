"""The pods of a region, with what is asked of them kept up to date: a change costs the same among 10 and 10,000."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import chain
from typing import NamedTuple, TypeVar

from workshop_tui.model.coder import PREBUILDS
from workshop_tui.model.kubernetes import Amounts, Container, Pod
from workshop_tui.model.pod_resources import requested, storage_limit_bytes, without_limit
from workshop_tui.model.selector import matches
from workshop_tui.model.taints import Toleration

Key = TypeVar("Key")
WorkspaceKey = tuple[str, str]
"""(owner, workspace); ("", pod's name) where the labels do not tell."""

OWNER_LABEL = "com.coder.user.username"
WORKSPACE_LABEL = "com.coder.workspace.name"
OUT_OF_MEMORY = "OOMKilled"
_ALIVE = ("Running", "Pending")


def workspace_rule(namespaces: Collection[str], selector: str, *unless: str) -> Callable[[Pod], bool]:
    """Which pods are people's workspaces: of these namespaces, selected, and by none of `unless`."""
    excluded = tuple(filter(None, unless))

    def is_workspace(pod: Pod) -> bool:
        if pod.namespace not in namespaces or not matches(selector, pod.labels):
            return False
        return not any(matches(other, pod.labels) for other in excluded)

    return is_workspace


def workspace_of(pod: Pod) -> WorkspaceKey:
    owner = pod.labels.get(OWNER_LABEL, "")
    name = pod.labels.get(WORKSPACE_LABEL, "")
    return (owner, name) if owner and name else ("", pod.name)


class Shape(NamedTuple):
    """What a workspace's pod asks for and may use as a whole; None: nothing says."""

    cpu_request_cores: float | None
    memory_request_bytes: int | None
    storage_request_bytes: int | None
    storage_limit_bytes: int | None


@dataclass(slots=True)
class _Requested:
    cpu_cores: float = 0.0
    memory_bytes: float = 0.0


@dataclass(slots=True, eq=False)
class PodIndex:
    """Kept by one collector, which alone may `put` and `drop`; everybody else reads."""

    is_workspace: Callable[[Pod], bool]
    version: int = 0
    by_uid: dict[str, Pod] = field(default_factory=dict)
    others: dict[str, Pod] = field(default_factory=dict)
    """Servers, proxies, provisioners: what is no workspace."""
    workspaces: dict[WorkspaceKey, dict[str, Pod]] = field(default_factory=lambda: defaultdict(dict))
    """Every workspace that has a pod, dead ones included, with its pods by uid."""
    owners: Counter[str] = field(default_factory=Counter)
    """Who has a workspace with a pod, as far as labels name them, and how many such pods."""
    hit: dict[str, Pod] = field(default_factory=dict)
    """Workspaces' pods that restarted, were evicted or failed, however long ago: `hit_at` tells."""
    alive: dict[str, Pod] = field(default_factory=dict)
    """Pods of workspaces that run or wait to run, and are not on their way out."""
    not_ready: dict[str, Pod] = field(default_factory=dict)
    """Those of `alive` that are not ready."""
    evicted: dict[str, Pod] = field(default_factory=dict)
    """Of any kind."""
    out_of_memory: dict[str, Pod] = field(default_factory=dict)
    unlimited: dict[str, Pod] = field(default_factory=dict)
    """Workspaces' pods that run or wait, with a container without one of the limits."""
    shapes: Counter[Shape] = field(default_factory=Counter)
    """Of workspaces' pods that run or wait."""
    tolerations: Counter[tuple[Toleration, ...]] = field(default_factory=Counter)
    """Of workspaces' pods that run or wait: what keeps them off no node."""
    by_node: dict[str, dict[str, Pod]] = field(default_factory=lambda: defaultdict(dict))
    """Pods of workspaces that run or wait, and so take room there."""
    requested: dict[str, _Requested] = field(default_factory=lambda: defaultdict(_Requested))
    """Node -> what those of the pods there that are watched, and run or wait, have asked for."""

    def put(self, pod: Pod) -> bool:
        """Whether anything that we use has changed."""
        before = self.by_uid.get(pod.uid)
        if before == pod:
            return False
        if before is not None:
            self._leave(before)
        self._enter(pod)
        self.version += 1
        return True

    def drop(self, uid: str) -> bool:
        before = self.by_uid.get(uid)
        if before is None:
            return False
        self._leave(before)
        del self.by_uid[uid]
        self.version += 1
        return True

    def _enter(self, pod: Pod) -> None:
        uid = pod.uid
        self.by_uid[uid] = pod
        lives = pod.phase in _ALIVE
        traits = _traits_of(pod)
        shape = traits.shape
        if pod.reason == "Evicted":
            self.evicted[uid] = pod
        if lives and pod.node:
            asked = self.requested[pod.node]
            asked.cpu_cores += shape.cpu_request_cores or 0
            asked.memory_bytes += shape.memory_request_bytes or 0
        if not self.is_workspace(pod):
            self.others[uid] = pod
            return
        self.workspaces[workspace_of(pod)][uid] = pod
        if owner := person_of(pod):
            self.owners[owner] += 1
        if traits.restarted or pod.phase == "Failed":
            self.hit[uid] = pod
        if traits.out_of_memory:
            self.out_of_memory[uid] = pod
        if not lives:
            return
        self.shapes[shape] += 1
        self.tolerations[pod.tolerations] += 1
        if traits.unlimited:
            self.unlimited[uid] = pod
        if pod.node:
            self.by_node[pod.node][uid] = pod
        if not pod.deleting:
            self.alive[uid] = pod
            if not (pod.phase == "Running" and pod.ready):
                self.not_ready[uid] = pod

    @property
    def _groups(self) -> tuple[dict[str, Pod], ...]:
        return (
            self.others,
            self.hit,
            self.alive,
            self.not_ready,
            self.evicted,
            self.out_of_memory,
            self.unlimited,
        )

    def _leave(self, pod: Pod) -> None:
        """All but `by_uid`, where a pod that changes keeps its place."""
        uid = pod.uid
        for group in self._groups:
            group.pop(uid, None)
        lives = pod.phase in _ALIVE
        shape = _traits_of(pod).shape
        if lives and pod.node:
            asked = self.requested[pod.node]
            asked.cpu_cores -= shape.cpu_request_cores or 0
            asked.memory_bytes -= shape.memory_request_bytes or 0
        if not self.is_workspace(pod):
            return
        key = workspace_of(pod)
        _take_out(self.workspaces, key, uid)
        if owner := person_of(pod):
            _count_down(self.owners, owner)
        if not lives:
            return
        _count_down(self.shapes, shape)
        _count_down(self.tolerations, pod.tolerations)
        if pod.node:
            _take_out(self.by_node, pod.node, uid)


@dataclass(frozen=True, slots=True)
class Pods(Collection[Pod]):
    """The pods as a reading holds them: equal as long as nothing has changed.

    It shows what the index holds now, so an older one is never older than its reading says.
    """

    index: PodIndex
    version: int

    @classmethod
    def of(cls, pods: Iterable[Pod], is_workspace: Callable[[Pod], bool]) -> Pods:
        index = PodIndex(is_workspace)
        for pod in pods:
            index.put(pod)
        return cls(index, index.version)

    def __iter__(self) -> Iterator[Pod]:
        return iter(self.index.by_uid.values())

    def __len__(self) -> int:
        return len(self.index.by_uid)

    def __contains__(self, pod: object) -> bool:
        return isinstance(pod, Pod) and self.index.by_uid.get(pod.uid) == pod

    @property
    def others(self) -> Collection[Pod]:
        return self.index.others.values()

    def requested_on(self, node: str) -> tuple[float, float]:
        """Cores and bytes that the pods on this node have asked for."""
        asked = self.index.requested.get(node)
        return (asked.cpu_cores, asked.memory_bytes) if asked else (0.0, 0.0)

    @property
    def tolerations(self) -> Collection[Toleration] | None:
        """Of the workspaces; None while none runs or waits, so that nothing is known of them."""
        return tuple(dict.fromkeys(chain.from_iterable(self.index.tolerations))) if self.index.shapes else None

    @property
    def people_count(self) -> int:
        """Of those who have a workspace with a pod."""
        return len(self.index.owners)

    def people_on(self, node: str) -> tuple[str, ...]:
        """Owners of the workspaces there, sorted."""
        return owners_of(self.index.by_node.get(node, {}).values())


def owners_of(pods: Iterable[Pod]) -> tuple[str, ...]:
    """People, sorted, each once; pods whose labels name nobody are left out."""
    return tuple(sorted({owner for pod in pods if (owner := person_of(pod))}))


def person_of(pod: Pod) -> str:
    """Empty where its labels name nobody, and of a workspace that waits to be claimed."""
    owner = pod.labels.get(OWNER_LABEL, "")
    return "" if owner == PREBUILDS else owner


def hit_times(pod: Pod) -> tuple[datetime, ...]:
    """When it failed and when containers of it were restarted; where it does not tell, when it began."""
    if not _was_hit(pod):
        return ()
    ended = [one.terminated_at for one in pod.counted_containers if one.restart_count and one.terminated_at is not None]
    if pod.phase == "Failed" and pod.failed_at is not None:
        ended.append(pod.failed_at)
    return tuple(ended) or _began(pod)


def hit_at(pod: Pod) -> datetime | None:
    """The last of `hit_times`; None: never."""
    return max(hit_times(pod), default=None)


def out_of_memory_times(pod: Pod) -> tuple[datetime, ...]:
    """When containers were killed for their memory; where it does not tell, when the pod began."""
    killed = [one.terminated_at for one in pod.every_container if one.terminated_reason == OUT_OF_MEMORY]
    return tuple(moment for moment in killed if moment is not None) or (_began(pod) if killed else ())


def _began(pod: Pod) -> tuple[datetime, ...]:
    began = pod.started_at or pod.created_at
    return () if began is None else (began,)


def _was_hit(pod: Pod) -> bool:
    return pod.phase == "Failed" or pod.restart_count > 0


class _Traits(NamedTuple):
    """What the containers of a pod come to."""

    shape: Shape
    restarted: bool
    out_of_memory: bool
    unlimited: bool


def _traits_of(pod: Pod) -> _Traits:
    return _traits(pod.containers, pod.init_containers, pod.initializing, pod.requests, pod.limits, pod.overhead)


@lru_cache(maxsize=1024)  # pods of one template are alike
def _traits(
    containers: tuple[Container, ...],
    init_containers: tuple[Container, ...],
    initializing: bool,
    requests: Amounts | None,
    limits: Amounts | None,
    overhead: Amounts | None,
) -> _Traits:
    pod = Pod(
        "",
        "",
        "",
        containers=containers,
        init_containers=init_containers,
        initializing=initializing,
        requests=requests,
        limits=limits,
        overhead=overhead,
    )
    asked = requested(pod)
    return _Traits(
        Shape(asked.cpu_cores, asked.memory_bytes, asked.storage_bytes, storage_limit_bytes(pod)),
        pod.restart_count > 0,
        any(one.terminated_reason == OUT_OF_MEMORY for one in pod.every_container),
        any(without_limit(pod)),
    )


def _count_down(counts: Counter[Key], key: Key) -> None:
    counts[key] -= 1
    if not counts[key]:
        del counts[key]


def _take_out(groups: dict[Key, dict[str, Pod]], key: Key, uid: str) -> None:
    del groups[key][uid]
    if not groups[key]:
        del groups[key]
