"""LiteLLM's proxy: the key's own record, and whether the proxy is ready."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass

import msgspec

from workshop_tui.clients import failure
from workshop_tui.clients.credentials import read_secret
from workshop_tui.clients.json_request import Answer, decode, fetch
from workshop_tui.clients.network import Network
from workshop_tui.clients.sign_in import SecretHeader, bearer
from workshop_tui.clients.transport import PlainHttp
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.gateway import DATABASE_GONE, is_gone
from workshop_tui.settings.settings import Settings

_WHAT = "the gateway"
_SPENT = re.compile(
    r"exceeded\w*budget|exceeded budget|over budget|budget (has been |limit )?(exceeded|reached)|crossed budget",
    re.IGNORECASE,
)
_DATABASE_GONE = re.compile(
    r"can't reach database|not connected to the query engine|all connection attempts failed|database cannot be reached",
    re.IGNORECASE,
)
_NO_DATABASE = re.compile(r"no connected db|(database|db) not connected", re.IGNORECASE)
"""Said by a gateway that keeps no keys, and by an older one that has lost its database."""
_READY = ("healthy", "connected")
"""What its readiness says of itself; `connected` before 2024."""


class BudgetWire(msgspec.Struct):
    max_budget: float | None = None


class KeyWire(msgspec.Struct):
    """What a record does not name is not known; null is a statement."""

    key_name: str | None = None
    key_alias: str | None = None
    expires: str | msgspec.UnsetType | None = msgspec.UNSET
    blocked: bool | None = None
    max_budget: float | None = None
    spend: float | None = None
    litellm_budget_table: BudgetWire | None = None
    auto_rotate: bool | None = None
    rotation_interval: str | None = None
    last_rotation_at: str | None = None


class KeyInfoWire(msgspec.Struct):
    info: KeyWire


class RefusalWire(msgspec.Struct):
    message: str = ""
    type: str | None = None

    @property
    def budget_is_spent(self) -> bool:
        """Of the key or of somebody above it: type, status and words differ between versions and kinds of budget."""
        return (self.type or "").lower() == "budget_exceeded" or _SPENT.search(self.message) is not None

    @property
    def database_is_gone(self) -> bool:
        return _DATABASE_GONE.search(self.message) is not None

    @property
    def has_no_database(self) -> bool:
        """None at all, or none any more: its readiness tells which."""
        return (self.type or "").lower() == "no_db_connection" or _NO_DATABASE.search(self.message) is not None


class DetailWire(msgspec.Struct):
    error: str = ""


class ErrorWire(msgspec.Struct):
    error: RefusalWire | str = ""
    detail: DetailWire | str = ""


class ReadinessWire(msgspec.Struct):
    status: str | None = None
    db: str | None = None


class ModelWire(msgspec.Struct):
    id: str


class ModelsWire(msgspec.Struct):
    data: list[ModelWire]


@dataclass(frozen=True, slots=True)
class KeyAnswer:
    """Either the key's record, or why the gateway refuses to tell."""

    status: int
    key: KeyWire | None = None
    refusal: RefusalWire | None = None


@dataclass(frozen=True, slots=True)
class Readiness:
    ready: bool
    database: str
    latency_s: float


