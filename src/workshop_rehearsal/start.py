"""Starting a platform: its world up to the moment, then every server, then the files that lead to them."""

from __future__ import annotations

import asyncio
import secrets
import socket
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

import trustme

from workshop_rehearsal.config_files import ConfigFiles, Reach, Secrets
from workshop_rehearsal.errors import RehearsalError
from workshop_rehearsal.moment import parse_at, place_workshop
from workshop_rehearsal.platform import Platform, PlatformOptions, check
from workshop_rehearsal.rights import parse_rights
from workshop_rehearsal.scenario import load_scenario
from workshop_rehearsal.servers.agent_terminal import AgentTerminals
from workshop_rehearsal.servers.alertmanager_api import AlertmanagerApi
from workshop_rehearsal.servers.coder_api import CoderApi
from workshop_rehearsal.servers.coder_front import CoderFront
from workshop_rehearsal.servers.coder_objects import CoderDocuments
from workshop_rehearsal.servers.control_api import ControlApi
from workshop_rehearsal.servers.gateway_api import GatewayApi
from workshop_rehearsal.servers.kubernetes_api import KubernetesApi
from workshop_rehearsal.servers.kubernetes_objects import Renderer
from workshop_rehearsal.servers.listening import LOOPBACK, free_socket, port_of, serve, up_to_date
from workshop_rehearsal.servers.name_server import NameServer
from workshop_rehearsal.servers.object_store import ObjectStore
from workshop_rehearsal.servers.registry_api import RegistryApi
from workshop_rehearsal.servers.workspace_network import WorkspaceNetwork
from workshop_rehearsal.timing import Timing
from workshop_rehearsal.world.places import ALL, PLACES, Place
from workshop_rehearsal.world.world import TAG, World

ZONE = "rehearsal.test"
CERTIFICATE_DAYS = 60


@asynccontextmanager
async def serving(options: PlatformOptions) -> AsyncIterator[Platform]:
    """The platform, while it listens; its settings file exists from beginning to end.

    Raises `RehearsalError` for wrong options.
    """
    if options.config_path is None:
        raise RehearsalError("the rehearsal platform needs a file to write its settings to")
    check(options)
    files = ConfigFiles(options.config_path)
    async with AsyncExitStack() as stack:
        platform = await _start(stack, options, files)
        await asyncio.to_thread(platform.write_settings)
        yield platform


async def _start(stack: AsyncExitStack, options: PlatformOptions, files: ConfigFiles) -> Platform:
    scenario = load_scenario(options.scenario)
    offset = parse_at(options.at, workshop_minutes=scenario.minutes)
    places = PLACES if options.regions is None else ALL[: options.regions]
    kinds = ("kubernetes", "https")
    names = (*(f"{kind}/{place.name}" for kind in kinds for place in places), *_SERVERS)
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
        places=places,
        changes_per_s=options.changes_per_s,
        prebuilds=options.prebuilds,
        source_host=f"{LOOPBACK}:{ports['source']}",
        mirror_host=f"{LOOPBACK}:{ports['mirror']}",
    )
    reach = _reach(world, places, ports, await _name_server(stack, places))
    platform = Platform(world, timing, reach, files, _new_secrets(), options.scenario)
    stack.push_async_callback(platform.stop)
    platform.catch_up(at_once=True)
    for name, region in world.regions.items():
        renderer = Renderer(region, world.moment)
        platform.stores[name] = ObjectStore(region.cluster, renderer.render, history=options.watch_history)
    authority = trustme.CA(organization_name="workshop-tui rehearsal")
    await _serve_all(stack, options, platform, sockets, authority)
    stack.callback(files.remove)
    await asyncio.to_thread(files.write_secrets, reach, platform.secrets, authority.cert_pem.bytes())
    return platform


_SERVERS = ("gateway", "prometheus", "alertmanager", "source", "mirror", "control")


