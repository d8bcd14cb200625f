"""What a simulated workspace reaches: the platform's gateway and Coder, and nothing of this machine."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

import aiohttp

from workshop_rehearsal.world.world import World

RESOLVE, CONNECT = 6, 7
"""curl's exit codes."""


class NoAnswerError(Exception):
    """`code` and text are curl's."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


class WorkspaceNetwork:
    """`https_ports`: by region."""

    def __init__(self, world: World, gateway_url: str, https_ports: Mapping[str, int]) -> None:
        self._world = world
        self._gateway_url = gateway_url
        self._https_ports = https_ports

    async def get(self, url: str) -> tuple[int, str]:
        """Status and body. Raises `NoAnswerError`."""
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}" == self._gateway_url:
            return await _ask(url)
        for name, region in self._world.regions.items():
            if (parts.scheme, parts.netloc) == ("https", f"{region.place.domain}:{self._https_ports[name]}"):
                if region.server.ready_count == 0:
                    return 503, "503 Service Temporarily Unavailable"
                return (200, "OK") if parts.path == "/healthz" else (404, "404 page not found")
        raise NoAnswerError(RESOLVE, f"Could not resolve host: {parts.hostname or url}")


async def _ask(url: str) -> tuple[int, str]:
    try:
        async with aiohttp.ClientSession() as session, session.get(url, allow_redirects=False) as response:
            return response.status, await response.text()
    except aiohttp.ClientError:
        raise NoAnswerError(CONNECT, "Failed to connect to the server") from None
