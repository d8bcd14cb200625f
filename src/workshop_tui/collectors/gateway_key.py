"""What the gateway says of the workshop's key; never the key."""

from __future__ import annotations

from dataclasses import dataclass

from workshop_tui.clients.litellm import KeyAnswer, LiteLLMClient, RefusalWire
from workshop_tui.collectors.wire_time import parse_time
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.gateway import GatewayKey, KeyState
from workshop_tui.model.kinds import GATEWAY_KEY
from workshop_tui.model.source import SourceKind


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
        return GatewayKey(_refused(answer.refusal, answer.status))
    key = answer.key
    if key is None:
        raise SourceError(ErrorKind.MALFORMED, "the gateway told nothing of the key")
    expires_at = parse_time(key.expires)
    if key.expires and expires_at is None:
        raise SourceError(ErrorKind.MALFORMED, "the gateway tells an expiry that is no time")
    return GatewayKey(
        state=KeyState.BLOCKED if key.blocked else KeyState.VALID,
        alias=key.key_alias or "",
        masked=key.key_name or "",
        expires_at=expires_at,
        max_budget_usd=key.max_budget,
        spend_usd=key.spend,
        auto_rotate=key.auto_rotate,
        rotation_interval=key.rotation_interval or "",
        last_rotation_at=parse_time(key.last_rotation_at),
    )


def _refused(refusal: RefusalWire, status: int) -> KeyState:
    """By the error's type first, since statuses change between versions."""
    kind, message = (refusal.type or "").lower(), refusal.message.lower()
    if kind == "expired_key" or "expired key" in message or "key expiry" in message:
        return KeyState.EXPIRED
    if kind == "no_db_connection" or "no connected db" in message or "database not connected" in message:
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
