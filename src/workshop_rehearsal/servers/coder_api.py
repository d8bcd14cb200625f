"""Coder's API at the control plane's domain: lists, health, and builds asked for by a smoke test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from workshop_rehearsal.rights import Rights
from workshop_rehearsal.servers.agent_terminal import AgentTerminals
from workshop_rehearsal.servers.coder_answers import encoded, message, not_found
from workshop_rehearsal.servers.coder_appearance import CoderAppearance
from workshop_rehearsal.servers.coder_audit import audit_page
from workshop_rehearsal.servers.coder_bridge import CoderBridge
from workshop_rehearsal.servers.coder_health import deployment_stats, health_report
from workshop_rehearsal.servers.coder_licence import Edition, entitlements
from workshop_rehearsal.servers.coder_limits import REQUESTS, RateLimit
from workshop_rehearsal.servers.coder_logs import CoderLogs
from workshop_rehearsal.servers.coder_objects import CoderDocuments
from workshop_rehearsal.servers.coder_provisioners import CoderProvisioners
from workshop_rehearsal.servers.coder_query import (
    PAGED,
    BadQueryError,
    InvalidError,
    check_parameters,
    page_bounds,
    parse_query,
)
from workshop_rehearsal.servers.coder_sign_in import SIGN_IN_PATHS, SignInRoutes
from workshop_rehearsal.servers.coder_templates import CoderTemplates
from workshop_rehearsal.servers.coder_visitor import Visitor
from workshop_rehearsal.servers.coder_workspaces import CoderWorkspaces
from workshop_rehearsal.world.region import ORGANIZATIONS
from workshop_rehearsal.world.world import World

_USER_KEYS = frozenset({"search", "name", "status", "login_type"})


class CoderApi:
    """`rights` are those of the token's person; `plays` tells whether a fault of that kind lasts."""

    def __init__(
        self,
        world: World,
        documents: CoderDocuments,
        token: str,
        terminals: AgentTerminals,
        *,
        rights: Rights,
        edition: Edition,
        plays: Callable[[str], bool],
    ) -> None:
        self._world = world
        self._visitor = Visitor(world, rights)
        self._workspaces = CoderWorkspaces(world, documents, self._visitor, lambda: plays("lost-rows"))
        self._bridge = CoderBridge(world, documents, self._visitor, edition, token, lambda: not plays("lost-bridge"))
        self._provisioners = CoderProvisioners(world, documents, self._visitor)
        self._templates = CoderTemplates(documents)
        self._logs = CoderLogs(world, documents, self._visitor)
        self._appearance = CoderAppearance(self._visitor, edition)
        self._sign_in = SignInRoutes(self._visitor.allows, lambda: plays("device-sign-in"))
        self._edition = edition
        self._limit = RateLimit(REQUESTS)
        self._terminals = terminals
        self._documents = documents
        self._token = token
        self._public = {"/api/v2/buildinfo", "/api/v2/users/authmethods", *SIGN_IN_PATHS}

    def add_routes(self, router: web.UrlDispatcher) -> None:
        self._sign_in.add_to(router)
        get: dict[str, Handler] = {
            "/audit": self._audit,
            "/users": self._users,
            "/users/{user}": self._user,
            "/users/{user}/keys/{key}": self._key,
            "/organizations": self._organizations,
            "/organizations/{organization}/members/{user}/workspace-quota": self._quota,
            "/regions": self._regions,
            "/deployment/stats": self._stats,
            "/debug/health": self._health,
        }
        if self._edition is not Edition.AGPL:
            get |= {"/workspaceproxies": self._proxies, "/entitlements": self._entitlements}
        for path, handler in get.items():
            router.add_get(f"/api/v2{path}", handler, allow_head=False)
        self._workspaces.add_routes(router)
        self._bridge.add_routes(router)
        self._provisioners.add_routes(router)
        self._templates.add_routes(router)
        self._logs.add_routes(router)
        self._appearance.add_routes(router)
        self._terminals.add_routes(router)
        router.add_route("*", "/api/v2/{path:.*}", _no_route)

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Every path of the API but the public ones wants the session token."""
        is_open = request.path in self._public or self._bridge.checks_itself(request.path)
        wants_token = request.path.startswith("/api/v2/") and not is_open
        shown = request.headers.get("Coder-Session-Token") or request.cookies.get("coder_session_token")
        if wants_token and shown != self._token:
            return message(
                401,
                "You are signed out or your session has expired. Please sign in again to continue.",
                detail="API key is invalid.",
            )
        if wants_token and (refusal := self._limit.refuse(self._visitor.me.id, request.path)) is not None:
            return refusal
        try:
            return await handler(request)
        except BadQueryError as error:
            validations = [{"field": error.field, "detail": error.detail}]
            told = "Validation failed." if isinstance(error, InvalidError) else "Query parameters have invalid values."
            return encoded(400, {"message": told, "validations": validations})

    async def _audit(self, request: web.Request) -> web.Response:
        check_parameters(list(request.query), PAGED)
        given = [request.query.get(name, "") for name in ("q", "limit", "offset")]
        shown = self._edition is Edition.LICENSED and self._visitor.rights.may("read", "audit_log")
        return encoded(200, audit_page(self._world, self._documents, *given, shown=shown))

    async def _users(self, request: web.Request) -> web.Response:
        check_parameters(list(request.query), PAGED)
        terms = parse_query(request.query.get("q", ""), keys=_USER_KEYS, bare="search")
        begin, end = page_bounds(request.query.get("limit", ""), request.query.get("offset", ""))
        people = sorted(filter(self._visitor.sees, self._world.accounts), key=lambda person: person.username)
        if not terms:
            page = [self._documents.user(person) for person in people[begin:end]]
            return encoded(200, {"users": page, "count": len(people)})
        users = [self._documents.user(person) for person in people]
        found = [user for user in users if all(_user_fits(user, *term) for term in terms.items())]
        return encoded(200, {"users": found[begin:end], "count": len(found)})

    async def _user(self, request: web.Request) -> web.Response:
        person = self._visitor.person(request.match_info["user"])
        return not_found() if person is None else encoded(200, self._documents.user(person))

    async def _key(self, request: web.Request) -> web.Response:
        """An API key by its id, which is the first ten characters of its token."""
        identity = self._token.partition("-")[0]
        if self._visitor.person(request.match_info["user"]) is not self._visitor.me:
            return not_found()
        return encoded(200, self._documents.key(identity)) if request.match_info["key"] == identity else not_found()

    async def _organizations(self, _: web.Request) -> web.Response:
        return encoded(200, [self._documents.organization(name) for name in ORGANIZATIONS])

    async def _quota(self, request: web.Request) -> web.Response:
        """Nobody's credits are limited."""
        if (
            self._documents.organization_named(request.match_info["organization"]) is None
            or self._visitor.person(request.match_info["user"]) is None
        ):
            return not_found()
        return encoded(200, {"credits_consumed": 0, "budget": -1})

    async def _regions(self, _: web.Request) -> web.Response:
        """A build without enterprise code knows only the primary."""
        regions = list(self._world.regions.values())
        if self._edition is Edition.AGPL:
            regions = [self._world.control_plane]
        return encoded(200, {"regions": [self._documents.region(one) for one in regions]})

    async def _entitlements(self, _: web.Request) -> web.Response:
        return encoded(200, entitlements(self._edition, self._documents.at(self._world.timeline.now_s)))

    async def _proxies(self, _: web.Request) -> web.Response:
        if self._edition is not Edition.LICENSED:
            return message(403, "Workspace Proxy is a Premium feature. Contact sales!")
        return encoded(200, {"regions": [self._documents.proxy(one) for one in self._world.regions.values()]})

    async def _stats(self, _: web.Request) -> web.Response:
        if not self._visitor.rights.may("read", "deployment_stats"):
            return message(403, "Forbidden.", detail="You don't have permission to view this content.")
        return encoded(200, deployment_stats(self._world, self._documents))

    async def _health(self, _: web.Request) -> web.Response:
        if not self._visitor.rights.may("read", "debug_info"):
            return not_found()
        return encoded(200, health_report(self._world, self._documents))


def _user_fits(user: dict[str, Any], key: str, value: str) -> bool:
    if key == "search":
        return any(value in str(user[field]).lower() for field in ("username", "email", "name"))
    return value in str(user[key]).lower() if key == "name" else str(user[key]) in value.split(",")


async def _no_route(_: web.Request) -> web.Response:
    return message(404, "Route not found.")
