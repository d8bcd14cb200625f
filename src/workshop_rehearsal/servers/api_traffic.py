"""The requests that Coder's API answered, counted as it counts them."""

from __future__ import annotations

import time
from collections import Counter

from aiohttp import web
from aiohttp.typedefs import Handler

from workshop_rehearsal.world.histogram import Histogram

BOUNDS_S = (0.001, 0.005, 0.010, 0.025, 0.050, 0.100, 0.500, 1, 5, 10, 30)


class ApiTraffic:
    def __init__(self) -> None:
        self.open = 0
        self.processed: Counter[tuple[str, str, str]] = Counter()
        """By code, method and route."""
        self.latencies: dict[tuple[str, str], Histogram] = {}
        """Seconds by method and route."""

    @web.middleware
    async def count(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        began = time.monotonic()
        self.open += 1
        try:
            response = await handler(request)
        except web.HTTPException as raised:
            self._note(request, raised.status, began)
            raise
        else:
            self._note(request, response.status, began)
            return response
        finally:
            self.open -= 1

    def _note(self, request: web.Request, status: int, began: float) -> None:
        resource = request.match_info.route.resource
        path = "" if resource is None else resource.canonical
        self.processed[str(status), request.method, path] += 1
        self.latencies.setdefault((request.method, path), Histogram(BOUNDS_S)).observe(time.monotonic() - began)
