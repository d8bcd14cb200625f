"""The rehearsal's own remote control: `GET /at`, `POST /at {"at": "live"}` to move its time forward, `POST /fault`."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Handler

from workshop_rehearsal.errors import RehearsalError
from workshop_rehearsal.servers.faults import Faults
from workshop_rehearsal.timing import BackwardError, Timing

Jump = Callable[[str], Awaitable[Timing]]


class ControlApi:
    """`jump` raises `RehearsalError` for an unreadable moment and `BackwardError` for one that has passed."""

    def __init__(self, timing: Callable[[], Timing], jump: Jump, faults: Faults, token: str) -> None:
        self._faults = faults
        self._timing = timing
        self._jump = jump
        self._token = token

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self._authenticate])
        app.router.add_get("/at", self._show)
        app.router.add_post("/at", self._move)
        app.router.add_post("/fault", self._fault)
        return app

    @web.middleware
    async def _authenticate(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, f"Bearer {self._token}".encode()):
            return web.json_response({"error": "expected the control token of these settings"}, status=401)
        return await handler(request)

    async def _fault(self, request: web.Request) -> web.Response:
        try:
            asked = await request.json()
            region, source, kind = (str(asked.get(name) or "") for name in ("region", "source", "kind"))
            self._faults.start(region, source, kind, float(asked["for_s"]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            expected = '{"region": "london", "source": "kubernetes", "kind": "hang", "for_s": 20}'
            return web.json_response({"error": f"expected {expected}: {error}"}, status=400)
        return web.json_response({})

    async def _show(self, _: web.Request) -> web.Response:
        return web.json_response(self._timing().document())

    async def _move(self, request: web.Request) -> web.Response:
        try:
            asked = str((await request.json())["at"])
        except (ValueError, KeyError, TypeError):
            return web.json_response({"error": 'expected {"at": "live"}'}, status=400)
        try:
            timing = await self._jump(asked)
        except BackwardError as error:
            return web.json_response({"error": str(error)}, status=409)
        except RehearsalError as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response(timing.document())
