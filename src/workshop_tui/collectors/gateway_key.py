"""What the gateway says of the workshop's key; never the key."""

from __future__ import annotations

import re
from dataclasses import dataclass

import msgspec

from workshop_tui.clients.litellm import KeyAnswer, LiteLLMClient, RefusalWire
from workshop_tui.collectors.wire_time import parse_time
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.gateway import GatewayKey, KeyState
from workshop_tui.model.kinds import GATEWAY_KEY
from workshop_tui.model.source import SourceKind

_COST = re.compile(r"(?:cost|spend(?: for token)?)\s*[=:]\s*\$?(\d+(?:\.\d+)?)", re.IGNORECASE)
_BUDGET = re.compile(r"budget(?: for token)?\s*[=:]\s*\$?(\d+(?:\.\d+)?)", re.IGNORECASE)
_WHOSE = re.compile(
    r"\b(end user|team member|team|user|organization|project|tag|model|provider)(?:_id)?\s*[=:]", re.IGNORECASE
)


@dataclass(frozen=True)
class GatewayKeySource:
    client: LiteLLMClient
    interval_s: float
    timeout_s: float = 10
    region: None = None
    kind: SourceKind[GatewayKey] = GATEWAY_KEY

    async def collect(self) -> GatewayKey:
        """A proxy without a database answers its own master key with a bare 500: its readiness tells them apart."""
        answer = await self.client.key_info()
        try:
            return key_of(answer)
        except SourceError:
            if answer.status == 500 and await self._keeps_no_keys():
                return GatewayKey(KeyState.NO_DATABASE)
            raise

    async def _keeps_no_keys(self) -> bool:
        try:
            readiness = await self.client.readiness()
        except SourceError:
            return False
        return readiness.ready and readiness.database.lower() == "not connected"


def key_of(answer: KeyAnswer) -> GatewayKey:
    """Raises `SourceError` for a refusal that says nothing of the key."""
    if answer.refusal is not None:
        return _of_refusal(answer.refusal, answer.status)
    key = answer.key
    if key is None:
        raise SourceError(ErrorKind.MALFORMED, "the gateway told nothing of the key")
    if key.expires is msgspec.UNSET and not key.blocked:
        raise SourceError(ErrorKind.MALFORMED, "the gateway's record of the key does not say when it expires")
    expires = None if key.expires is msgspec.UNSET else key.expires
    expires_at = parse_time(expires)
    if expires and expires_at is None:
        raise SourceError(ErrorKind.MALFORMED, "the gateway tells an expiry that is no time")
    shared = key.litellm_budget_table
    return GatewayKey(
        state=KeyState.BLOCKED if key.blocked else KeyState.VALID,
        alias=key.key_alias or "",
        masked=key.key_name or "",
        expires_at=expires_at,
        max_budget_usd=shared.max_budget if key.max_budget is None and shared is not None else key.max_budget,
        spend_usd=key.spend,
        auto_rotate=key.auto_rotate,
        rotation_interval=key.rotation_interval or "",
        last_rotation_at=parse_time(key.last_rotation_at),
    )


def _of_refusal(refusal: RefusalWire, status: int) -> GatewayKey:
    if not refusal.budget_is_spent:
        return GatewayKey(_refused(refusal, status))
    amounts = (words.findall(refusal.message) for words in (_COST, _BUDGET))
    cost, budget = (float(found[-1]) if found else None for found in amounts)
    whose = _WHOSE.search(refusal.message)
    return GatewayKey(
        KeyState.SPENT,
        spend_usd=cost,
        max_budget_usd=budget,
        budget_of=whose.group(1).lower() if whose else "",
    )


def _refused(refusal: RefusalWire, status: int) -> KeyState:
    """By the error's type first, since statuses change between versions."""
    kind, message = (refusal.type or "").lower(), refusal.message.lower()
    if kind == "expired_key" or "expired key" in message or "key expiry" in message:
        return KeyState.EXPIRED
    if refusal.has_no_database:
        return KeyState.NO_DATABASE
    if "key is blocked" in message:
        return KeyState.BLOCKED
    if kind == "token_not_found_in_db":
        return KeyState.NOT_FOUND
    if status == 404 or kind == "not_found_error":
        return KeyState.MASTER
    if status == 401:
        raise SourceError(ErrorKind.UNAUTHORIZED, "the gateway refuses the key: renew gateway.key")
    if status == 403:
        raise SourceError(ErrorKind.FORBIDDEN, "the gateway does not let the key read its own record")
    raise SourceError(ErrorKind.UNREACHABLE, f"the gateway answers {status} ({refusal.type or 'no type'})")
