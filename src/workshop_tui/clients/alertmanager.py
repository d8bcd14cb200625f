"""Alertmanager's API v2: its state, whom it tells, what it is silent about, and alerts that we post."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import msgspec

from workshop_tui.clients import failure
from workshop_tui.clients.json_request import decode, fetch
from workshop_tui.clients.monitoring import monitoring_client, raise_unless_fine
from workshop_tui.clients.network import Network
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.settings.settings import Settings

Shape = TypeVar("Shape")

_WHAT = "Alertmanager"


class PeerWire(msgspec.Struct):
    name: str = ""


class ClusterWire(msgspec.Struct):
    status: str
    peers: list[PeerWire] | None = None


class VersionWire(msgspec.Struct):
    version: str = ""


class StatusWire(msgspec.Struct, rename="camel"):
    """Without `config`, which may hold secrets."""

    cluster: ClusterWire
    version_info: VersionWire = msgspec.field(default_factory=VersionWire)


class ReceiverWire(msgspec.Struct):
    name: str


class MatcherWire(msgspec.Struct, rename="camel"):
    name: str
    value: str
    is_regex: bool = False
    is_equal: bool = True


class SilenceStateWire(msgspec.Struct):
    state: str


class SilenceWire(msgspec.Struct, rename="camel"):
    id: str
    matchers: list[MatcherWire]
    status: SilenceStateWire
    ends_at: str | None = None
    created_by: str = ""
    comment: str = ""


class AlertStateWire(msgspec.Struct, rename="camel"):
    state: str
    silenced_by: list[str] | None = None
    inhibited_by: list[str] | None = None
    muted_by: list[str] | None = None


class AlertWire(msgspec.Struct, rename="camel"):
    labels: dict[str, str]
    status: AlertStateWire
    receivers: list[ReceiverWire] | None = None
    ends_at: str | None = None


class AlertmanagerClient:
    def __init__(self, settings: Settings, network: Network) -> None:
        self.url = settings.alertmanager.url
        """None: not configured."""
        self._client = monitoring_client(settings.alertmanager, "alertmanager", network)

    async def status(self) -> StatusWire:
        """Raises `SourceError`."""
        return await self._get("api/v2/status", StatusWire, "read api/v2/status (AWS: aps:GetAlertManagerStatus)")

    async def receivers(self) -> tuple[str, ...]:
        """Their names. Raises `SourceError`."""
        right = "read api/v2/receivers (AWS: aps:ListAlertManagerReceivers)"
        return tuple(wire.name for wire in await self._get("api/v2/receivers", list[ReceiverWire], right))

    async def active_silences(self) -> tuple[SilenceWire, ...]:
        """Raises `SourceError`."""
        right = "read api/v2/silences (AWS: aps:ListAlertManagerSilences)"
        wires = await self._get("api/v2/silences", list[SilenceWire], right)
        return tuple(wire for wire in wires if wire.status.state == "active")

    async def alerts(self, **labels: str) -> tuple[AlertWire, ...]:
        """Those that have all these labels, silent ones too. Raises `SourceError`."""
        filters = [f"{name}={msgspec.json.encode(value).decode()}" for name, value in labels.items()]
        right = "read api/v2/alerts (AWS: aps:ListAlertManagerAlerts)"
        return tuple(await self._get("api/v2/alerts", list[AlertWire], right, filter=filters))

    async def post_alert(
        self, labels: Mapping[str, str], annotations: Mapping[str, str], starts_at: datetime, ends_at: datetime
    ) -> None:
        """The same labels are the same alert; an end in the past ends it. Accepted is not delivered.

        Raises `SourceError`.
        """
        self._needs_an_address()
        alert = {
            "labels": dict(labels),
            "annotations": dict(annotations),
            "startsAt": starts_at.isoformat(),
            "endsAt": ends_at.isoformat(),
        }
        answer = await fetch(self._client, "api/v2/alerts", _WHAT, method="POST", json=[alert])
        if answer.status == 400:
            raise SourceError(
                ErrorKind.MALFORMED, failure.one_line(f"{_WHAT} refuses the alert: {_words(answer.body)}")
            )
        raise_unless_fine(answer, _WHAT, "post alerts (AWS: aps:CreateAlertManagerAlerts)")

    async def close(self) -> None:
        await self._client.aclose()

    async def _get(self, path: str, shape: type[Shape], right: str, **parameters: Sequence[str]) -> Shape:
        self._needs_an_address()
        answer = await fetch(self._client, path, _WHAT, params=parameters)
        raise_unless_fine(answer, _WHAT, right)
        return decode(answer.body, shape, _WHAT)

    def _needs_an_address(self) -> None:
        if self.url is None:
            raise SourceError(ErrorKind.NOT_CONFIGURED, "no Alertmanager is configured: set alertmanager.url")


def _words(body: bytes) -> str:
    """A refusal is a JSON text, or an object with a message."""
    try:
        told = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "no reason"
    return str(told.get("message", "no reason")) if isinstance(told, dict) else str(told)
