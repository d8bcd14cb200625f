"""ResourceQuotas and LimitRanges of the workspace namespaces."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.clients.kubernetes_wire import LimitRangeWire, QuotaWire
from workshop_tui.collectors.quantity import parse_quantity
from workshop_tui.model.kinds import QUOTAS
from workshop_tui.model.kubernetes import LimitRange, Quota, Quotas
from workshop_tui.model.source import SourceKind
from workshop_tui.settings.region import Region


@dataclass(frozen=True)
class QuotasSource:
    cluster: Cluster
    settings: Region
    interval_s: float = 60
    timeout_s: float = 15
    kind: SourceKind[Quotas] = QUOTAS

    @property
    def region(self) -> str:
        return self.settings.name

    async def collect(self) -> Quotas:
        spaces = self.settings.namespaces.workspaces
        quotas, ranges = await asyncio.gather(
            asyncio.gather(
                *(self.cluster.list_all(f"/api/v1/namespaces/{name}/resourcequotas", QuotaWire) for name in spaces)
            ),
            asyncio.gather(
                *(self.cluster.list_all(f"/api/v1/namespaces/{name}/limitranges", LimitRangeWire) for name in spaces)
            ),
        )
        return Quotas(
            tuple(_quota(wire) for page in quotas for wire in page.items),
            tuple(_limit_range(wire) for page in ranges for wire in page.items),
        )


def _quota(wire: QuotaWire) -> Quota:
    status = wire.status
    return Quota(wire.metadata.namespace, wire.metadata.name, _amounts(status.hard), _amounts(status.used))


def _amounts(values: Mapping[str, str | int | float] | None) -> tuple[tuple[str, float], ...]:
    parsed = ((name, parse_quantity(value)) for name, value in (values or {}).items())
    return tuple((name, value) for name, value in parsed if value is not None)


def _limit_range(wire: LimitRangeWire) -> LimitRange:
    limited = {name for limit in wire.spec.limits or () if limit.type == "Container" for name in limit.default or {}}
    return LimitRange(wire.metadata.namespace, wire.metadata.name, tuple(sorted(limited)))
