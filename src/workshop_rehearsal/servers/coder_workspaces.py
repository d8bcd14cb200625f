"""Workspaces and their builds in Coder's API: lists by rights, single ones, and builds that somebody asks for."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from aiohttp import web
from aiohttp.typedefs import Handler

from workshop_rehearsal.servers.coder_answers import encoded, message, not_found, read_body
from workshop_rehearsal.servers.coder_objects import CoderDocuments
from workshop_rehearsal.servers.coder_query import PAGED, InvalidError, check_parameters, page_bounds, parse_query
from workshop_rehearsal.servers.coder_timings import build_timings
from workshop_rehearsal.servers.coder_visitor import Visitor
from workshop_rehearsal.world.population import Person
from workshop_rehearsal.world.template import DEPRECATED, TEMPLATES
from workshop_rehearsal.world.workspaces import Workspace
from workshop_rehearsal.world.world import World

_WORKSPACE_KEYS = frozenset({"id", "owner", "template", "name", "status", "has-agent", "healthy", "organization"})
SHORTEST_EXTENSION = timedelta(minutes=30)
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class CoderWorkspaces:
    """`rows_are_lost` tells whether lists skip rows now, as Coder does with those that it cannot assemble."""

    def __init__(
        self, world: World, documents: CoderDocuments, visitor: Visitor, rows_are_lost: Callable[[], bool]
    ) -> None:
        self._world = world
        self._documents = documents
        self._visitor = visitor
        self._rows_are_lost = rows_are_lost

    def add_routes(self, router: web.UrlDispatcher) -> None:
        get: dict[str, Handler] = {
            "/workspaces": self._workspaces,
            "/workspaces/{id}": self._workspace,
            "/workspaces/{id}/builds": self._builds,
            "/workspacebuilds/{id}": self._build,
            "/workspacebuilds/{id}/parameters": self._parameters,
            "/workspacebuilds/{id}/timings": self._build_timings,
            "/workspaces/{id}/timings": self._workspace_timings,
            "/users/{user}/workspace/{name}": self._named_workspace,
        }
        for path, handler in get.items():
            router.add_get(f"/api/v2{path}", handler, allow_head=False)
        router.add_post("/api/v2/users/{user}/workspaces", self._create_workspace)
        router.add_post("/api/v2/organizations/{organization}/members/{user}/workspaces", self._create_workspace)
        router.add_post("/api/v2/workspaces/{id}/builds", self._create_build)
        router.add_put("/api/v2/workspaces/{id}/extend", self._extend)

    async def _workspaces(self, request: web.Request) -> web.Response:
        check_parameters(list(request.query), PAGED)
        terms = parse_query(request.query.get("q", ""), keys=_WORKSPACE_KEYS, bare="name")
        if terms.get("owner") == "me":
            terms["owner"] = self._visitor.me.username
        begin, end = page_bounds(request.query.get("limit", ""), request.query.get("offset", ""))
        found = [
            workspace
            for workspace in self._world.workspaces.in_order()
            if not workspace.is_deleted
            and self._visitor.may("read", workspace)
            and all(_fits(workspace, *term) for term in terms.items())
        ]
        found.sort(key=lambda workspace: workspace.latest.status != "running")
        page = [self._documents.workspace(workspace) for workspace in found[begin:end]]
        if self._rows_are_lost():
            del page[:1]
        return encoded(200, {"workspaces": page, "count": len(found)})

    async def _workspace(self, request: web.Request) -> web.Response:
        workspace = self._visitor.workspace(request.match_info["id"])
        gone = workspace is not None and workspace.latest.status == "deleted"
        if workspace is None or (gone and request.query.get("include_deleted") != "true"):
            return not_found()
        return encoded(200, self._documents.workspace(workspace))

    async def _builds(self, request: web.Request) -> web.Response:
        workspace = self._visitor.workspace(request.match_info["id"])
        if workspace is None:
            return not_found()
        begin, end = page_bounds(request.query.get("limit", ""), request.query.get("offset", ""))
        builds = list(reversed(workspace.builds))[begin:end]
        return encoded(200, [self._documents.build(workspace, build) for build in builds])

    async def _build(self, request: web.Request) -> web.Response:
        found = self._visitor.build(request.match_info["id"])
        return not_found() if found is None else encoded(200, self._documents.build(*found))

    async def _parameters(self, request: web.Request) -> web.Response:
        found = self._visitor.build(request.match_info["id"])
        if found is None:
            return not_found()
        return encoded(200, [{"name": "region", "value": found[0].cluster.region}])

    async def _build_timings(self, request: web.Request) -> web.Response:
        found = self._visitor.build(request.match_info["id"])
        return not_found() if found is None else encoded(200, build_timings(self._documents, found[1]))

    async def _workspace_timings(self, request: web.Request) -> web.Response:
        workspace = self._visitor.workspace(request.match_info["id"])
        return not_found() if workspace is None else encoded(200, build_timings(self._documents, workspace.latest))

    async def _named_workspace(self, request: web.Request) -> web.Response:
        owner = self._visitor.person(request.match_info["user"])
        owned = [] if owner is None else self._world.workspaces.owned_by(owner)
        name = request.match_info["name"]
        found = next(
            (
                one
                for one in owned
                if one.name == name and one.latest.status != "deleted" and self._visitor.may("read", one)
            ),
            None,
        )
        return not_found() if found is None else encoded(200, self._documents.workspace(found))

    async def _create_workspace(self, request: web.Request) -> web.Response:
        body = await read_body(request)
        owner = self._visitor.person(request.match_info["user"])
        if owner is None:
            return not_found()
        if not self._visitor.rights.may("create", "workspace", organization="coder", is_own=owner is self._visitor.me):
            return message(403, "Unauthorized to create workspace.")
        templates = {self._documents.template_id(template): template for template in (*TEMPLATES, DEPRECATED)}
        template = templates.get(str(body.get("template_id")))
        if template is DEPRECATED:
            told = f'Template "{template.name}" has been deprecated, and cannot be used to create a new workspace.'
            return message(400, told)
        if template is None:
            raise InvalidError("template_id", "expected the id of a template")
        name = self._free_name(owner, str(body.get("name", "")))
        if name is None:
            return message(409, f'Workspace "{body.get("name")}" already exists.')
        values = {str(one.get("name")): one.get("value") for one in body.get("rich_parameter_values") or []}
        region = str(values.get("region") or owner.region)
        if region not in self._world.regions:
            raise InvalidError("rich_parameter_values", f"region must be one of {', '.join(self._world.regions)}")
        created = self._world.create_workspace(owner, name, template, region)
        return encoded(201, self._documents.workspace(self._world.workspaces.all[created]))

    def _free_name(self, owner: Person, name: str) -> str | None:
        """None when the owner has one of that name. Raises `InvalidError`."""
        if len(name) > 32 or not _NAME.fullmatch(name):
            raise InvalidError("name", "expected lower case letters, digits and single hyphens, at most 32")
        taken = (one.name for one in self._world.workspaces.owned_by(owner) if one.latest.status != "deleted")
        return None if name in taken else name

    async def _create_build(self, request: web.Request) -> web.Response:
        body = await read_body(request)
        workspace = self._visitor.workspace(request.match_info["id"])
        if workspace is None or workspace.latest.status == "deleted":
            return not_found()
        transition = str(body.get("transition"))
        if transition not in ("start", "stop", "delete"):
            raise InvalidError("transition", "expected start, stop or delete")
        if not self._visitor.may(transition, workspace):
            return message(403, "Insufficient permissions to build this workspace.")
        if workspace.latest.job.completed_s is None:
            return message(409, "A workspace build is already active.")
        build = self._world.workspaces.build(workspace, transition, "initiator", self._visitor.me)
        return encoded(201, self._documents.build(workspace, build))

    async def _extend(self, request: web.Request) -> web.Response:
        workspace = self._visitor.workspace(request.match_info["id"])
        if workspace is None or not self._visitor.may("update", workspace):
            return not_found()
        try:
            deadline = datetime.fromisoformat(str((await read_body(request)).get("deadline")))
        except ValueError:
            raise InvalidError("deadline", "expected a time") from None
        build = workspace.latest
        if build.status != "running":
            return message(409, f"Workspace must be started, current status: {build.transition}")
        if deadline.tzinfo is None or deadline < self._world.now + SHORTEST_EXTENSION:
            return message(400, "Cannot extend workspace: new deadline must be at least 30 minutes in the future")
        build.deadline_s = (deadline - self._world.workshop_starts_at).total_seconds()
        workspace.revision += 1
        return message(200, f"Deadline updated to {deadline.isoformat()}.")


def _fits(workspace: Workspace, key: str, value: str) -> bool:
    agent = workspace.latest.agent
    agent_status = agent.status if agent is not None else ""
    tests: dict[str, Callable[[], bool]] = {
        "id": lambda: workspace.id in value.split(","),
        "owner": lambda: workspace.owner.username == value,
        "template": lambda: workspace.template.name == value,
        "name": lambda: value.rpartition("/")[2] in workspace.name,
        "status": lambda: workspace.latest.status == value,
        "organization": lambda: workspace.organization == value,
        "has-agent": lambda: agent_status in value.split(","),
        "healthy": lambda: agent_status == "connected" if value == "true" else agent_status == "disconnected",
    }
    owner = value.rpartition("/")[0] if key == "name" else ""
    return tests[key]() and (not owner or workspace.owner.username == owner)
