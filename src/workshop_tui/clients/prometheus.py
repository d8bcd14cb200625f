"""Instant queries against Prometheus or anything that speaks its API."""

from __future__ import annotations

import math
from dataclasses import dataclass

import msgspec

from workshop_tui.clients import failure
from workshop_tui.clients.credentials import read_secret
from workshop_tui.clients.json_request import decode, fetch
from workshop_tui.clients.network import Network
from workshop_tui.clients.sign_in import SecretHeader, basic, bearer
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.settings import Prometheus, Settings

_WHAT = "Prometheus"


class SampleWire(msgspec.Struct):
    metric: dict[str, str]
    value: tuple[float, str] | None = None
    """None for a native histogram."""


class DataWire(msgspec.Struct, rename="camel"):
    result_type: str
    result: msgspec.Raw


class EnvelopeWire(msgspec.Struct, rename="camel"):
    status: str
    data: DataWire | None = None
    error: str | None = None
    error_type: str | None = None
    warnings: list[str] | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    labels: dict[str, str]
    value: float | None
    """None for NaN and the infinities."""


@dataclass(frozen=True, slots=True)
class Vector:
    """In no order; empty means that no such series exists."""

    samples: tuple[Sample, ...]
    warnings: tuple[str, ...] = ()
    """With one, the data may be a part of the whole."""


class PrometheusClient:
    def __init__(self, settings: Settings, network: Network) -> None:
        prometheus = settings.prometheus
        self._configured = prometheus.url is not None
        headers = {"Accept": "application/json"}
        if prometheus.tenant is not None:
            headers["X-Scope-OrgID"] = prometheus.tenant
        self._client = network.client(
            base_url=str(prometheus.url or ""), headers=headers, auth=_signed(prometheus), timeout_s=10
        )

    async def query(self, expression: str) -> Vector:
        """A vector or a scalar, as it is now. Raises `SourceError`."""
        if not self._configured:
            raise SourceError(ErrorKind.NOT_CONFIGURED, "no Prometheus is configured: set prometheus.url")
        answer = await fetch(self._client, "api/v1/query", _WHAT, method="POST", data={"query": expression})
        if answer.status in (400, 422, 503):
            raise _refused(answer.body, answer.status)
        answer.raise_for_status(_WHAT)
        wire = decode(answer.body, EnvelopeWire, _WHAT)
        if wire.status != "success" or wire.data is None:
            raise _refused(answer.body, answer.status)
        return Vector(_samples(wire.data), tuple(failure.one_line(text) for text in wire.warnings or ()))

    async def ready(self) -> None:
        """By the one way that managed variants answer too. Raises `SourceError` unless it answers queries."""
        await self.query("vector(1)")

    async def close(self) -> None:
        await self._client.aclose()


def _samples(data: DataWire) -> tuple[Sample, ...]:
    body = bytes(data.result)
    if data.result_type == "vector":
        found = decode(body, list[SampleWire], _WHAT)
        return tuple(Sample(item.metric, _number(item.value[1])) for item in found if item.value is not None)
    if data.result_type == "scalar":
        return (Sample({}, _number(decode(body, tuple[float, str], _WHAT)[1])),)
    kind = failure.one_line(data.result_type, 20)
    raise SourceError(ErrorKind.MALFORMED, f"{_WHAT} answers with a {kind} where a vector was asked")


def _signed(prometheus: Prometheus) -> SecretHeader | None:
    token, username, password = prometheus.bearer, prometheus.username, prometheus.password
    if token is not None:
        return SecretHeader("Authorization", lambda: bearer(read_secret(token, "prometheus.bearer")))
    if username is not None and password is not None:
        return SecretHeader("Authorization", lambda: basic(username, read_secret(password, "prometheus.password")))
    return None


def _refused(body: bytes, status: int) -> SourceError:
    """400 and 422: our query; 503: it ran out of time, or is not ready."""
    try:
        wire = msgspec.json.decode(body, type=EnvelopeWire)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return failure.of_status(status, _WHAT) or failure.malformed(_WHAT, body, "no JSON")
    if wire.error_type == "timeout":
        return SourceError(ErrorKind.TIMEOUT, f"{_WHAT} ran out of time for the query")
    told = failure.one_line(
        f"{_WHAT} refuses the query ({wire.error_type or status}): {wire.error or 'without a word'}"
    )
    return SourceError(ErrorKind.UNREACHABLE if status == 503 else ErrorKind.MALFORMED, told)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
