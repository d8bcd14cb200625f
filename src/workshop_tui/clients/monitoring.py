"""How Prometheus and Alertmanager are reached: nothing, a bearer token or a password before them, perhaps a tenant."""

from __future__ import annotations

import httpx

from workshop_tui.clients import failure
from workshop_tui.clients.credentials import read_secret
from workshop_tui.clients.json_request import Answer
from workshop_tui.clients.network import Network
from workshop_tui.clients.sign_in import SecretHeader, basic, bearer
from workshop_tui.clients.transport import PlainHttp
from workshop_tui.settings.monitoring import Monitoring


def monitoring_client(address: Monitoring, section: str, network: Network) -> httpx.AsyncClient:
    """`section`: its name in the settings."""
    headers = {"Accept": "application/json"}
    if address.tenant is not None:
        headers["X-Scope-OrgID"] = address.tenant
    return network.client(
        base_url=str(address.url or ""),
        headers=headers,
        auth=_signed(address, section),
        timeout_s=10,
        plain_http=PlainHttp(f"{section}.allow_plain_http = true", address.allow_plain_http),
    )


def raise_unless_fine(answer: Answer, what: str, right: str) -> None:
    """Raises `SourceError`. `right`: what a 403 names as missing."""
    missing = f"the token lacks a right, to {right}"
    error = failure.of_status(answer.status, what, retry_after=answer.headers.get("retry-after"), missing=missing)
    if error is not None:
        raise error


def _signed(address: Monitoring, section: str) -> SecretHeader | None:
    token, username, password = address.bearer, address.username, address.password
    if token is not None:
        return SecretHeader("Authorization", lambda: bearer(read_secret(token, f"{section}.bearer")))
    if username is not None and password is not None:
        return SecretHeader("Authorization", lambda: basic(username, read_secret(password, f"{section}.password")))
    return None
