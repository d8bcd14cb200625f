"""Every question that our HTTP clients ask, against one loopback server; the secret is always the same."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from workshop_tui.clients.alertmanager import AlertmanagerClient
from workshop_tui.clients.coder import CoderClient
from workshop_tui.clients.coder_accounts import CoderAccounts
from workshop_tui.clients.coder_bridge import CoderBridge
from workshop_tui.clients.coder_own import CoderOwn, MayRead
from workshop_tui.clients.coder_sign_in import CoderSignIn
from workshop_tui.clients.litellm import LiteLLMClient
from workshop_tui.clients.network import Network
from workshop_tui.clients.prometheus import PrometheusClient
from workshop_tui.settings.settings import Settings

SECRET = "the-Secret-of-the-workshop-0042"
Client = (
    AlertmanagerClient
    | CoderAccounts
    | CoderBridge
    | CoderClient
    | CoderOwn
    | CoderSignIn
    | LiteLLMClient
    | PrometheusClient
)


class Impatient(Network):
    """Waits as long as a test likes; all else is the real thing."""

    def __init__(self, settings: Settings, timeout_s: float = 0.1) -> None:
        super().__init__(settings)
        self._timeout_s = timeout_s

    def client(self, **wanted: Any) -> httpx.AsyncClient:
        return super().client(**{**wanted, "timeout_s": self._timeout_s})


ORDINARY = Network(Settings())
"""What it trusts takes 70 ms to load, so the tests do it once."""

QUESTIONS: dict[str, tuple[type[Client], Callable[[Any], Awaitable[object]]]] = {
    "Coder's workspaces": (CoderClient, CoderClient.workspaces),
    "Coder's version": (CoderClient, CoderClient.version),
    "Coder's organizations": (CoderClient, CoderClient.organizations),
    "Coder's templates": (CoderClient, CoderClient.templates),
    "Coder's provisioners": (CoderClient, lambda client: client.provisioner_daemons("o-1")),
    "Coder's queue": (CoderClient, lambda client: client.pending_jobs("o-1")),
    "Coder's proxies": (CoderClient, CoderClient.proxies),
    "Coder's users": (CoderAccounts, CoderAccounts.users),
    "Coder's quota": (CoderAccounts, lambda client: client.quota("o-1", "me")),
    "Coder's rights": (CoderOwn, lambda client: client.allowed([MayRead("workspace")])),
    "Coder's ways to sign in": (CoderSignIn, CoderSignIn.offered),
    "the AI bridge's readiness": (CoderBridge, CoderBridge.readiness),
    "the gateway's key": (LiteLLMClient, LiteLLMClient.key_info),
    "the gateway's readiness": (LiteLLMClient, LiteLLMClient.readiness),
    "the gateway's models": (LiteLLMClient, LiteLLMClient.models),
    "a Prometheus query": (PrometheusClient, lambda client: client.query("up")),
    "Prometheus' targets": (PrometheusClient, PrometheusClient.targets),
    "Prometheus' rules": (PrometheusClient, PrometheusClient.alert_rules),
    "Alertmanager's state": (AlertmanagerClient, AlertmanagerClient.status),
    "Alertmanager's receivers": (AlertmanagerClient, AlertmanagerClient.receivers),
    "Alertmanager's silences": (AlertmanagerClient, AlertmanagerClient.active_silences),
    "Alertmanager's alerts": (AlertmanagerClient, lambda client: client.alerts(alertname="WorkshopTest")),
}


def settings_for(url: str, directory: Path, *, prometheus: dict[str, object] | None = None, **more: object) -> Settings:
    """All clients at one address, each with `SECRET` from a file."""
    file = directory / "secret"
    file.write_text(SECRET, encoding="utf-8")
    key = {"file": str(file)}
    return Settings.model_validate(
        {
            "coder": {"url": url, "token": key},
            "gateway": {"kind": "litellm", "url": url, "key": key},
            "prometheus": {"url": url, **({"bearer": key} if prometheus is None else prometheus)},
            "alertmanager": {"url": url, "bearer": key},
            **more,
        }
    )


@asynccontextmanager
async def opened(kind: type[Client], settings: Settings, network: Network | None = None) -> AsyncIterator[Any]:
    ordinary = settings.rehearsal is None and settings.network == Settings().network
    client = kind(settings, network or (ORDINARY if ordinary else Network(settings)))
    try:
        yield client
    finally:
        await client.close()