class LiteLLMClient:
    def __init__(self, settings: Settings, network: Network) -> None:
        self._key = settings.gateway.key
        self._signed = SecretHeader("Authorization", self._read_key, refused=(400, 401, 403))
        self._client = network.client(
            base_url=str(settings.gateway.url),
            headers={"Accept": "application/json"},
            timeout_s=8,
            plain_http=PlainHttp("gateway.allow_plain_http = true", settings.gateway.allow_plain_http),
        )

    async def key_info(self) -> KeyAnswer:
        """Of the configured key, asked with itself, so that the secret stays in the header. Raises `SourceError`."""
        answer = await fetch(self._client, "key/info", _WHAT, auth=self._signed)
        if 200 <= answer.status < 300:
            return KeyAnswer(answer.status, key=decode(answer.body, KeyInfoWire, _WHAT).info)
        refusal = await self._refusal(answer)
        spent = refusal is not None and refusal.budget_is_spent
        if refusal is None or (not spent and (answer.status == 429 or answer.status > 500)):
            answer.raise_for_status(_WHAT)
        return KeyAnswer(answer.status, refusal=refusal)

    async def readiness(self) -> Readiness:
        """Judged by the status first: the body says healthy even when it is not. Needs no key.

        Raises `SourceError`, also for a body that says nothing of the gateway.
        """
        began = time.monotonic()
        answer = await fetch(self._client, "health/readiness", _WHAT)
        latency_s = time.monotonic() - began
        if answer.status != 503:
            answer.raise_for_status(_WHAT)
        try:
            body = decode(answer.body, ReadinessWire, _WHAT)
        except SourceError:
            answer.raise_for_status(_WHAT)  # a load balancer's own 503
            raise
        if answer.status != 503 and body.status is None:
            raise SourceError(ErrorKind.MALFORMED, f"{_WHAT} does not say whether it is ready: check the address")
        ready = answer.status == 200 and (body.status or "").lower() in _READY
        return Readiness(ready, failure.one_line(body.db or "", 60), latency_s)

    async def models(self) -> tuple[str, ...]:
        """What the key may use; says nothing of the providers behind. Raises `SourceError`."""
        answer = await fetch(self._client, "v1/models", _WHAT, auth=self._signed)
        if not 200 <= answer.status < 300:
            await self._refusal(answer)
        answer.raise_for_status(_WHAT)
        return tuple(model.id for model in decode(answer.body, ModelsWire, _WHAT).data)

    async def ask(self, model: str) -> str:
        """One token of this model; why it did not come, or nothing. Raises `SourceError` when nothing answers."""
        question = {"model": model, "messages": [{"role": "user", "content": "ping"}], "max_tokens": 1}
        answer = await fetch(
            self._client, "v1/chat/completions", _WHAT, method="POST", json=question, auth=self._signed, timeout=30
        )
        if 200 <= answer.status < 300:
            return ""
        try:
            refusal = await self._refusal(answer)
        except SourceError as error:
            return error.message
        kind = "no reason"
        if refusal is not None:
            kind = "its budget is spent" if refusal.budget_is_spent else refusal.type or kind
        return f"answers {answer.status} ({kind})"

    async def _refusal(self, answer: Answer) -> RefusalWire | None:
        """None when something else answered. Raises `SourceError` where the gateway has lost its database."""
        refusal = _refusal(answer)
        if refusal is None:
            return None
        lost = refusal.database_is_gone
        if not lost and refusal.has_no_database:
            try:
                lost = is_gone((await self.readiness()).database)
            except SourceError:
                lost = False
        if lost:
            raise SourceError(ErrorKind.UNREACHABLE, DATABASE_GONE)
        return refusal

    async def close(self) -> None:
        await self._client.aclose()

    def _read_key(self) -> str:
        if self._key is None:
            raise SourceError(ErrorKind.NOT_CONFIGURED, "gateway.key is not set: name the workshop's key")
        return bearer(read_secret(self._key, "gateway.key"))


def _refusal(answer: Answer) -> RefusalWire | None:
    """The gateway's own words for a refusal; None when something else answered."""
    try:
        wire = msgspec.json.decode(answer.body, type=ErrorWire)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    error = wire.error
    if not error:  # as its hooks and routes refuse, and so does anything else that is built with the same library
        told = RefusalWire(wire.detail if isinstance(wire.detail, str) else wire.detail.error)
        return told if told.budget_is_spent else None
    if isinstance(error, str):
        return RefusalWire(error)
    return RefusalWire(error.message, failure.one_line(error.type or "", 60) or None)
