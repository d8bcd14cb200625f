"""Coder's API at the control plane's domain: lists, health, and builds asked for by a smoke test."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from workshop_tui.rehearsal.servers.agent_terminal import AgentTerminals
from workshop_tui.rehearsal.servers.coder_audit import audit_page
from workshop_tui.rehearsal.servers.coder_health import deployment_stats, health_report
from workshop_tui.rehearsal.servers.coder_objects import CoderDocuments
from workshop_tui.rehearsal.servers.coder_query import BadQueryError, check_parameters, page_bounds, parse_query
from workshop_tui.rehearsal.servers.coder_sign_in import SIGN_IN_PATHS, add_sign_in
from workshop_tui.rehearsal.servers.coder_timings import build_timings
from workshop_tui.rehearsal.world.population import Person
from workshop_tui.rehearsal.world.region import ORGANIZATIONS
from workshop_tui.rehearsal.world.template import TEMPLATES
from workshop_tui.rehearsal.world.workspaces import Workspace
from workshop_tui.rehearsal.world.world import World

_PAGED = frozenset({"q", "limit", "offset", "after_id"})
_WORKSPACE_KEYS = frozenset({"id", "owner", "template", "name", "status", "has-agent", "healthy", "organization"})
_USER_KEYS = frozenset({"search", "name", "status", "login_type"})
_JOB_PARAMETERS = frozenset({"limit", "ids", "status", "tags"})
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class CoderApi:
    def __init__(self, world: World, documents: CoderDocuments, token: str, terminals: AgentTerminals) -> None:
        self._world = world
        self._terminals = terminals
        self._documents = documents
        self._token = token
        self._public = {"/api/v2/buildinfo", "/api/v2/users/authmethods", *SIGN_IN_PATHS}

    def add_routes(self, router: web.UrlDispatcher) -> None:
        add_sign_in(router)
        get: dict[str, Handler] = {
            "/workspaces": self._workspaces,
            "/workspaces/{id}": self._workspace,
            "/workspaces/{id}/builds": self._builds,
            "/workspacebuilds/{id}": self._build,
            "/workspacebuilds/{id}/parameters": self._parameters,
            "/workspacebuilds/{id}/timings": self._build_timings,
            "/workspaces/{id}/timings": self._workspace_timings,
            "/users/{user}/workspace/{name}": self._named_workspace,
            "/audit": self._audit,
            "/users": self._users,
            "/users/{user}": self._user,
            "/organizations": self._organizations,
            "/organizations/{organization}/provisionerdaemons": self._daemons,
            "/organizations/{organization}/provisionerjobs": self._jobs,
            "/organizations/{organization}/members/{user}/workspace-quota": self._quota,
            "/organizations/{organization}/templates": self._templates,
            "/templates": self._templates,
            "/regions": self._regions,
            "/workspaceproxies": self._proxies,
            "/deployment/stats": self._stats,
            "/debug/health": self._health,
        }
        for path, handler in get.items():
            router.add_get(f"/api/v2{path}", handler, allow_head=False)
        router.add_post("/api/v2/users/{user}/workspaces", self._create_workspace)
        router.add_post("/api/v2/organizations/{organization}/members/{user}/workspaces", self._create_workspace)
        router.add_post("/api/v2/workspaces/{id}/builds", self._create_build)
        self._terminals.add_routes(router)
        router.add_route("*", "/api/v2/{path:.*}", _no_route)

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Every path of the API but the public ones wants the session token."""
        wants_token = request.path.startswith("/api/v2/") and request.path not in self._public
        shown = request.headers.get("Coder-Session-Token") or request.cookies.get("coder_session_token")
        if wants_token and shown != self._token:
            return _message(
                401,
                "You are signed out or your session has expired. Please sign in again to continue.",
                detail="API key is invalid.",
            )
        try:
            return await handler(request)
        except BadQueryError as error:
            validations = [{"field": error.field, "detail": error.detail}]
            return _json(400, {"message": "Query parameters have invalid values.", "validations": validations})

    async def _workspaces(self, request: web.Request) -> web.Response:
        check_parameters(list(request.query), _PAGED)
        terms = parse_query(request.query.get("q", ""), keys=_WORKSPACE_KEYS, bare="name")
        if terms.get("owner") == "me":
            terms["owner"] = self._world.people[0].username
        begin, end = page_bounds(request.query.get("limit", ""), request.query.get("offset", ""))
        found = [
            workspace
            for workspace in self._world.workspaces.in_order()
            if not workspace.is_deleted and all(_fits(workspace, *term) for term in terms.items())
        ]
        page = [self._documents.workspace(workspace) for workspace in found[begin:end]]
        return _json(200, {"workspaces": page, "count": len(found)})

    def _find(self, workspace_id: str) -> Workspace | None:
        return self._world.workspaces.all.get(workspace_id)

    async def _workspace(self, request: web.Request) -> web.Response:
        workspace = self._find(request.match_info["id"])
        gone = workspace is not None and workspace.latest.status == "deleted"
        if workspace is None or (gone and request.query.get("include_deleted") != "true"):
            return _not_found()
        return _json(200, self._documents.workspace(workspace))

    async def _builds(self, request: web.Request) -> web.Response:
        workspace = self._find(request.match_info["id"])
        if workspace is None:
            return _not_found()
        begin, end = page_bounds(request.query.get("limit", ""), request.query.get("offset", ""))
        builds = list(reversed(workspace.builds))[begin:end]
        return _json(200, [self._documents.build(workspace, build) for build in builds])

    async def _build(self, request: web.Request) -> web.Response:
        found = self._world.workspaces.build_with_id(request.match_info["id"])
        return _not_found() if found is None else _json(200, self._documents.build(*found))

    async def _parameters(self, request: web.Request) -> web.Response:
        found = self._world.workspaces.build_with_id(request.match_info["id"])
        if found is None:
            return _not_found()
        return _json(200, [{"name": "region", "value": found[0].cluster.region}])

    async def _build_timings(self, request: web.Request) -> web.Response:
        found = self._world.workspaces.build_with_id(request.match_info["id"])
        return _not_found() if found is None else _json(200, build_timings(self._documents, found[1]))

    async def _workspace_timings(self, request: web.Request) -> web.Response:
        workspace = self._find(request.match_info["id"])
        return _not_found() if workspace is None else _json(200, build_timings(self._documents, workspace.latest))

    async def _named_workspace(self, request: web.Request) -> web.Response:
        owner = self._person(request.match_info["user"])
        owned = [] if owner is None else self._world.workspaces.owned_by(owner)
        name = request.match_info["name"]
        found = next((one for one in owned if one.name == name and one.latest.status != "deleted"), None)
        return _not_found() if found is None else _json(200, self._documents.workspace(found))

    async def _audit(self, request: web.Request) -> web.Response:
        check_parameters(list(request.query), _PAGED)
        given = [request.query.get(name, "") for name in ("q", "limit", "offset")]
        return _json(200, audit_page(self._world, self._documents, *given))

    async def _users(self, request: web.Request) -> web.Response:
        check_parameters(list(request.query), _PAGED)
        terms = parse_query(request.query.get("q", ""), keys=_USER_KEYS, bare="search")
        begin, end = page_bounds(request.query.get("limit", ""), request.query.get("offset", ""))
        people = sorted(self._world.accounts, key=lambda person: person.username)
        if not terms:
            page = [self._documents.user(person) for person in people[begin:end]]
            return _json(200, {"users": page, "count": len(people)})
        users = [self._documents.user(person) for person in people]
        found = [user for user in users if all(_user_fits(user, *term) for term in terms.items())]
        return _json(200, {"users": found[begin:end], "count": len(found)})

    def _person(self, name: str) -> Person | None:
        if name == "me":
            return self._world.people[0]
        return next((person for person in self._world.accounts if name in (person.id, person.username)), None)

    async def _user(self, request: web.Request) -> web.Response:
        person = self._person(request.match_info["user"])
        return _not_found() if person is None else _json(200, self._documents.user(person))

    async def _organizations(self, _: web.Request) -> web.Response:
        return _json(200, [self._documents.organization(name) for name in ORGANIZATIONS])

    def _organization(self, request: web.Request) -> str | None:
        asked = request.match_info["organization"]
        return next(
            (
                name
                for name in ORGANIZATIONS
                if asked in (name, self._documents.organization_id(name)) or (asked == "default" and name == "coder")
            ),
            None,
        )

    async def _daemons(self, request: web.Request) -> web.Response:
        check_parameters(list(request.query), _JOB_PARAMETERS)
        organization = self._organization(request)
        if organization is None:
            return _not_found()
        _, end = page_bounds(request.query.get("limit") or "50", "")
        found = [self._documents.daemon(daemon) for daemon in self._world.provisioning.daemons[organization]]
        return _json(200, [one for one in found if _listed(request, one)][:end])

    async def _quota(self, request: web.Request) -> web.Response:
        """Nobody's credits are limited."""
        if self._organization(request) is None or self._person(request.match_info["user"]) is None:
            return _not_found()
        return _json(200, {"credits_consumed": 0, "budget": -1})

    async def _jobs(self, request: web.Request) -> web.Response:
        """The newest first, as far as they are kept."""
        check_parameters(list(request.query), _JOB_PARAMETERS)
        organization = self._organization(request)
        if organization is None:
            return _not_found()
        _, end = page_bounds(request.query.get("limit") or "50", "")
        jobs = (job for job in reversed(self._world.provisioning.jobs) if job.organization == organization)
        statuses = set(filter(None, request.query.get("status", "").split(",")))
        found = [self._documents.job(job) for job in jobs if not statuses or job.status in statuses]
        return _json(200, [one for one in found if _listed(request, one, with_status=False)][:end])

    async def _templates(self, request: web.Request) -> web.Response:
        if "organization" in request.match_info:
            organization = self._organization(request)
            if organization is None:
                return _not_found()
            if organization != "coder":
                return _json(200, [])
        return _json(200, [self._documents.template(template) for template in TEMPLATES])

    async def _regions(self, _: web.Request) -> web.Response:
        return _json(200, {"regions": [self._documents.region(one) for one in self._world.regions.values()]})

    async def _proxies(self, _: web.Request) -> web.Response:
        return _json(200, {"regions": [self._documents.proxy(one) for one in self._world.regions.values()]})

    async def _stats(self, _: web.Request) -> web.Response:
        return _json(200, deployment_stats(self._world, self._documents))

    async def _health(self, _: web.Request) -> web.Response:
        return _json(200, health_report(self._world, self._documents))

    async def _create_workspace(self, request: web.Request) -> web.Response:
        body = await _body(request)
        owner = self._person(request.match_info["user"])
        if owner is None:
            return _not_found()
        templates = {self._documents.template_id(template): template for template in TEMPLATES}
        template = templates.get(str(body.get("template_id")))
        name = str(body.get("name", ""))
        if template is None:
            return _invalid("template_id", "expected the id of a template")
        if len(name) > 32 or not _NAME.fullmatch(name):
            return _invalid("name", "expected lower case letters, digits and single hyphens, at most 32")
        taken = (one.name for one in self._world.workspaces.owned_by(owner) if one.latest.status != "deleted")
        if name in taken:
            return _message(409, f'Workspace "{name}" already exists.')
        values = {str(one.get("name")): one.get("value") for one in body.get("rich_parameter_values") or []}
        region = str(values.get("region") or owner.region)
        if region not in self._world.regions:
            return _invalid("rich_parameter_values", f"region must be one of {', '.join(self._world.regions)}")
        created = self._world.create_workspace(owner, name, template, region)
        return _json(201, self._documents.workspace(self._world.workspaces.all[created]))

    async def _create_build(self, request: web.Request) -> web.Response:
        body = await _body(request)
        workspace = self._find(request.match_info["id"])
        if workspace is None or workspace.latest.status == "deleted":
            return _not_found()
        transition = str(body.get("transition"))
        if transition not in ("start", "stop", "delete"):
            return _invalid("transition", "expected start, stop or delete")
        if workspace.latest.job.completed_s is None:
            return _message(409, "A workspace build is already active.")
        build = self._world.workspaces.build(workspace, transition, "initiator", self._world.people[0])
        return _json(201, self._documents.build(workspace, build))


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


