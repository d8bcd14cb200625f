"""How Coder lets people in: asked as somebody who has not signed in yet."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec

from workshop_tui.clients.credentials import NO_ADDRESS, coder_url
from workshop_tui.clients.failure import one_line
from workshop_tui.clients.json_request import fetch, fetch_json
from workshop_tui.clients.network import Network
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.settings.settings import Settings

_BEGINS_AT = {"oidc": "/api/v2/users/oidc/callback", "github": "/api/v2/users/oauth2/github/callback"}
"""Without a code in the query these send a person to the identity provider (307)."""
_DEVICE_PAGE = "/login/device"


class WayWire(msgspec.Struct):
    enabled: bool = False


class AuthMethodsWire(msgspec.Struct):
    password: WayWire
    github: WayWire
    oidc: WayWire


@dataclass(frozen=True, slots=True)
class Beginning:
    status: int
    leads_to: str
    """Host; empty for an answer that leads nowhere, or to Coder without naming it."""
    to_device_page: bool = False
    """It leads to the page of Coder's own on which people are shown a code to enter at GitHub."""


class CoderSignIn:
    """Sends no token: participants have none."""

    def __init__(self, settings: Settings, network: Network) -> None:
        self._url = coder_url(settings) or ""
        self._client = network.client(base_url=self._url, headers={"Accept": "application/json"}, timeout_s=5)

    @property
    def host(self) -> str:
        return urlsplit(self._url).hostname or ""

    async def offered(self) -> tuple[str, ...]:
        """Raises `SourceError`."""
        self._check_address()
        wire = await fetch_json(self._client, "/api/v2/users/authmethods", AuthMethodsWire, "Coder")
        ways = {"oidc": wire.oidc, "github": wire.github, "password": wire.password}
        return tuple(name for name, way in ways.items() if way.enabled)

    async def begin(self, way: str) -> Beginning:
        """Takes the first step of `oidc` or `github` and follows no further. Raises `SourceError`."""
        self._check_address()
        answer = await fetch(self._client, _BEGINS_AT[way], "Coder")
        location = answer.headers.get("location", "") if 300 <= answer.status < 400 else ""
        leads_to, path = _place(location)
        own = leads_to in ("", self.host)
        return Beginning(answer.status, leads_to, own and path == _DEVICE_PAGE)

    async def close(self) -> None:
        await self._client.aclose()

    def _check_address(self) -> None:
        if not self._url:
            raise SourceError(ErrorKind.NOT_CONFIGURED, NO_ADDRESS)


def _place(location: str) -> tuple[str, str]:
    """Host and path, without the rest: the query holds the state of the flow."""
    try:
        parts = urlsplit(location)
        return one_line(parts.hostname or "", 100), parts.path
    except ValueError:
        return "", ""