def _reach(world: World, places: Sequence[Place], ports: Mapping[str, int], nameserver: str) -> Reach:
    return Reach(
        places,
        {place.name: ports[f"kubernetes/{place.name}"] for place in places},
        {place.name: ports[f"https/{place.name}"] for place in places},
        f"http://{LOOPBACK}:{ports['gateway']}",
        f"http://{LOOPBACK}:{ports['prometheus']}",
        f"http://{LOOPBACK}:{ports['alertmanager']}",
        world.source.reference(TAG),
        world.mirror.reference(TAG),
        nameserver,
        f"http://{LOOPBACK}:{ports['control']}",
    )


def _new_secrets() -> Secrets:
    """Of this run only, whatever the seed."""
    return Secrets(
        kubernetes_token=secrets.token_urlsafe(32),
        coder_token=f"{secrets.token_hex(5)}-{secrets.token_hex(11)}",
        gateway_key=f"sk-{secrets.token_urlsafe(24)}",
        gateway_master_key=f"sk-{secrets.token_urlsafe(24)}",
        control_token=secrets.token_urlsafe(32),
    )


async def _name_server(stack: AsyncExitStack, places: Sequence[Place]) -> str:
    """Its address and port."""
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: NameServer(ZONE, tuple(place.domain for place in places)), local_addr=(LOOPBACK, 0)
    )
    stack.callback(transport.close)
    return f"{LOOPBACK}:{transport.get_extra_info('sockname')[1]}"


async def _serve_all(
    stack: AsyncExitStack,
    options: PlatformOptions,
    platform: Platform,
    sockets: Mapping[str, socket.socket],
    authority: trustme.CA,
) -> None:
    world, keys = platform.world, platform.secrets
    present = up_to_date(platform.catch_up, options.rtt_s)
    faulty = platform.faults.on_the_way
    rights = parse_rights(options.rights)
    documents = CoderDocuments(world, rights, lambda: platform.faults.has("coder", "sub-agents"))
    control_plane = world.control_plane.place
    access_url = f"https://{control_plane.domain}:{platform.reach.https_ports[control_plane.name]}"
    inside = WorkspaceNetwork(world, platform.reach.gateway_url, platform.reach.https_ports)
    terminals = AgentTerminals(world, inside)
    for name, region in world.regions.items():
        kubernetes = KubernetesApi(
            world,
            region,
            platform.stores[name],
            keys.kubernetes_token,
            partial(platform.faults.has, region=name),
            bookmark_every_s=options.bookmark_every_s,
        )
        tls = _tls(authority, LOOPBACK, "localhost")
        await serve(
            stack, kubernetes.application(faulty(name, "kubernetes"), present), sockets[f"kubernetes/{name}"], tls
        )
        place = region.place
        api = None
        if place.is_control_plane:
            api = CoderApi(
                world,
                documents,
                keys.coder_token,
                terminals,
                rights=rights,
                edition=options.edition,
                plays=partial(platform.faults.has, "coder"),
            )
        front = CoderFront(world, region, documents, api, access_url)
        counted = [platform.traffic.count] if place.is_control_plane else []
        tls = _tls(authority, place.domain, place.wildcard)
        await serve(stack, front.application(faulty(name, "https"), present, *counted), sockets[f"https/{name}"], tls)
    plain = {
        "gateway": GatewayApi(
            world, keys.gateway_key, keys.gateway_master_key, partial(platform.faults.has, "gateway")
        ).application(faulty("", "gateway"), present),
        "prometheus": platform.prometheus.application(faulty("", "prometheus"), present),
        "alertmanager": AlertmanagerApi(world).application(present),
        "source": RegistryApi(world.source).application(present),
        "mirror": RegistryApi(world.mirror).application(present),
        "control": ControlApi(
            lambda: platform.timing, platform.jump, platform.faults, keys.control_token
        ).application(),
    }
    for name, app in plain.items():
        await serve(stack, app, sockets[name])


def _tls(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    expires = datetime.now(UTC) + timedelta(days=CERTIFICATE_DAYS)
    authority.issue_cert(*names, not_after=expires).configure_cert(context)
    return context
