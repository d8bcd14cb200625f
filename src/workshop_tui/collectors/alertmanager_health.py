"""Whether Alertmanager is ready, whom it can tell, and what it is silent about."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from workshop_tui.clients import failure
from workshop_tui.clients.alertmanager import AlertmanagerClient, SilenceWire
from workshop_tui.collectors.wire_time import parse_time
from workshop_tui.model.kinds import ALERTMANAGER_HEALTH
from workshop_tui.model.monitoring import AlertmanagerHealth, Matcher, Silence
from workshop_tui.model.source import SourceKind


@dataclass(frozen=True)
class AlertmanagerHealthSource:
    client: AlertmanagerClient
    interval_s: float
    timeout_s: float = 15
    region: None = None
    kind: SourceKind[AlertmanagerHealth] = ALERTMANAGER_HEALTH

    async def collect(self) -> AlertmanagerHealth:
        status, receivers, silences = await asyncio.gather(
            self.client.status(), self.client.receivers(), self.client.active_silences()
        )
        return AlertmanagerHealth(
            cluster=status.cluster.status,
            peer_count=len(status.cluster.peers or ()),
            version=failure.one_line(status.version_info.version, 40),
            receivers=receivers,
            silences=tuple(map(_silence, silences)),
        )


def _silence(wire: SilenceWire) -> Silence:
    return Silence(
        id=wire.id,
        matchers=tuple(Matcher(one.name, one.value, one.is_regex, one.is_equal) for one in wire.matchers),
        ends_at=parse_time(wire.ends_at),
        created_by=failure.one_line(wire.created_by, 60),
        comment=failure.one_line(wire.comment),
    )
