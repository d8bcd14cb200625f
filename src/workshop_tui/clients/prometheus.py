"""Prometheus, or anything that speaks its API: instant queries, targets and rules."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import msgspec

from workshop_tui.clients import failure
from workshop_tui.clients.json_request import decode, fetch
from workshop_tui.clients.monitoring import monitoring_client, raise_unless_fine
from workshop_tui.clients.network import Network
from workshop_tui.clients.prometheus_wire import (
    AlertRuleWire,
    DataWire,
    EnvelopeWire,
    RulesWire,
    SampleWire,
    TargetsWire,
    TargetWire,
)
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.settings.settings import Settings

_WHAT = "Prometheus"


@dataclass(frozen=True, slots=True)
class Sample:
    labels: dict[str, str]
    value: float | None
    """None for NaN and the infinities."""
    at_s: float = field(default=0.0, compare=False)
    """Unix seconds by the server's clock: when the query looked."""


@dataclass(frozen=True, slots=True)
class Vector:
    """In no order; empty means that no such series exists."""

    samples: tuple[Sample, ...]
    warnings: tuple[str, ...] = ()
    """With one, the data may be a part of the whole."""


class PrometheusClient:
    def __init__(self, settings: Settings, network: Network) -> None:
        self._configured = settings.prometheus.url is not None
        self._client = monitoring_client(settings.prometheus, "prometheus", network)

    async def query(self, expression: str, *, oldest_s: float | None = None) -> Vector:
        """A vector or a scalar, as it is now. Raises `SourceError`.

        `oldest_s`: samples older than this count as missing, where the server can do that; by default five minutes.
        """
        self._needs_an_address()
        form = {"query": expression}
        if oldest_s is not None:
            form["lookback_delta"] = f"{oldest_s:g}s"
        answer = await fetch(self._client, "api/v1/query", _WHAT, method="POST", data=form)
        if answer.status in (400, 422, 503):
            raise _refused(answer.body, answer.status)
        raise_unless_fine(answer, _WHAT, "query (AWS: aps:QueryMetrics)")
        wire = decode(answer.body, EnvelopeWire, _WHAT)
        if wire.status != "success" or bytes(wire.data) in (b"", b"null"):
            raise _refused(answer.body, answer.status)
        return Vector(
            _samples(decode(bytes(wire.data), DataWire, _WHAT)),
            _warnings(wire),
        )

    async def query_whole(self, expression: str) -> tuple[Sample, ...]:
        """As `query`, for what a part would mislead. Raises `SourceError` for an answer that may be one."""
        found = await self.query(expression)
        if found.warnings:
            raise _partial(found.warnings)
        return found.samples

    async def ready(self) -> None:
        """By the one way that managed variants answer too. Raises `SourceError` unless it answers queries."""
        await self.query("vector(1)")

    async def targets(self) -> tuple[TargetWire, ...]:
        """Those that are scraped. Raises `SourceError`, also for a part; managed variants say not-found."""
        body = await self._told("api/v1/targets", "read api/v1/targets", state="active")
        return tuple(decode(body, TargetsWire, _WHAT).active_targets)

    async def alert_rules(self) -> tuple[tuple[str, AlertRuleWire], ...]:
        """Each with its group's name. Raises `SourceError`, also for a part of them."""
        body = await self._told("api/v1/rules", "read api/v1/rules (AWS: aps:ListRules)", type="alert")
        groups = decode(body, RulesWire, _WHAT).groups
        return tuple((group.name, rule) for group in groups for rule in group.rules or () if rule.type == "alerting")

    async def _told(self, path: str, right: str, **parameters: str) -> bytes:
        self._needs_an_address()
        answer = await fetch(self._client, path, _WHAT, params=parameters)
        raise_unless_fine(answer, _WHAT, right)
        wire = decode(answer.body, EnvelopeWire, _WHAT)
        if wire.status != "success" or bytes(wire.data) in (b"", b"null"):
            raise _refused(answer.body, answer.status)
        if warnings := _warnings(wire):
            raise _partial(warnings)
        return bytes(wire.data)

    def _needs_an_address(self) -> None:
        if not self._configured:
            raise SourceError(ErrorKind.NOT_CONFIGURED, "no Prometheus is configured: set prometheus.url")

    async def close(self) -> None:
        await self._client.aclose()


def _warnings(wire: EnvelopeWire) -> tuple[str, ...]:
    told = tuple(failure.one_line(text) for text in wire.warnings or ())
    return (*told, "isPartial, not all of its storage answered") if wire.is_partial else told


def _partial(warnings: tuple[str, ...]) -> SourceError:
    return SourceError(ErrorKind.UNREACHABLE, f"{_WHAT} may tell only a part: {warnings[0]}")


def _samples(data: DataWire) -> tuple[Sample, ...]:
    body = bytes(data.result)
    if data.result_type == "vector":
        found = decode(body, list[SampleWire], _WHAT)
        return tuple(
            Sample(item.metric, _number(item.value[1]), item.value[0]) for item in found if item.value is not None
        )
    if data.result_type == "scalar":
        at_s, text = decode(body, tuple[float, str], _WHAT)
        return (Sample({}, _number(text), at_s),)
    kind = failure.one_line(data.result_type, 20)
    raise SourceError(ErrorKind.MALFORMED, f"{_WHAT} answers with a {kind} where a vector was asked")


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
