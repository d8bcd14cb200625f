"""What is asked of a workspace that is ready: its app, a command inside, its pods."""

from __future__ import annotations

import asyncio
import shlex
import time

import msgspec

from workshop_tui.clients.agent_terminal import AgentTerminal, CommandEnd
from workshop_tui.clients.coder import AppWire
from workshop_tui.clients.coder_workspaces import CoderWorkspaces, OwnWorkspaceWire
from workshop_tui.clients.credentials import coder_url, kubeconfig
from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.clients.kubernetes_wire import MetadataWire
from workshop_tui.clients.network import Network
from workshop_tui.clients.route import RouteClient
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.route import RouteRole
from workshop_tui.settings.gateway import GatewayKind
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings
from workshop_tui.settings.smoke import CommandWay, SmokeTarget

_APP_WITHIN_S = 60.0
_ROUTE_TRIES = 3
_LONGEST_LABEL = 63
_GUARDED = ("owner", "authenticated", "organization")
_STARTING = "initializing"


class NotConfigured(Exception):  # noqa: N818  # no error: the settings leave it out
    """What this would ask is not in the settings, in one line."""


class _PodWire(msgspec.Struct):
    metadata: MetadataWire


class SmokeParts:
    def __init__(self, settings: Settings, network: Network, coder: CoderWorkspaces) -> None:
        self._settings = settings
        self._coder = coder
        self._routes = RouteClient(network)
        self._terminal = AgentTerminal(settings, network)
        self._network = network
        self._clusters: dict[str, Cluster] = {}

    async def app(self, target: SmokeTarget, workspace: OwnWorkspaceWire, look_every_s: float) -> None:
        """It answers under the region's wildcard. Raises `NotConfigured`, `SourceError`."""
        region = self._region(target.region)
        if region.wildcard is None:
            raise NotConfigured(f"{region.name} has no wildcard in the settings")
        began_s = time.monotonic()
        app = _app_of(workspace, target.app)
        while app.health == _STARTING and time.monotonic() - began_s < _APP_WITHIN_S:
            await asyncio.sleep(look_every_s)
            found = await self._coder.get(workspace.id)
            if found is None:
                raise SourceError(ErrorKind.NOT_FOUND, "the workspace vanished before its app answered")
            app = _app_of(found, target.app)
        if app.health in (_STARTING, "unhealthy"):
            raise SourceError(ErrorKind.UNREACHABLE, f"Coder calls the app {app.slug} {app.health}: see its log inside")
        await self._route(app, region, look_every_s)

    async def _route(self, app: AppWire, region: Region, look_every_s: float) -> None:
        label = app.subdomain_name or ""
        if len(label) > _LONGEST_LABEL:
            message = (
                f"{label} has {len(label)} letters, a name in DNS at most {_LONGEST_LABEL}: shorten the app's slug"
            )
            raise SourceError(ErrorKind.MALFORMED, message)
        host = (region.wildcard or "").replace("*", label, 1)
        role = RouteRole.APP if app.sharing_level in _GUARDED else RouteRole.PUBLIC_APP
        for tries_left in reversed(range(_ROUTE_TRIES)):
            probe = await self._routes.probe(role, host, region.https_port)
            if probe.works:
                return
            if not tries_left:
                named = host in probe.detail
                raise SourceError(ErrorKind.UNREACHABLE, probe.detail if named else f"{host} {probe.detail}")
            await asyncio.sleep(look_every_s)

    async def command(self, target: SmokeTarget, workspace: OwnWorkspaceWire) -> None:
        """It ends with 0 inside. Raises `NotConfigured`, `SourceError`."""
        smoke = self._settings.smoke
        if smoke.command_by is CommandWay.NONE:
            raise NotConfigured('smoke.command_by is "none"')
        command = smoke.command or default_command(self._settings)
        end = await self._run(target, workspace, command)
        if end.exit_code != 0:
            said = end.first_line or "without a word"
            raise SourceError(ErrorKind.UNREACHABLE, f"the command ended with {end.exit_code}: {said}")

    async def _run(self, target: SmokeTarget, workspace: OwnWorkspaceWire, command: str) -> CommandEnd:
        agent = next((agent for agent in workspace.agents if agent.id), None)
        if agent is None:
            raise SourceError(ErrorKind.MALFORMED, "Coder names no agent of the workspace")
        return await self._terminal.run(agent.id, command, self._settings.smoke.command_timeout_s)

    async def pods(self, target: SmokeTarget, workspace_id: str, name: str) -> tuple[str, ...]:
        """`namespace/name` of those that carry its name or id. Raises `NotConfigured`, `SourceError`."""
        region = self._region(target.region)
        if region.context is None:
            raise NotConfigured(f"{region.name} has no kube context: whether its pods are gone is not known")
        cluster = self._clusters.setdefault(
            region.name,
            Cluster(
                kubeconfig(self._settings),
                region.context,
                loopback_only=self._network.loopback_only,
                allow_plain_http=region.context in self._settings.kubernetes.allow_plain_http,
            ),
        )
        found = []
        for namespace in dict.fromkeys(region.namespaces.workspaces):
            page = await cluster.list_all(f"/api/v1/namespaces/{namespace}/pods", _PodWire)
            for pod in page.items:
                marks = (pod.metadata.name, *(pod.metadata.labels or {}).values())
                if any(name in mark or (workspace_id and workspace_id in mark) for mark in marks):
                    found.append(f"{namespace}/{pod.metadata.name}")
        return tuple(found)

    def _region(self, name: str) -> Region:
        found = next((region for region in self._settings.region if region.name == name), None)
        if found is None:
            raise NotConfigured(f"the settings name no region {name}")
        return found

    async def close(self) -> None:
        for cluster in self._clusters.values():
            await cluster.close()


def default_command(settings: Settings) -> str:
    """Asks the gateway's health, where there is none or it is in Coder, Coder's."""
    gateway = settings.gateway
    if gateway.kind is GatewayKind.LITELLM and gateway.url is not None:
        url = f"{str(gateway.url).rstrip('/')}/health/liveliness"
    else:
        url = f"{coder_url(settings) or ''}/healthz"
    return f"curl -fsS -m 10 -o /dev/null {shlex.quote(url)}"


def _app_of(workspace: OwnWorkspaceWire, slug: str | None) -> AppWire:
    """Raises `NotConfigured`, `SourceError`."""
    apps = [
        app
        for agent in workspace.agents
        for app in agent.apps or ()
        if app.subdomain and app.subdomain_name and not app.external
    ]
    if slug is None and not apps:
        raise NotConfigured("its template has no app with a subdomain")
    found = next((app for app in apps if slug in (None, app.slug)), None)
    if found is None:
        raise SourceError(ErrorKind.NOT_FOUND, f"it has no app {slug} with a subdomain: correct smoke.target")
    return found
