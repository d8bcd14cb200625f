"""A command that asks the configured Prometheus, without its secret."""

from __future__ import annotations

import shlex

from workshop_tui.settings.monitoring import Monitoring
from workshop_tui.settings.settings import Settings


def ask_prometheus(settings: Settings, query: str) -> str:
    url = str(settings.prometheus.url or "").rstrip("/")
    return (
        f"curl -sG {_sign_in(settings.prometheus)}{url}/api/v1/query --data-urlencode {shlex.quote(f'query={query}')}"
    )


def ask_alertmanager(settings: Settings, path: str) -> str:
    url = str(settings.alertmanager.url or "").rstrip("/")
    return f"curl -s {_sign_in(settings.alertmanager)}{url}/api/v2/{path}"


def _sign_in(address: Monitoring) -> str:
    """The person puts the secret in: a command that is copied holds none."""
    words = []
    if address.bearer is not None:
        words.append('-H "Authorization: Bearer $TOKEN"')
    elif address.username is not None:
        words.append(f"-u {shlex.quote(address.username)}")
    if address.tenant is not None:
        words.append(f"-H {shlex.quote(f'X-Scope-OrgID: {address.tenant}')}")
    return "".join(f"{word} " for word in words)
