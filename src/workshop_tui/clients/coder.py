"""Coder's API v2, read only."""

from __future__ import annotations

from typing import Any

import msgspec

from workshop_tui.clients.coder_connection import coder_client
from workshop_tui.clients.coder_pages import whole_list
from workshop_tui.clients.coder_templates import TemplateWire, every_template
from workshop_tui.clients.json_request import decode, fetch, fetch_json
from workshop_tui.clients.network import Network
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.settings.settings import Settings

_PAGE = 100
_MOST_DAEMONS = 1000
MOST_JOBS = 1000


class AppWire(msgspec.Struct):
    slug: str = ""
    subdomain: bool = False
    subdomain_name: str | None = None
    """In place of the wildcard's `*`."""
    sharing_level: str = ""
    health: str = ""
    external: bool = False


class AgentWire(msgspec.Struct):
    id: str = ""
    name: str = ""
    status: str = ""
    lifecycle_state: str = ""
    parent_id: str | None = None
    """Of the agent that it belongs to, as a dev container's: such come and go, and Coder leaves them out of health."""
    first_connected_at: str | None = None
    started_at: str | None = None
    ready_at: str | None = None
    apps: list[AppWire] | None = None


class ResourceWire(msgspec.Struct):
    agents: list[AgentWire] | None = None

    @property
    def own_agents(self) -> list[AgentWire]:
        return [agent for agent in self.agents or () if not agent.parent_id]


class JobWire(msgspec.Struct):
    started_at: str | None = None
    completed_at: str | None = None
    error: str | None = None
    queue_position: int = 0
    queue_size: int = 0


class BuildWire(msgspec.Struct):
    build_number: int = 1
    transition: str = ""
    status: str = ""
    reason: str = ""
    created_at: str | None = None
    deadline: str | None = None
    daily_cost: int | None = None
    job: JobWire = msgspec.field(default_factory=JobWire)
    resources: list[ResourceWire] | None = None


class HealthWire(msgspec.Struct):
    healthy: bool | None = None


class WorkspaceWire(msgspec.Struct):
    id: str
    name: str
    owner_name: str = ""
    is_prebuild: bool = False
    organization_name: str = ""
    template_name: str = ""
    latest_build: BuildWire = msgspec.field(default_factory=BuildWire)
    health: HealthWire = msgspec.field(default_factory=HealthWire)


class WorkspacesWire(msgspec.Struct):
    workspaces: list[WorkspaceWire]
    count: int = 0


class BuildInfoWire(msgspec.Struct):
    version: str


class OrganizationWire(msgspec.Struct):
    id: str
    name: str
    is_default: bool = False


class DaemonWire(msgspec.Struct):
    status: str = ""
    version: str = ""
    tags: dict[str, str] | None = None


class PendingJobWire(msgspec.Struct):
    created_at: str | None = None
    tags: dict[str, str] | None = None


class ImportJobWire(msgspec.Struct):
    tags: dict[str, str] | None = None


class TemplateVersionWire(msgspec.Struct):
    job: ImportJobWire


class ProxyReportWire(msgspec.Struct):
    errors: list[str] | None = None
    warnings: list[str] | None = None


class ProxyStatusWire(msgspec.Struct):
    status: str = ""
    report: ProxyReportWire | None = None


class ProxyWire(msgspec.Struct):
    name: str
    healthy: bool = False
    path_app_url: str = ""
    wildcard_hostname: str = ""
    status: ProxyStatusWire | None = None
    version: str = ""
    deleted: bool = False


class ProxiesWire(msgspec.Struct):
    regions: list[ProxyWire]


class CoderClient:
    """Reads its token at the first request: that it or the address is not there is the source's error."""

    def __init__(self, settings: Settings, network: Network) -> None:
        self._client = coder_client(settings, network)

    async def workspaces(self, search: str = "") -> list[WorkspaceWire]:
        """All of them, or those that Coder's search finds, in pages of 100. Raises `SourceError`."""

        async def page(offset: int) -> tuple[list[WorkspaceWire], int]:
            query = {"limit": _PAGE, "offset": offset, **({"q": search} if search else {})}
            answer = await fetch_json(self._client, "/api/v2/workspaces", WorkspacesWire, "Coder", params=query)
            return answer.workspaces, answer.count

        return await whole_list(page, _PAGE, "workspaces")

    async def version(self) -> str:
        """Of the server, e.g. `v2.35.1+abc`. Raises `SourceError`."""
        return (await fetch_json(self._client, "/api/v2/buildinfo", BuildInfoWire, "Coder")).version

    async def organizations(self) -> list[OrganizationWire]:
        """Those that the token sees. Raises `SourceError`."""
        return await fetch_json(self._client, "/api/v2/organizations", list[OrganizationWire], "Coder")

    async def templates(self) -> list[TemplateWire]:
        """Those that the token sees, of all organisations, deprecated ones too. Raises `SourceError`."""
        return await every_template(self._client)

    async def job_tags(self, template_version: str) -> dict[str, str]:
        """Of the jobs of this version, but for those that the template takes from parameters. Raises `SourceError`."""
        path, what = f"/api/v2/templateversions/{template_version}", "the template's version"
        tags = (await fetch_json(self._client, path, TemplateVersionWire, what)).job.tags
        if tags is None:
            raise SourceError(ErrorKind.MALFORMED, "Coder does not tell them")
        return tags

    async def provisioner_daemons(self, organization: str) -> list[DaemonWire]:
        """Offline ones too. Raises `SourceError`; without the right the server says not found."""
        path = f"/api/v2/organizations/{organization}/provisionerdaemons"
        answer = await fetch(self._client, path, "Coder", params={"limit": _MOST_DAEMONS, "offline": "true"})
        if answer.status == 400:  # before 2.26 Coder refuses the word, and lists them unasked
            answer = await fetch(self._client, path, "Coder", params={"limit": _MOST_DAEMONS})
        answer.raise_for_status("Coder")
        found = decode(answer.body, list[DaemonWire], "Coder")
        if len(found) >= _MOST_DAEMONS:
            raise SourceError(ErrorKind.MALFORMED, f"Coder lists {_MOST_DAEMONS} provisioners: there may be more")
        return found

    async def pending_jobs(self, organization: str) -> list[PendingJobWire]:
        """The newest, at most `MOST_JOBS`. Raises `SourceError`; without the right the server says not found."""
        path, query = f"/api/v2/organizations/{organization}/provisionerjobs", {"status": "pending", "limit": MOST_JOBS}
        return await fetch_json(self._client, path, list[PendingJobWire], "Coder", params=query)

    async def proxies(self) -> list[ProxyWire]:
        """As Enterprise tells them, else the regions alone. Raises `SourceError`."""
        shape: Any = ProxiesWire | list[ProxyWire]
        try:
            found = await fetch_json(self._client, "/api/v2/workspaceproxies", shape, "Coder")
        except SourceError as error:
            if error.kind not in (ErrorKind.NOT_FOUND, ErrorKind.FORBIDDEN):
                raise
            found = await fetch_json(self._client, "/api/v2/regions", shape, "Coder")
        listed = found.regions if isinstance(found, ProxiesWire) else found
        return [proxy for proxy in listed if not proxy.deleted]

    async def close(self) -> None:
        await self._client.aclose()
