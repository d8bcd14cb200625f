"""Debian's dnsmasq, once as this machine's name server and once as the public one that participants ask."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fakes.program import find_program, running
from workshop_tui.checks.names_resolve import CHECK
from workshop_tui.clients.network import Network
from workshop_tui.collectors.names import NamesSource
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding
from workshop_tui.model.kinds import NAMES
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.settings.settings import Settings

_EVERYWHERE = (
    "--host-record=ohio.example.test,192.0.2.10",
    "--address=/apps.ohio.example.test/192.0.2.11",
    "--host-record=oregon.example.test,192.0.2.20",
    "--host-record=silent.example.test,192.0.2.40",
    "--host-record=six.example.test,2001:db8::7",
    "--txt-record=empty.example.test,moved",
)
_HERE = ("--address=/apps.oregon.example.test/192.0.2.21", "--host-record=london.example.test,192.0.2.30")
_IN_PUBLIC = ("--host-record=london.example.test,198.51.100.30",)


def dnsmasq(directory: Path, *records: str) -> AbstractContextManager[int]:
    """Knows these records, and of everything else in the zone that it does not exist."""
    program = find_program("dnsmasq", "dnsmasq-base")
    options = ("--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--log-facility=-")
    place = ("--listen-address=127.0.0.1", "--bind-interfaces", f"--user={getpass.getuser()}", "--pid-file=")
    zone = ("--local=/example.test/", *_EVERYWHERE, *records)
    return running(lambda port: [program, *options, *place, f"--port={port}", *zone], directory)


@pytest.fixture(scope="module")
def silent_port() -> Iterator[int]:
    """Takes questions and never answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        yield server.getsockname()[1]


@pytest.fixture(scope="module")
def servers(silent_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """This machine's and the public one, which waits in vain for what lies below silent.example.test."""
    delegated = f"--server=/below.silent.example.test/127.0.0.1#{silent_port}"
    apps = "--address=/below.silent.example.test/192.0.2.41"
    with (
        dnsmasq(tmp_path_factory.mktemp("here"), *_HERE, apps) as here,
        dnsmasq(tmp_path_factory.mktemp("public"), *_IN_PUBLIC, delegated) as public,
    ):
        yield f"127.0.0.1:{here}", f"127.0.0.1:{public}"


async def judged(servers: tuple[str, str], domain: str, wildcard: str | None = None) -> list[Finding]:
    here, public = servers
    region = {"name": "ohio", "role": "proxy", "domain": domain, "wildcard": wildcard}
    network = {"nameserver": here, "public_nameserver": public}
    settings = Settings.model_validate({"region": [region], "network": network})
    source = NamesSource(Network(settings, look_up_s=1.5), settings.region[0])
    now, key = datetime.now(UTC), SourceKey(NAMES.name, "ohio")
    return list(CHECK.judge(Facts(now, None, {key: Reading(key, await source.collect(), now)}), settings))


async def test_a_domain_and_a_name_below_its_wildcard_are_found_here_and_in_public(servers: tuple[str, str]) -> None:
    domain, below = await judged(servers, "ohio.example.test", "*.apps.ohio.example.test")
    assert (domain.outcome, below.outcome) == (Outcome.PASS, Outcome.PASS)
    assert dict(domain.evidence)["here"] == "192.0.2.10"
    assert below.subject.endswith(".apps.ohio.example.test")
    assert dict(below.evidence) == {"here": "192.0.2.11", f"at {servers[1]}": "192.0.2.11"}


async def test_a_wildcard_that_only_we_know_fails_although_everything_works_for_us(servers: tuple[str, str]) -> None:
    domain, below = await judged(servers, "oregon.example.test", "*.apps.oregon.example.test")
    assert (domain.outcome, below.outcome) == (Outcome.PASS, Outcome.FAIL)
    assert below.message == f"in public: {below.subject} does not exist in DNS: check the record"
    assert below.remedy is not None
    port = servers[1].partition(":")[2]
    assert below.remedy.command == f"dig +short {below.subject} @127.0.0.1 -p {port}"


@pytest.mark.parametrize(
    ("domain", "outcome", "said"),
    [
        ("london.example.test", Outcome.WARN, "the public name server names other addresses than ours"),
        ("gone.example.test", Outcome.FAIL, "here: gone.example.test does not exist in DNS: check the record"),
        ("empty.example.test", Outcome.FAIL, "here: empty.example.test has no address in DNS: check the record"),
        ("six.example.test", Outcome.PASS, "found here and in public"),
    ],
)
async def test_each_way_a_record_can_be_wrong_is_told_apart(
    servers: tuple[str, str], domain: str, outcome: Outcome, said: str
) -> None:
    (found,) = await judged(servers, domain)
    assert (found.outcome, found.message) == (outcome, said)


async def test_a_name_server_that_stays_silent_for_a_name_is_unknown_and_the_other_name_is_judged(
    servers: tuple[str, str],
) -> None:
    domain, below = await judged(servers, "silent.example.test", "*.below.silent.example.test")
    assert (domain.outcome, below.outcome) == (Outcome.PASS, Outcome.UNKNOWN)
    assert below.message == f"in public: the name server did not answer for {below.subject}"


async def test_a_public_name_server_that_never_answers_is_unknown(servers: tuple[str, str], silent_port: int) -> None:
    (found,) = await judged((servers[0], f"127.0.0.1:{silent_port}"), "ohio.example.test")
    assert found.outcome is Outcome.UNKNOWN


async def test_what_the_client_says_of_a_name_that_does_not_exist(servers: tuple[str, str]) -> None:
    network = Network(Settings.model_validate({"network": {"nameserver": servers[0]}}))
    with pytest.raises(SourceError) as caught:
        await network.resolve("gone.example.test")
    assert caught.value.kind is ErrorKind.UNREACHABLE
