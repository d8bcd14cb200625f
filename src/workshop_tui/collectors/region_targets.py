"""Context, namespaces, labels and names that the settings give a region: looked for one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.clients.kubernetes_wire import ObjectsWire, ObjectWire
from workshop_tui.clients.network import Network
from workshop_tui.clients.route import PROBE_LABEL
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.kinds import TARGETS
from workshop_tui.model.source import SourceKind
from workshop_tui.model.target import Target
from workshop_tui.settings.region import Region

_AT_ONCE = 4
_NAME_S = 10


@dataclass(frozen=True)
class RegionTargetsSource:
    """`cluster` None: no context is configured. `has_gateway`: the gateway runs in its cluster.

    Each target stands for itself: what cannot be looked at leaves the others to be judged.
    """

    cluster: Cluster | None
    network: Network
    settings: Region
    has_gateway: bool
    interval_s: float = 60
    timeout_s: float = 45
    kind: SourceKind[tuple[Target, ...]] = TARGETS

    @property
    def region(self) -> str:
        return self.settings.name

    async def collect(self) -> tuple[Target, ...]:
        of_cluster, of_names = await asyncio.gather(self._of_cluster(), self._of_names())
        return (*of_cluster, *of_names)

    async def _of_names(self) -> list[Target]:
        region = self.settings
        hosts = [("domain", region.domain, region.domain)]
        if region.wildcard is not None:
            hosts.append(("wildcard", region.wildcard, region.wildcard.replace("*", PROBE_LABEL, 1)))
        asked = (self._name(setting, named, host) for setting, named, host in hosts if named and host)
        return list(await asyncio.gather(*asked))

    async def _name(self, setting: str, named: str, host: str) -> Target:
        try:
            async with asyncio.timeout(_NAME_S):
                await self.network.resolve(host)
        except SourceError as error:
            missing = error.kind is ErrorKind.UNREACHABLE
            return Target(setting, named, False if missing else None, error.message)
        except TimeoutError:
            return Target(setting, named, None, f"the name server did not answer for {host}")
        return Target(setting, named, there=True)

    async def _of_cluster(self) -> list[Target]:
        context = self.settings.context
        if self.cluster is None or context is None:
            return []
        wanted = list(_wanted(self.settings, has_gateway=self.has_gateway))
        try:
            await self.cluster.get("/version", ObjectWire)
        except SourceError as error:
            missing = error.kind is ErrorKind.NOT_CONFIGURED
            if error.kind is not ErrorKind.FORBIDDEN:
                why = f"its context {'is missing' if missing else 'does not answer'}"
                rest = [Target(one.setting, one.named, None, why) for one in wanted]
                return [Target("context", context, False if missing else None, error.message), *rest]
        limit = asyncio.Semaphore(_AT_ONCE)
        found = await asyncio.gather(*(_look_for(one, self.cluster, limit) for one in wanted))
        return [Target("context", context, there=True), *found]


@dataclass(frozen=True, slots=True)
class _Wanted:
    setting: str
    named: str
    """A namespace; of labels the selector."""
    spaces: tuple[str, ...] = ()
    """Where pods with these labels are looked for; empty for a namespace."""
    expected: bool = True
    """Whether a pod must be there now."""


def _wanted(region: Region, *, has_gateway: bool) -> Iterator[_Wanted]:
    """Provisioners belong to the control plane; workspaces come and go."""
    spaces, labels = region.namespaces, region.selectors
    control_plane = region.role.hosts_platform
    yield _Wanted("namespaces.server", spaces.server)
    if control_plane:
        yield from (_Wanted("namespaces.provisioners", name) for name in spaces.provisioners)
    yield from (_Wanted("namespaces.workspaces", name) for name in spaces.workspaces)
    if has_gateway:
        yield _Wanted("namespaces.gateway", spaces.gateway)
    yield _Wanted("selectors.server", labels.server, (spaces.server,))
    if control_plane and spaces.provisioners:
        yield _Wanted("selectors.provisioners", labels.provisioners, spaces.provisioners)
    if spaces.workspaces:
        yield _Wanted("selectors.workspaces", labels.workspaces, spaces.workspaces, expected=False)


async def _look_for(wanted: _Wanted, cluster: Cluster, limit: asyncio.Semaphore) -> Target:
    async with limit:
        try:
            if wanted.spaces:
                return await _labelled(wanted, cluster)
            return await _namespace(wanted, cluster)
        except SourceError as error:
            return Target(wanted.setting, wanted.named, None, error.message)


async def _namespace(wanted: _Wanted, cluster: Cluster) -> Target:
    """Where the right to see it is missing, a pod in it proves it: an absent one only has none."""
    try:
        await cluster.get(f"/api/v1/namespaces/{wanted.named}", ObjectWire)
    except SourceError as error:
        if error.kind is ErrorKind.NOT_FOUND:
            return Target(wanted.setting, wanted.named, there=False, said="there is no such namespace")
        if error.kind is not ErrorKind.FORBIDDEN or not await _has_pod(cluster, wanted.named, ""):
            raise
    return Target(wanted.setting, wanted.named, there=True)


async def _labelled(wanted: _Wanted, cluster: Cluster) -> Target:
    for name in wanted.spaces:
        try:
            if await _has_pod(cluster, name, wanted.named):
                return Target(wanted.setting, wanted.named, there=True)
        except SourceError as error:
            if error.kind is ErrorKind.MALFORMED:
                return Target(wanted.setting, wanted.named, there=False, said=f"cannot be read ({error.message})")
            raise
    said = f"no pod has these labels in {', '.join(wanted.spaces)}"
    return Target(wanted.setting, wanted.named, there=not wanted.expected, said=said)


async def _has_pod(cluster: Cluster, namespace: str, selector: str) -> bool:
    query = [("limit", "1"), ("labelSelector", selector)]
    path = f"/api/v1/namespaces/{namespace}/pods"
    found = await cluster.get(path, ObjectsWire, query)
    if found.items is None:
        raise SourceError(ErrorKind.UNREACHABLE, f"{cluster.what}: {path} comes without items, which is no list")
    return bool(found.items)
