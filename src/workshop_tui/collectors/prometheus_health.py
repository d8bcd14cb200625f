"""What Prometheus scrapes, whether its alerting rules are evaluated, and how fresh the wanted series are."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from workshop_tui.clients import failure
from workshop_tui.clients.prometheus import PrometheusClient, Sample
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.kinds import PROMETHEUS_HEALTH
from workshop_tui.model.monitoring import AlertRule, PrometheusHealth, SeriesAge, Target
from workshop_tui.model.source import SourceKind
from workshop_tui.settings.monitoring import Series
from workshop_tui.settings.settings import Settings

_STORAGE = 'node_filesystem_avail_bytes{fstype!~"tmpfs|overlay|squashfs|ramfs"}'


@dataclass(frozen=True)
class PrometheusHealthSource:
    client: PrometheusClient
    settings: Settings
    timeout_s: float = 15
    region: None = None
    kind: SourceKind[PrometheusHealth] = PROMETHEUS_HEALTH

    @property
    def interval_s(self) -> float:
        return self.settings.intervals.monitoring_s

    async def collect(self) -> PrometheusHealth:
        """What one part refuses is told in its place; without an answer to a query nothing is."""
        await self.client.ready()
        (targets, no_targets), (rules, no_rules), series = await asyncio.gather(
            self._targets(), self._rules(), self._series()
        )
        return PrometheusHealth(targets, no_targets, rules, no_rules, series)

    async def _targets(self) -> tuple[tuple[Target, ...], str]:
        try:
            wires = await self.client.targets()
        except SourceError as error:
            if error.kind is ErrorKind.NOT_FOUND:
                return await self._targets_by_up()
            return (), error.message
        return tuple(
            Target(
                wire.scrape_pool or wire.labels.get("job", ""),
                wire.labels.get("instance", "") or wire.scrape_url,
                wire.health,
                failure.one_line(wire.last_error),
            )
            for wire in wires
        ), ""

    async def _targets_by_up(self) -> tuple[tuple[Target, ...], str]:
        """Managed variants have no list of targets, but the series."""
        try:
            found = await self.client.query_whole("up")
        except SourceError as error:
            return (), error.message
        return tuple(
            Target(sample.labels.get("job", ""), sample.labels.get("instance", ""), "up" if sample.value else "down")
            for sample in found
        ), ""

    async def _rules(self) -> tuple[tuple[AlertRule, ...], str]:
        try:
            found = await self.client.alert_rules()
        except SourceError as error:
            return (), error.message
        return tuple(
            AlertRule(rule.name, group, rule.health, rule.state, failure.one_line(rule.last_error or ""))
            for group, rule in found
        ), ""

    async def _series(self) -> tuple[SeriesAge, ...]:
        return tuple(await asyncio.gather(*(self._age(one) for one in wanted_series(self.settings))))

    async def _age(self, wanted: Series) -> SeriesAge:
        try:
            count, newest = await asyncio.gather(
                self.client.query_whole(f"count({wanted.selector})"),
                self.client.query_whole(f"max(timestamp({wanted.selector}))"),
            )
        except SourceError as error:
            return SeriesAge(wanted.name, wanted.selector, 0, None, error.message)
        return SeriesAge(wanted.name, wanted.selector, _count(count), _age_s(newest))


def wanted_series(settings: Settings) -> tuple[Series, ...]:
    """The settings', and what the live room itself reads from Prometheus."""
    if settings.kubernetes.node_storage != "prometheus":
        return settings.prometheus.series
    return (*settings.prometheus.series, Series(name="storage in the live room", selector=_STORAGE))


def _count(samples: tuple[Sample, ...]) -> int:
    return int(samples[0].value or 0) if samples else 0


def _age_s(samples: tuple[Sample, ...]) -> float | None:
    """Both moments are Prometheus' own, so that no other clock matters."""
    if not samples or samples[0].value is None:
        return None
    return max(0.0, samples[0].at_s - samples[0].value)
