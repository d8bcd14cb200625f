"""The world, the clock that moves it, and all the servers that show it."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

from workshop_tui.errors import UserError
from workshop_tui.rehearsal.config_files import ConfigFiles, Reach, Secrets
from workshop_tui.rehearsal.moment import parse_at, place_workshop
from workshop_tui.rehearsal.scenario import load_scenario
from workshop_tui.rehearsal.servers.coder_api import CoderApi
from workshop_tui.rehearsal.servers.coder_front import CoderFront
from workshop_tui.rehearsal.servers.coder_objects import CoderDocuments
from workshop_tui.rehearsal.servers.control_api import ControlApi
from workshop_tui.rehearsal.servers.gateway_api import GatewayApi
from workshop_tui.rehearsal.servers.kubernetes_api import KubernetesApi
from workshop_tui.rehearsal.servers.kubernetes_objects import Renderer
from workshop_tui.rehearsal.servers.listening import LOOPBACK, free_socket, port_of, serve, up_to_date
from workshop_tui.rehearsal.servers.name_server import NameServer
from workshop_tui.rehearsal.servers.object_store import ObjectStore
from workshop_tui.rehearsal.servers.prometheus_api import PrometheusApi
from workshop_tui.rehearsal.servers.registry_api import RegistryApi
from workshop_tui.rehearsal.timing import Timing
from workshop_tui.rehearsal.world.region import PLACES
from workshop_tui.rehearsal.world.world import TAG, World

TICK_S = 0.25
ZONE = "rehearsal.test"
CERTIFICATE_DAYS = 60


@dataclass(frozen=True, slots=True)
class PlatformOptions:
    scenario: str = "calm"
    speed: float = 1.0
    """Simulated seconds for each second; 0 stands still."""
    seed: int = 1
    people: int | None = None
    """None: as the scenario says."""
    nodes: int | None = None
    """Of each region. None: as the scenario says, and more for more people."""
    at: str = "T-2d"
    """The moment to begin at, as `parse_at` reads it."""
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
        self.prometheus = PrometheusApi(world)
        self.ticking = asyncio.create_task(self._tick())
        """Never ends by itself, unless it fails."""

    def catch_up(self) -> None:
        """Move the world to the present and show what changed."""
        self.world.advance(self._clock.now())
        for store in self.stores.values():
            store.refresh()
        self.prometheus.observe()

    async def jump(self, at: str) -> Timing:
        """Move the rehearsal's time forward. Raises `UserError`, and `BackwardError` when it has passed."""
        offset = parse_at(at, workshop_minutes=self.world.scenario.minutes)
        moment = self.world.workshop_starts_at + offset
        self.timing = self.timing.moved_to(moment, datetime.now(UTC))
        self._clock = self.timing.clock()
        self.catch_up()
        await asyncio.to_thread(self.write_settings)
        return self.timing

    def write_settings(self) -> None:
        self.files.write_settings(
            self.reach,
            self.timing,
            scenario=self._name,
            workshop_minutes=self.world.scenario.minutes,
            expected_people=self.world.expected_people,
        )

    async def stop(self) -> None:
        """Raises what ended the ticking, if anything did before."""
        self.ticking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.ticking

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self.catch_up()


@asynccontextmanager
async def serving(options: PlatformOptions) -> AsyncIterator[Platform]:
    """The platform, while it listens; its settings file exists from beginning to end.

    Raises `UserError` for wrong options.
    """
    if options.config_path is None:
        raise UserError("the rehearsal platform needs a file to write its settings to")
    check(options)
    files = ConfigFiles(options.config_path)
    async with AsyncExitStack() as stack:
        platform = await _start(stack, options, files)
        await asyncio.to_thread(platform.write_settings)
        yield platform


def check(options: PlatformOptions) -> None:
    """Raises `UserError` for options that cannot be meant."""
    if not 0 <= options.speed <= 100_000:
        raise UserError(f"--speed {options.speed}: expected a number from 0 to 100000")
    if options.people is not None and not 0 <= options.people <= 20_000:
        raise UserError(f"--people {options.people}: expected 0 to 20000")
    if options.nodes is not None and not 1 <= options.nodes <= 2_000:
        raise UserError(f"--nodes {options.nodes}: expected 1 to 2000 for each region")
    if options.rtt_s < 0:
        raise UserError("--rtt: expected a duration that is not negative")


