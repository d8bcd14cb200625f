"""Coder's AI bridge: lists that are read from the database, and models behind a daemon that may not run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from workshop_rehearsal.servers.coder_answers import encoded, message
from workshop_rehearsal.servers.coder_licence import Edition
from workshop_rehearsal.servers.coder_objects import CoderDocuments
from workshop_rehearsal.servers.coder_query import page_bounds
from workshop_rehearsal.servers.coder_visitor import Visitor
from workshop_rehearsal.world import seeded
from workshop_rehearsal.world.workspaces import Workspace
from workshop_rehearsal.world.world import World

ROOTS = ("/api/v2/aibridge", "/api/v2/ai-gateway")
"""The older name and the newer one, of the same routes."""
MODELS = ("claude-haiku-4-5", "claude-sonnet-4-5")
_LISTS = ("/sessions", "/models")
_PASSED_ON = ("/anthropic/v1/models", "/openai/v1/models")


class CoderBridge:
    """`has_daemon` tells whether the daemon runs now, `token` is the session that it lets through."""

    def __init__(
        self,
        world: World,
        documents: CoderDocuments,
        visitor: Visitor,
        edition: Edition,
        token: str,
        has_daemon: Callable[[], bool],
    ) -> None:
        self._world = world
        self._documents = documents
        self._visitor = visitor
        self._edition = edition
        self._token = token
        self._has_daemon = has_daemon

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """An AGPL build has none of them."""
        if self._edition is Edition.AGPL:
            return
        for root in ROOTS:
            router.add_get(f"{root}/sessions", self._licensed(self._sessions), allow_head=False)
            router.add_get(f"{root}/models", self._licensed(self._models), allow_head=False)
            router.add_route("*", root + "/{path:.*}", self._licensed(self._pass_on))

    @staticmethod
    def checks_itself(path: str) -> bool:
        """Whether the daemon looks at the credentials, which the guard of the other paths then does not."""
        return any(path.startswith(f"{root}/") and path.removeprefix(root) not in _LISTS for root in ROOTS)

    def _licensed(self, handler: Callable[[web.Request], web.Response]) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            if self._edition is not Edition.LICENSED:
                return message(403, "AI Bridge is a Premium feature. Contact sales!")
            return handler(request)

        return answer

    def _used_by(self) -> list[Workspace]:
        """Those of participants that were ready once, as far as the token may read what went through the bridge."""
        if not self._visitor.rights.may("read", "aibridge_interception"):
            return []
        return [
            one
            for one in self._world.workspaces.in_order()
            if one.owner.arrives_s is not None and one.builds[0].agent is not None and one.builds[0].agent.ready_s
        ]

    def _sessions(self, request: web.Request) -> web.Response:
        begin, end = page_bounds(request.query.get("limit") or "100", request.query.get("offset", ""))
        used_by = self._used_by()
        page = [self._session(one) for one in used_by[begin:end]]
        return encoded(200, {"count": len(used_by), "sessions": page})

    def _session(self, workspace: Workspace) -> dict[str, Any]:
        agent = workspace.builds[0].agent
        owner = workspace.owner
        return {
            "id": seeded.identity(self._world.seed, "bridge session", workspace.id),
            "initiator": {"id": owner.id, "username": owner.username, "name": owner.name},
            "providers": ["anthropic"],
            "models": [MODELS[1]],
            "client": "Claude Code",
            "started_at": self._documents.at(None if agent is None else agent.ready_s),
            "ended_at": None,
            "threads": 1,
        }

    def _models(self, _: web.Request) -> web.Response:
        """What was used, from the database: says nothing about the daemon, and is null where nothing is seen."""
        return encoded(200, list(MODELS) if self._used_by() else None)

    def _pass_on(self, request: web.Request) -> web.Response:
        if not self._has_daemon():
            return message(404, "aibridged handler not mounted")
        shown = _credential(request)
        if not shown:
            return web.Response(status=400, text="no authentication key provided\n")
        if shown != self._token:
            return web.Response(status=403, text="unauthorized\n")
        path = "/" + request.match_info["path"]
        if request.method == "GET" and path in _PASSED_ON:
            return encoded(200, {"object": "list", "data": [{"id": name, "object": "model"} for name in MODELS]})
        return web.Response(status=404, text=f"route not supported: {request.method} {path}\n")


def _credential(request: web.Request) -> str:
    """Not Coder's own session header: the daemon looks where clients of models put their keys."""
    own = request.headers.get("X-Coder-AI-Governance-Token", "").strip()
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    given = bearer.strip() if scheme.lower() == "bearer" else ""
    return own or given or request.headers.get("X-Api-Key", "").strip()
