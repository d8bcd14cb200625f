"""How many requests a minute coderd answers: for each user and path, and for each address that signs in."""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict

from aiohttp import web

WINDOW_S = 60.0
REQUESTS = 512
"""For each user and path; coderd's default."""
SIGN_INS = 60
"""For each source address and path, fixed in coderd's code; one sign-in through OIDC takes two."""
_KEPT = 2_000


class RateLimit:
    """Counts in windows of a minute, by whatever key."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._windows: OrderedDict[tuple[str, str], tuple[float, int]] = OrderedDict()

    def refuse(self, who: str, path: str) -> web.Response | None:
        """None while the window has room; counts the request."""
        now = asyncio.get_running_loop().time()
        began, count = self._windows.pop((who, path), (now, 0))
        if now - began >= WINDOW_S:
            began, count = now, 0
        self._windows[who, path] = (began, count + 1)
        while len(self._windows) > _KEPT:
            self._windows.popitem(last=False)
        if count < self._limit:
            return None
        left_s = max(1, math.ceil(began + WINDOW_S - now))
        message = f"You've been rate limited for sending more than {self._limit} requests in 1m0s."
        return web.json_response(
            {"message": message},
            status=429,
            headers={
                "Retry-After": str(left_s),
                "X-RateLimit-Limit": str(self._limit),
                "X-RateLimit-Remaining": "0",
            },
        )
