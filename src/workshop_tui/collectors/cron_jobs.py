"""CronJobs of the namespaces that a workshop depends on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.clients.kubernetes_wire import CronJobWire
from workshop_tui.collectors.wire_time import parse_time
from workshop_tui.model.kinds import CRON_JOBS
from workshop_tui.model.kubernetes import CronJob
from workshop_tui.model.source import SourceKind
from workshop_tui.settings.region import Region


@dataclass(frozen=True)
class CronJobsSource:
    cluster: Cluster
    settings: Region
    interval_s: float = 300
    timeout_s: float = 15
    kind: SourceKind[tuple[CronJob, ...]] = CRON_JOBS

    @property
    def region(self) -> str:
        return self.settings.name

    async def collect(self) -> tuple[CronJob, ...]:
        """Of the server's namespace, and of the gateway's where the control plane runs."""
        spaces = self.settings.namespaces
        names = [spaces.server, *([spaces.gateway] if self.settings.role.hosts_platform else [])]
        pages = await asyncio.gather(
            *(
                self.cluster.list_all(f"/apis/batch/v1/namespaces/{name}/cronjobs", CronJobWire)
                for name in dict.fromkeys(name for name in names if name)
            )
        )
        return tuple(_cron_job(wire) for page in pages for wire in page.items)


def _cron_job(wire: CronJobWire) -> CronJob:
    return CronJob(
        wire.metadata.namespace,
        wire.metadata.name,
        wire.spec.schedule,
        wire.spec.time_zone or "",
        bool(wire.spec.suspend),
        parse_time(wire.status.last_schedule_time),
    )