async def _start(stack: AsyncExitStack, options: PlatformOptions, files: ConfigFiles) -> Platform:
    scenario = load_scenario(options.scenario)
    offset = parse_at(options.at, workshop_minutes=scenario.minutes)
    names = [f"{kind}/{place.name}" for kind in ("kubernetes", "https") for place in PLACES]
    names += ["gateway", "prometheus", "source", "mirror", "control"]
    sockets = {name: free_socket() for name in names}
    for bound in sockets.values():
        stack.callback(bound.close)
    ports = {name: port_of(bound) for name, bound in sockets.items()}
    now = datetime.now(UTC)
    timing = Timing(now, now, options.speed, place_workshop(now, offset))
    world = World(
        scenario,
        seed=options.seed,
        workshop_starts_at=timing.workshop_starts_at,
        people=options.people,
        nodes=options.nodes,
        source_host=f"{LOOPBACK}:{ports['source']}",
        mirror_host=f"{LOOPBACK}:{ports['mirror']}",
    )
    world.advance(now)
    keys = Secrets(
        kubernetes_token=secrets.token_urlsafe(32),
        coder_token=f"{secrets.token_hex(5)}-{secrets.token_hex(11)}",
        gateway_key=f"sk-{secrets.token_urlsafe(24)}",
        gateway_master_key=f"sk-{secrets.token_urlsafe(24)}",
        control_token=secrets.token_urlsafe(32),
    )
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: NameServer(ZONE, tuple(place.domain for place in PLACES)), local_addr=(LOOPBACK, 0)
    )
    stack.callback(transport.close)
    reach = Reach(
        {place.name: ports[f"kubernetes/{place.name}"] for place in PLACES},
        {place.name: ports[f"https/{place.name}"] for place in PLACES},
        f"http://{LOOPBACK}:{ports['gateway']}",
        f"http://{LOOPBACK}:{ports['prometheus']}",
        world.source.reference(TAG),
        world.mirror.reference(TAG),
        f"{LOOPBACK}:{transport.get_extra_info('sockname')[1]}",
        f"http://{LOOPBACK}:{ports['control']}",
    )
    platform = Platform(world, timing, reach, files, keys, options.scenario)
    for name, region in world.regions.items():
        renderer = Renderer(region, world.moment)
        platform.stores[name] = ObjectStore(region.cluster, renderer.render, history=options.watch_history)
    stack.push_async_callback(platform.stop)
    platform.catch_up()
    authority = trustme.CA(organization_name="workshop-tui rehearsal")
    present = up_to_date(platform.catch_up, options.rtt_s)
    documents = CoderDocuments(world)
    access_url = f"https://{world.control_plane.place.domain}:{reach.https_ports[world.control_plane.place.name]}"
    expires = datetime.now(UTC) + timedelta(days=CERTIFICATE_DAYS)
    for name, region in world.regions.items():
        kubernetes = KubernetesApi(
            world, region, platform.stores[name], keys.kubernetes_token, bookmark_every_s=options.bookmark_every_s
        )
        tls = _tls(authority, expires, LOOPBACK, "localhost")
        await serve(stack, kubernetes.application(present), sockets[f"kubernetes/{name}"], tls)
        place = region.place
        api = CoderApi(world, documents, keys.coder_token) if place.is_control_plane else None
        front = CoderFront(world, region, documents, api, access_url)
        tls = _tls(authority, expires, place.domain, place.wildcard)
        await serve(stack, front.application(present), sockets[f"https/{name}"], tls)
    gateway = GatewayApi(world, keys.gateway_key, keys.gateway_master_key)
    await serve(stack, gateway.application(present), sockets["gateway"])
    await serve(stack, platform.prometheus.application(present), sockets["prometheus"])
    await serve(stack, RegistryApi(world.source).application(present), sockets["source"])
    await serve(stack, RegistryApi(world.mirror).application(present), sockets["mirror"])
    control = ControlApi(lambda: platform.timing, platform.jump, keys.control_token)
    await serve(stack, control.application(), sockets["control"])
    stack.callback(files.remove)
    await asyncio.to_thread(files.write_secrets, reach, keys, authority.cert_pem.bytes())
    return platform


def _tls(authority: trustme.CA, expires: datetime, *names: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names, not_after=expires).configure_cert(context)
    return context