def _user_fits(user: dict[str, Any], key: str, value: str) -> bool:
    if key == "search":
        return any(value in str(user[field]).lower() for field in ("username", "email", "name"))
    return value in str(user[key]).lower() if key == "name" else str(user[key]) in value.split(",")


def _listed(request: web.Request, one: dict[str, Any], *, with_status: bool = True) -> bool:
    ids = set(filter(None, request.query.get("ids", "").split(",")))
    statuses = set(filter(None, request.query.get("status", "").split(","))) if with_status else set()
    return (not ids or one["id"] in ids) and (not statuses or one["status"] in statuses)


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        raise BadQueryError("body", "expected JSON") from None
    if not isinstance(body, dict):
        raise BadQueryError("body", "expected an object")
    return body


async def _no_route(_: web.Request) -> web.Response:
    return _message(404, "Route not found.")


def _json(status: int, document: object) -> web.Response:
    return web.Response(status=status, body=msgspec.json.encode(document), content_type="application/json")


def _message(status: int, message: str, *, detail: str = "") -> web.Response:
    return _json(status, {"message": message, **({"detail": detail} if detail else {})})


def _not_found() -> web.Response:
    return _message(404, "Resource not found or you do not have access to this resource")


def _invalid(field: str, detail: str) -> web.Response:
    return _json(400, {"message": "Validation failed.", "validations": [{"field": field, "detail": detail}]})
