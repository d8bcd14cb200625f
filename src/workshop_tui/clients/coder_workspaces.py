"""Coder's API where it changes something: our own short-lived workspaces."""

from __future__ import annotations

import msgspec

from workshop_tui.clients.coder import AgentWire, BuildWire
from workshop_tui.clients.coder_connection import coder_client
from workshop_tui.clients.coder_templates import every_template, templates_meant
from workshop_tui.clients.json_request import decode, fetch, fetch_json
from workshop_tui.clients.network import Network
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.settings.settings import Settings


class OwnWorkspaceWire(msgspec.Struct):
    id: str
    name: str
    latest_build: BuildWire = msgspec.field(default_factory=BuildWire)

    @property
    def agents(self) -> list[AgentWire]:
        return [agent for resource in self.latest_build.resources or () for agent in resource.own_agents]


class _ListedWire(msgspec.Struct):
    workspaces: list[OwnWorkspaceWire]


class CoderWorkspaces:
    def __init__(self, settings: Settings, network: Network) -> None:
        self._organizations = settings.coder.organizations
        self._client = coder_client(settings, network, timeout_s=15)

    async def template_id(self, name: str) -> str:
        """Raises `SourceError`, also when there is no such template, or one in each of several organisations."""
        found = templates_meant(await every_template(self._client), name, self._organizations)
        if not found:
            raise SourceError(ErrorKind.NOT_FOUND, f"Coder has no template {name}: correct smoke.target")
        if len(found) > 1:
            places = ", ".join(sorted(one.organization_name for one in found))
            raise SourceError(
                ErrorKind.NOT_CONFIGURED, f"{name} is a template in {places}: name one in coder.organizations"
            )
        return found[0].id

    async def create(self, name: str, template_id: str, parameters: dict[str, str], live_ms: int) -> OwnWorkspaceWire:
        """Starts it; it stops by itself after `live_ms`. Raises `SourceError`."""
        document = {
            "name": name,
            "template_id": template_id,
            "ttl_ms": live_ms,
            "rich_parameter_values": [{"name": key, "value": value} for key, value in parameters.items()],
        }
        answer = await fetch(self._client, "/api/v2/users/me/workspaces", "Coder", method="POST", json=document)
        answer.raise_for_status("Coder")
        return decode(answer.body, OwnWorkspaceWire, "Coder")

    async def get(self, workspace_id: str) -> OwnWorkspaceWire | None:
        """None when it is gone. Raises `SourceError`."""
        answer = await fetch(self._client, f"/api/v2/workspaces/{workspace_id}", "Coder")
        if answer.status in (404, 410):
            return None
        answer.raise_for_status("Coder")
        found = decode(answer.body, OwnWorkspaceWire, "Coder")
        return None if found.latest_build.status == "deleted" else found

    async def find(self, name: str) -> OwnWorkspaceWire | None:
        """Of our own user; None when Coder lists none of this name. Raises `SourceError`.

        A list is asked: that one is not found could also be said by something that is not Coder.
        """
        query = {"q": f"owner:me name:{name}"}
        listed = await fetch_json(self._client, "/api/v2/workspaces", _ListedWire, "Coder", params=query)
        return next((workspace for workspace in listed.workspaces if workspace.name == name), None)

    async def remove(self, workspace_id: str) -> bool:
        """Asks for it; `get` tells when it is gone. False while another build runs. Raises `SourceError`."""
        path, document = f"/api/v2/workspaces/{workspace_id}/builds", {"transition": "delete"}
        answer = await fetch(self._client, path, "Coder", method="POST", json=document)
        if answer.status == 409:
            return False
        if answer.status not in (404, 410):
            answer.raise_for_status("Coder")
        return True

    async def close(self) -> None:
        await self._client.aclose()
