"""The commands that renew the gateway's key: they name the places of secrets and hold none."""

from __future__ import annotations

import json
import math
import shlex
from datetime import datetime, timedelta

from workshop_tui.model.finding import Remedy
from workshop_tui.model.gateway import GatewayKey
from workshop_tui.model.workshop import Workshop
from workshop_tui.settings.gateway import GatewayKind
from workshop_tui.settings.secret_reference import SecretReference
from workshop_tui.settings.settings import Settings

_PLACE = "THE_KEY"


def renew_key(settings: Settings, now: datetime, workshop: Workshop | None) -> Remedy:
    """The same key, valid for longer: nothing has to be handed out again."""
    command = _post(settings, "update", {"key": _PLACE, "duration": _duration(settings, now, workshop)})
    return Remedy("Let the key outlive the workshop; it stays the same, so nothing restarts.", command)


def make_key(settings: Settings, now: datetime, workshop: Workshop | None) -> Remedy:
    """Where the old one is of no use any more."""
    alias = f"workshop-{workshop.starts_at:%Y-%m-%d}" if workshop else "workshop"
    command = _post(settings, "generate", {"key_alias": alias, "duration": _duration(settings, now, workshop)})
    return Remedy("Make a key that outlives the workshop and give it to the templates.", command)


def raise_budget(settings: Settings, key: GatewayKey) -> Remedy:
    """Of the key; whose budget it is otherwise, the gateway's own pages tell."""
    if key.budget_of:
        return Remedy(f"Raise the budget of the key's {key.budget_of} at the gateway, or use a key outside of it.")
    spent = max(key.spend_usd or 0.0, key.max_budget_usd or 0.0)
    command = _post(settings, "update", {"key": _PLACE, "max_budget": math.ceil(2 * spent) or 1})
    return Remedy("Raise the key's budget; it stays the same, so nothing restarts.", command)


def _duration(settings: Settings, now: datetime, workshop: Workshop | None) -> str:
    """Until the workshop has ended, and the days that a key needs beyond."""
    until = max(timedelta(), workshop.ends_at - now) if workshop else timedelta()
    return f"{math.ceil(until / timedelta(days=1) + settings.thresholds.gateway_key_days) + 1}d"


def _post(settings: Settings, what: str, body: dict[str, str | int]) -> str | None:
    if settings.gateway.kind is not GatewayKind.LITELLM:
        return None
    url = shlex.quote(f"{str(settings.gateway.url).rstrip('/')}/key/{what}")
    admin = _in_shell(settings.gateway.admin_key, "LITELLM_MASTER_KEY")
    key = _in_shell(settings.gateway.key, "LITELLM_API_KEY")
    data = shlex.quote(json.dumps(body)).replace(_PLACE, f"'\"{key}\"'")
    return (
        f'curl -sS --fail-with-body -X POST {url} -H "Authorization: Bearer {admin}" '
        f"-H 'Content-Type: application/json' -d {data}"
    )


def _in_shell(reference: SecretReference | None, default: str) -> str:
    """What a shell puts in its place, inside double quotes; a command's arguments may be secrets themselves."""
    if reference is None or reference.command is not None or (place := reference.shown) is None:
        return f"${default}"
    return f"${place}" if reference.env is not None else f"$(cat {shlex.quote(place)})"
