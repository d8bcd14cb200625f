"""Scraping: jobs one after the other in the platform's spare moments, or all at once when time passed at once."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from workshop_rehearsal.servers.api_traffic import ApiTraffic
from workshop_rehearsal.servers.promql.store import SeriesStore
from workshop_rehearsal.servers.series.coder import CoderSeries
from workshop_rehearsal.servers.series.exposition import Exposed
from workshop_rehearsal.servers.series.kube_state import KubeStateSeries
from workshop_rehearsal.servers.series.nodes import NodeSeries
from workshop_rehearsal.servers.series.probes import probes
from workshop_rehearsal.servers.series.text_file import text_file
from workshop_rehearsal.world.world import World

SCRAPE_EVERY_S = 15.0
MOMENTS_AT_ONCE = 60
SAMPLES_AT_ONCE = 60_000
"""So much is scraped of a time that passed at once, by a start or a jump: fewer moments of a larger world."""
SMALL = 5_000
"""Samples of a world that is scraped at each due moment, however fast its time passes."""
SLICE_S = 0.02


class Scraping:
    def __init__(
        self, world: World, traffic: ApiTraffic, *, stretches_kept: int, collected_file: Path | None = None
    ) -> None:
        self._world = world
        coder = CoderSeries(world, traffic)
        exposures: list[Callable[[], Iterable[Exposed]]] = [coder.expose, coder.provisioners, lambda: probes(world)]
        exposures.append(lambda: text_file(world, collected_file))
        for region in world.regions.values():
            exposures += [NodeSeries(world, region).expose, KubeStateSeries(region).expose]
        self._jobs = [(expose, SeriesStore(stretches_kept=stretches_kept // len(exposures))) for expose in exposures]

    @property
    def stores(self) -> list[SeriesStore]:
        return [store for _, store in self._jobs]

    @property
    def newest(self) -> float | None:
        """Unix time of the newest scrape."""
        return max((store.newest for store in self.stores if store.newest is not None), default=None)

    @property
    def _samples(self) -> int:
        nodes = sum(len(region.cluster.nodes) for region in self._world.regions.values())
        return sum(store.scraped for store in self.stores) or 30 * nodes + 20 * self._world.expected_people + 500

    def due(self, now: datetime, *, at_once: bool) -> Iterator[datetime]:
        """Moments before now at which it has not scraped and should: the world is to be brought to each first."""
        samples = self._samples
        if not at_once and samples > SMALL:
            return
        end = now.timestamp()
        first = end - max(2, min(MOMENTS_AT_ONCE, SAMPLES_AT_ONCE // samples)) * SCRAPE_EVERY_S
        newest = self.newest
        last = first if newest is None else max(first, newest)
        moment = (math.floor(last / SCRAPE_EVERY_S) + 1) * SCRAPE_EVERY_S
        while moment < end:
            yield datetime.fromtimestamp(moment, UTC)
            moment += SCRAPE_EVERY_S

    def scrape(self, *, at_once: bool) -> None:
        """Those jobs whose last time is long enough ago; some of them now and others later unless all at once."""
        now = self._world.now.timestamp()
        period = now // SCRAPE_EVERY_S
        began = time.monotonic()
        for expose, store in self._jobs:
            if store.newest is None or store.newest // SCRAPE_EVERY_S < period:
                store.scrape(now, expose())
                if not at_once and time.monotonic() - began > SLICE_S:
                    return
