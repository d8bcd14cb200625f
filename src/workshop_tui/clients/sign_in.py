"""Signs HTTP requests with a secret that may change while the control room is open."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncGenerator, Callable, Collection

import httpx

from workshop_tui.clients.shared_reading import SharedReading
from workshop_tui.errors import ErrorKind, SourceError


class SecretHeader(httpx.Auth):
    """Reads the secret at the first request, and again when it is refused: keys are rotated, people sign in anew.

    Clients may share one: then they share the reading too.
    """

    def __init__(self, header: str, read: Callable[[], str], refused: Collection[int] = (401,)) -> None:
        """`read` gives the header's value; it may block, and raises `SourceError`. `refused`: statuses that mean it."""
        self._header = header
        self._read = read
        self._refused = frozenset(refused)
        self._shared = SharedReading(self._read_anew)

    async def value(self, refused: str | None = None) -> str:
        """The header's, from the shared reading. `refused`: what was tried in vain. Raises `SourceError`."""
        return await self._shared.get(refused)

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        used = request.headers[self._header] = await self._shared.get()
        response = yield request
        if response.status_code not in self._refused:
            return
        if (other := await self._shared.get(refused=used)) != used:
            request.headers[self._header] = other
            yield request

    async def _read_anew(self) -> str:
        value = await asyncio.to_thread(self._read)
        if not (value.isascii() and value.isprintable()):
            raise SourceError(
                ErrorKind.UNAUTHORIZED, "the secret holds characters that no header may hold: store it again"
            )
        return value


def bearer(token: str) -> str:
    return f"Bearer {token}"


def basic(username: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()
