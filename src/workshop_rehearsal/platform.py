"""One rehearsal: the world, the clock that moves it, and where it is shown."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from workshop_rehearsal.config_files import ConfigFiles, Reach, Secrets
from workshop_rehearsal.errors import RehearsalError
from workshop_rehearsal.limits import MOST_NODES, MOST_PEOPLE
from workshop_rehearsal.moment import parse_at
from workshop_rehearsal.rights import parse_rights
from workshop_rehearsal.servers.api_traffic import ApiTraffic
from workshop_rehearsal.servers.coder_licence import Edition
from workshop_rehearsal.servers.faults import Faults
from workshop_rehearsal.servers.object_store import ObjectStore
from workshop_rehearsal.servers.prometheus_api import PrometheusApi
from workshop_rehearsal.timing import Timing
from workshop_rehearsal.world.places import ALL
from workshop_rehearsal.world.world import World

TICK_S = 0.25


@dataclass(frozen=True, slots=True)
class PlatformOptions:
    scenario: str = "calm"
    speed: float = 1.0
    """Simulated seconds for each second; 0 stands still."""
    seed: int = 1
    people: int | None = None
    """None: as the scenario says."""
    changes_per_s: float | None = None
    """Of a steady scenario's pods, in all regions together. None: as the scenario says."""
    nodes: int | None = None
    """Of each region. None: as the scenario says, and more for more people."""
    regions: int | None = None
    """The first so many of all places. None: those that the scenarios tell of."""
    at: str = "T-2d"
    """The moment to begin at, as `parse_at` reads it."""
    prebuilds: int = 0
    """Prebuilt workspaces of each template, kept in the control plane's region."""
    rights: str = "owner"
    """Roles in Coder of the person whose token it is, joined by `+`."""
    edition: Edition = Edition.LICENSED
    rtt_s: float = 0.0
    """Added to every HTTP answer."""
    config_path: Path | None = None
    """Where to write the settings that reach it; None: a directory of its own that goes when it ends."""
    until_stdin_closes: bool = False
    parent_pid: int | None = None
    """End when this process is no longer the parent."""
    bookmark_every_s: float = 1.0
    """Wall seconds between two bookmarks of a watch."""
    watch_history: int = 20_000
    """Changes that a watch can begin behind."""


class Platform:
    """Everything that one rehearsal consists of. `serving` makes it."""

    def __init__(
        self, world: World, timing: Timing, reach: Reach, files: ConfigFiles, keys: Secrets, name: str
    ) -> None:
        self.world = world
        self.timing = timing
        self.reach = reach
        self.files = files
        self.secrets = keys
        self._name = name
        self._clock = timing.clock()
        self.stores: dict[str, ObjectStore] = {}
        """By region."""
        self.traffic = ApiTraffic()
        self.prometheus = PrometheusApi(world, self.traffic, files.key_metric_file)
        self.faults = Faults(
            self.stores,
            {
                "lost-nodes": self._lose_node,
                "script-timeouts": self._time_scripts_out,
                "other-tags": self._want_other_tags,
            },
        )
        self.ticking = asyncio.create_task(self._tick())
        """Never ends by itself, unless it fails."""
        self._jumping = asyncio.Lock()

    def catch_up(self, *, at_once: bool = False) -> None:
        """Move the world to the present and show what changed; `at_once` when much time passed since the last."""
        now = self._clock.now()
        scraping = self.prometheus.scraping
        for moment in scraping.due(now, at_once=at_once):
            self.world.advance(moment)
            scraping.scrape(at_once=True)
        self.world.advance(now)
        scraping.scrape(at_once=at_once)
        for store in self.stores.values():
            store.refresh()

    def _lose_node(self, region: str, lost: bool) -> None:  # as switches of faults are called
        self.world.regions[region].cluster.lose_node(lost=lost)
        self.stores[region].refresh()

    def _time_scripts_out(self, region: str, lasts: bool) -> None:  # as switches of faults are called
        regions = self.world.workspaces.scripts_time_out_in
        (regions.add if lasts else regions.discard)(region)

    def _want_other_tags(self, _: str, lasts: bool) -> None:  # as switches of faults are called
        self.world.provisioning.tags_differ = lasts

    async def jump(self, at: str) -> Timing:
        """Move the rehearsal's time forward. Raises `RehearsalError`, and `BackwardError` when it has passed."""
        offset = parse_at(at, workshop_minutes=self.world.scenario.minutes)
        moment = self.world.workshop_starts_at + offset
        async with self._jumping:
            self.timing = self.timing.moved_to(moment, datetime.now(UTC))
            self._clock = self.timing.clock()
            self.catch_up(at_once=True)
            await asyncio.to_thread(self.write_settings)
            return self.timing

    def write_settings(self) -> None:
        self.files.write_settings(
            self.reach,
            self.timing,
            scenario=self._name,
            workshop_minutes=self.world.scenario.minutes,
            expected_people=self.world.expected_people,
            credentials={one.name: one.secret for one in self.world.scenario.gateway.credential},
        )

    async def stop(self) -> None:
        """Raises what ended the ticking, if anything did before."""
        self.faults.stop()
        self.ticking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.ticking

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self.catch_up()


def check(options: PlatformOptions) -> None:
    """Raises `RehearsalError` for options that cannot be meant."""
    parse_rights(options.rights)
    if not 0 <= options.speed <= 100_000:
        raise RehearsalError(f"--speed {options.speed}: expected a number from 0 to 100000")
    if options.people is not None and not 0 <= options.people <= MOST_PEOPLE:
        raise RehearsalError(f"--people {options.people}: expected 0 to {MOST_PEOPLE}")
    if options.nodes is not None and not 1 <= options.nodes <= MOST_NODES:
        raise RehearsalError(f"--nodes {options.nodes}: expected 1 to {MOST_NODES} for each region")
    if options.regions is not None and not 1 <= options.regions <= len(ALL):
        raise RehearsalError(f"--regions {options.regions}: expected 1 to {len(ALL)}")
    if options.changes_per_s is not None and not 0 < options.changes_per_s <= 5_000:
        raise RehearsalError(f"--changes-per-s {options.changes_per_s}: expected a number above 0, at most 5000")
    if not 0 <= options.prebuilds <= 100:
        raise RehearsalError(f"--prebuilds {options.prebuilds}: expected 0 to 100 of each template")
    if options.rtt_s < 0:
        raise RehearsalError("--rtt: expected a duration that is not negative")
