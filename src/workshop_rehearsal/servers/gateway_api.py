"""LiteLLM's API, as far as keys, health and a tiny completion go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from workshop_rehearsal.servers import stamp
from workshop_rehearsal.servers.gateway_keys import KeyRing, RefusedKeyError, hashed
from workshop_rehearsal.world.world import World

MODELS = ("claude-sonnet", "claude-haiku", "gemini-pro")
MAX_BUDGET_USD = 250.0
COMPLETION_USD = 0.00002
ALIAS = "workshop"
_OPEN = ("/health/liveliness", "/health/liveness", "/health/readiness")
VERSION = "1.103.0"


class GatewayApi:
    """`key` is the one that the workshop's people use, `master_key` the proxy's own.

    `plays` tells whether a fault of that kind lasts.
    """

    def __init__(self, world: World, key: str, master_key: str, plays: Callable[[str], bool]) -> None:
        self._world = world
        self._key = key
        self._master_key = master_key
        self._ring = KeyRing(world, key, ALIAS)
        self._spend_usd = 0.0
        self._plays = plays

    def application(self, *middlewares: Middleware) -> web.Application:
        app = web.Application(middlewares=[*middlewares, self._serve])
        for path in ("/health/liveliness", "/health/liveness"):
            app.router.add_get(path, _alive)
        app.router.add_get("/health/readiness", self._ready)
        app.router.add_get("/key/info", self._key_info)
        app.router.add_get("/key/list", self._key_list)
        app.router.add_post("/key/update", self._key_update)
        app.router.add_post("/key/generate", self._key_generate)
        for prefix in ("", "/v1"):
            app.router.add_get(f"{prefix}/models", self._models)
            app.router.add_post(f"{prefix}/chat/completions", self._complete)
        return app

    @web.middleware
    async def _serve(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        pods = self._world.control_plane.gateway.ready_count
        if pods == 0:
            return web.Response(status=503, text="<html><title>503 Service Temporarily Unavailable</title></html>")
        refusal = None if request.path in _OPEN else self._refuse(request)
        response = refusal or await handler(request)
        response.headers["x-litellm-version"] = VERSION
        return response

    def _caller(self, request: web.Request) -> str:
        return request.headers.get("Authorization", "").removeprefix("Bearer ") or request.headers.get("x-api-key", "")

    def _refuse(self, request: web.Request) -> web.Response | None:
        """None when the caller's key is good."""
        caller = self._caller(request)
        if not caller:
            return _error(401, "auth_error", "Authentication Error, No api key passed in.")
        is_master = caller == self._master_key
        if not is_master and not caller.startswith("sk-"):
            return _error(401, "auth_error", "Authentication Error, LiteLLM Virtual Key expected to start with 'sk-'.")
        refusal = self._without_database(request) if not is_master or request.path.startswith("/key/") else None
        if is_master or refusal is not None:
            return refusal
        try:
            expires_s = self._ring.expiry_s(caller)
        except KeyError:
            return _error(
                401,
                "token_not_found_in_db",
                "Authentication Error, Invalid proxy server token passed. Received API Key = "
                f"sk-...{caller[-4:]}, Key Hash (Token) ={hashed(caller)}. Unable to find token in cache or database.",
            )
        if expires_s is not None and self._world.timeline.now_s >= expires_s:
            expiry = self._world.moment(expires_s).isoformat()
            return _error(
                401,
                "expired_key",
                "Authentication Error - Expired Key. "
                f"Key Expiry time {expiry} and current time {self._world.now.isoformat()}",
            )
        return None

    def _without_database(self, request: web.Request) -> web.Response | None:
        """None while it answers."""
        if self._plays("lost-database"):
            told = "Authentication Error, Service Unavailable: the database cannot be reached."
            return _error(503, "service_unavailable_error", told)
        if self._plays("lost-database-older"):
            if request.path.startswith("/key/"):
                return _error(500, "internal_server_error", "Database not connected. Connect a database to your proxy")
            return _error(400, "no_db_connection", "No connected db.")
        return None

    async def _ready(self, _: web.Request) -> web.Response:
        """Says healthy even without its database."""
        lost = self._plays("lost-database")
        database = "disconnected" if lost or self._plays("lost-database-older") else "connected"
        return web.json_response({"status": "healthy", "db": database}, status=503 if lost else 200)

    @property
    def _spent_usd(self) -> float:
        is_spent = self._plays("spent-budget") or self._plays("spent-budget-older")
        return MAX_BUDGET_USD + 0.4 if is_spent else self._spend_usd

    def _over_budget(self) -> web.Response | None:
        """How the use of the workshop's key is refused; its information is told as before."""
        if self._spent_usd < MAX_BUDGET_USD:
            return None
        figures = f"Current cost: {self._spent_usd}, Max budget: {MAX_BUDGET_USD}"
        if self._plays("spent-budget"):
            return _error(429, "budget_exceeded", f"Budget has been exceeded! {figures}")
        return _error(400, "budget_exceeded", f"ExceededBudget: Key over budget. {figures}")

    def _info(self) -> dict[str, Any]:
        key = self._world.gateway.key

        def at(moment_s: float | None) -> str | None:
            return None if moment_s is None else stamp.microseconds(self._world.moment(moment_s))

        return {
            "key_name": f"sk-...{self._key[-4:]}",
            "key_alias": ALIAS,
            "spend": round(self._spent_usd, 6),
            "expires": at(key.expires_s),
            "models": list(MODELS),
            "user_id": "workshop",
            "team_id": None,
            "max_budget": MAX_BUDGET_USD,
            "budget_duration": None,
            "budget_reset_at": None,
            "tpm_limit": None,
            "rpm_limit": 600,
            "max_parallel_requests": None,
            "blocked": None,
            "metadata": {},
            "permissions": {},
            "created_at": at(key.created_s),
            "updated_at": at(key.created_s if key.last_rotation_s is None else key.last_rotation_s),
            "auto_rotate": key.rotates_s is not None,
            "rotation_interval": None if key.rotation_days is None else f"{key.rotation_days}d",
            "last_rotation_at": at(key.last_rotation_s),
            "key_rotation_at": at(key.rotates_s),
            "litellm_budget_table": None,
            "object_permission": None,
        }

    def _made_info(self, token: str) -> dict[str, Any]:
        made = self._ring.made[token]
        created = stamp.microseconds(self._world.moment(made.created_s))
        return {
            **self._info(),
            "key_name": f"sk-...{made.secret[-4:]}",
            "key_alias": made.alias,
            "spend": 0.0,
            "expires": None if made.expires_s is None else stamp.microseconds(self._world.moment(made.expires_s)),
            "created_at": created,
            "updated_at": created,
            "auto_rotate": False,
            "rotation_interval": None,
            "last_rotation_at": None,
            "key_rotation_at": None,
        }

    async def _key_info(self, request: web.Request) -> web.Response:
        asked = request.query.get("key") or self._caller(request)
        if asked in (self._key, hashed(self._key)):
            return web.json_response({"key": asked, "info": self._info()})
        token = hashed(asked) if asked.startswith("sk-") else asked
        is_own = asked == self._caller(request)
        if token in self._ring.made and (is_own or self._caller(request) == self._master_key):
            return web.json_response({"key": asked, "info": self._made_info(token)})
        if self._caller(request) != self._master_key:
            message = "You are not allowed to access this key's info. Your role=internal_user"
            return _error(403, "auth_error", message)
        return _error(404, "not_found_error", "Key not found in database")

    async def _key_list(self, request: web.Request) -> web.Response:
        full = request.query.get("return_full_object") == "true"
        matches = request.query.get("key_alias", ALIAS) == ALIAS
        keys: list[object] = [{"token": hashed(self._key), **self._info()} if full else hashed(self._key)]
        listed = keys if matches else []
        return web.json_response({"keys": listed, "total_count": len(listed), "current_page": 1, "total_pages": 1})

    async def _key_update(self, request: web.Request) -> web.Response:
        return await self._admin(request, self._ring.update)

    async def _key_generate(self, request: web.Request) -> web.Response:
        return await self._admin(request, self._ring.generate)

    async def _admin(self, request: web.Request, act: Callable[[object], dict[str, Any]]) -> web.Response:
        if self._caller(request) != self._master_key:
            message = (
                "Authentication Error, Only proxy admin can be used to generate, delete, update info for new "
                f"keys/users/teams. Route={request.path}. Your role=internal_user"
            )
            return _error(401, "auth_error", message)
        try:
            return web.json_response(act(await request.json()))
        except ValueError:
            return _error(422, "bad_request_error", "the body is not JSON")
        except RefusedKeyError as refused:
            return _error(refused.status, refused.type, refused.message)

    async def _models(self, _: web.Request) -> web.Response:
        data = [{"id": name, "object": "model", "created": 1_677_610_602, "owned_by": "openai"} for name in MODELS]
        return web.json_response({"object": "list", "data": data})

    async def _complete(self, request: web.Request) -> web.Response:
        try:
            body = await request.json()
            model = body["model"]
        except (ValueError, KeyError, TypeError):
            return _error(400, "invalid_request_error", "expected a JSON object with model and messages")
        if model not in MODELS:
            message = f"key not allowed to access model. This key can only access models={list(MODELS)}."
            return _error(403, "key_model_access_denied", message)
        if self._caller(request) == self._key:
            if (refusal := self._over_budget()) is not None:
                return refusal
            self._spend_usd += COMPLETION_USD
        now_s = int(self._world.now.timestamp())
        return web.json_response(
            {
                "id": f"chatcmpl-{now_s}",
                "object": "chat.completion",
                "created": now_s,
                "model": model,
                "choices": [
                    {"index": 0, "finish_reason": "length", "message": {"role": "assistant", "content": "pong"}}
                ],
                "usage": {"prompt_tokens": 8, "completion_tokens": 1, "total_tokens": 9},
            },
            headers={"x-litellm-response-cost": str(COMPLETION_USD)},
        )


async def _alive(_: web.Request) -> web.Response:
    return web.json_response("I'm alive!")


def _error(status: int, type_: str, message: str) -> web.Response:
    body = {"error": {"message": message, "type": type_, "param": None, "code": str(status)}}
    return web.json_response(body, status=status)
