"""The one way in which all of Coder's clients reach it: address, token and what may go without TLS."""

from __future__ import annotations

import httpx

from workshop_tui.clients.credentials import coder_signature, coder_url
from workshop_tui.clients.network import Network
from workshop_tui.clients.transport import PlainHttp
from workshop_tui.settings.settings import Settings


def coder_client(
    settings: Settings, network: Network, *, auth: httpx.Auth | None = None, timeout_s: float = 5
) -> httpx.AsyncClient:
    """Signed with the token that all clients of Coder share, or with `auth`. `timeout_s`: of each step.

    The token is read at the first request: that it or the address is not there is that request's `SourceError`.
    """
    return network.client(
        base_url=coder_url(settings) or "",
        headers={"Accept": "application/json"},
        auth=auth or coder_signature(settings, network),
        plain_http=coder_plain_http(settings),
        timeout_s=timeout_s,
    )


def coder_plain_http(settings: Settings) -> PlainHttp:
    return PlainHttp("coder.allow_plain_http = true", settings.coder.allow_plain_http)
