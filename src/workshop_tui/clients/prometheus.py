"""Instant queries against Prometheus or anything that speaks its API."""

from __future__ import annotations

import asyncio
import base64
import math
from dataclasses import dataclass

import httpx
import msgspec

from workshop_tui.clients import failure
from workshop_tui.clients.credentials import read_secret
from workshop_tui.clients.json_request import decode, fetch
from workshop_tui.clients.network import Network
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.settings import Settings

_WHAT = "Prometheus"


class SampleWire(msgspec.Struct):
    metric: dict[str, str]
    value: tuple[float, str] | None = None


class DataWire(msgspec.Struct, rename="camel"):
    result_type: str
    result: list[SampleWire] | tuple[float, str]


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


class PrometheusClient:
    def __init__(self, settings: Settings, network: Network) -> None:
        self._settings = settings
        self._network = network
        self._client: httpx.AsyncClient | None = None

    async def query(self, expression: str) -> tuple[Sample, ...]:
        """A vector, in no order; empty means that no such series exists. Raises `SourceError`."""
        client = await self._connected()
        answer = await fetch(client, "api/v1/query", _WHAT, method="POST", data={"query": expression})
        if answer.status in (400, 422, 503):
            raise _refused(answer.body, answer.status)
        answer.raise_for_status(_WHAT)
        wire = decode(answer.body, EnvelopeWire, _WHAT)
        if wire.status != "success" or wire.data is None:
            raise _refused(answer.body, answer.status)
        result = wire.data.result
        if isinstance(result, tuple):
            return (Sample({}, _number(result[1])),)
        return tuple(Sample(item.metric, _number(item.value[1])) for item in result if item.value is not None)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def _connected(self) -> httpx.AsyncClient:
        if self._client is None:
            prometheus = self._settings.prometheus
            if prometheus.url is None:
                raise SourceError(ErrorKind.NOT_CONFIGURED, "prometheus.url is not set")
            headers = {"Accept": "application/json"}
            if prometheus.bearer is not None:
                token = await asyncio.to_thread(read_secret, prometheus.bearer, "prometheus.bearer")
                headers["Authorization"] = f"Bearer {token}"
            elif prometheus.username is not None and prometheus.password is not None:
                password = await asyncio.to_thread(read_secret, prometheus.password, "prometheus.password")
                pair = base64.b64encode(f"{prometheus.username}:{password}".encode()).decode()
                headers["Authorization"] = f"Basic {pair}"
            if prometheus.tenant is not None:
                headers["X-Scope-OrgID"] = prometheus.tenant
            self._client = self._network.client(base_url=str(prometheus.url), headers=headers, timeout_s=10)
        return self._client


def _refused(body: bytes, status: int) -> SourceError:
    try:
        wire = msgspec.json.decode(body, type=EnvelopeWire)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return failure.of_status(status, _WHAT) or failure.malformed(_WHAT, body, "no JSON")
    return SourceError(
        ErrorKind.MALFORMED, f"{_WHAT} refuses the query ({wire.error_type or status}): {wire.error}"[:200]
    )


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
