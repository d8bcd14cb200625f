from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from fakes.certificates import server_context
from fakes.loopback import Answer, Asked, Says, connections, loopback
from fakes.name_server import NameServer, name_server
from workshop_tui.clients.network import Network
from workshop_tui.clients.route import RouteClient, judged
from workshop_tui.collectors.routes import RoutesSource
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.route import RouteProbe, RouteRole, RouteStage
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings

VERSION = {"X-Coder-Build-Version": "v2.35.1"}
PAGE = b"<html><title>400 - Invalid Application URL</title></html>"
HOST = "ohio.example.test"
SOON_S, PATIENT_S = 0.5, 10
BEHIND_TLS_S = 3
"""The connection and TLS have not half of it, and must be there in time on a machine that does other things too."""
DOMAIN, WILDCARD = RouteRole.DOMAIN, RouteRole.WILDCARD
CODER, HTTP, TLS, CONNECT, DNS = (
    RouteStage.CODER,
    RouteStage.HTTP,
    RouteStage.TLS,
    RouteStage.CONNECT,
    RouteStage.DNS,
)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def certificate(authority: trustme.CA) -> trustme.LeafCert:
    return authority.issue_cert(HOST, not_after=datetime(2050, 1, 2, 3, 4, 5, tzinfo=UTC))


@pytest.fixture
async def names() -> AsyncIterator[NameServer]:
    async with name_server({"*.example.test": ("127.0.0.1",)}) as server:
        yield server


@pytest.fixture
def network(authority: trustme.CA, names: NameServer, tmp_path: Path) -> Network:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return Network(
        Settings.model_validate({"network": {"ca_file": str(tmp_path / "ca.pem"), "nameserver": names.address}})
    )


@pytest.fixture
def probe(network: Network, certificate: trustme.LeafCert):
    async def ask(
        answer: Answer,
        role: RouteRole = DOMAIN,
        host: str = HOST,
        served: trustme.LeafCert = certificate,
        timeout_s: float = PATIENT_S,
    ) -> tuple[RouteProbe, list[Asked]]:
        async with loopback(answer, server_context(served)) as server:
            return await RouteClient(network, timeout_s).probe(role, host, server.port), server.asked

    return ask


async def test_a_healthy_domain_is_asked_for_its_health_and_nothing_else(probe) -> None:
    found, (asked,) = await probe(lambda _: Says(200, b"OK\n", VERSION))
    assert (asked.method, asked.target, asked.sni) == ("GET", "/healthz", HOST)
    assert (found.role, found.host, found.stage, found.detail) == (DOMAIN, HOST, CODER, "healthy")
    assert (found.addresses, found.status, found.build_version) == (("127.0.0.1",), 200, "v2.35.1")
    assert found.certificate_expires_at == datetime(2050, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert 0 < found.latency_s < PATIENT_S


async def test_a_wildcard_is_asked_for_a_page_that_only_coder_has(probe) -> None:
    found, (asked,) = await probe(lambda _: Says(400, PAGE), WILDCARD)
    assert (asked.method, asked.target) == ("GET", "/")
    assert (found.role, found.stage, found.status, found.build_version) == (WILDCARD, CODER, 400, "")


@pytest.mark.parametrize(
    ("role", "status", "headers", "text", "stage", "detail"),
    [
        (DOMAIN, 200, {}, "OK", CODER, "healthy"),
        (DOMAIN, 200, VERSION, " OK\n", CODER, "healthy"),
        (DOMAIN, 200, {}, "<html>welcome to nginx</html>", HTTP, "answers 200, but not as Coder does"),
        (DOMAIN, 200, VERSION, "", HTTP, "answers 200, but not as Coder does"),
        (DOMAIN, 204, {}, "", HTTP, "answers 204 to its health page"),
        (DOMAIN, 307, {}, "", HTTP, "answers 307 to its health page"),
        (DOMAIN, 404, {}, "OK", HTTP, "answers 404 to its health page"),
        (DOMAIN, 400, VERSION, PAGE.decode(), HTTP, "Coder answers 400 to its health page"),
        (DOMAIN, 503, VERSION, "", HTTP, "Coder answers 503 to its health page"),
        (WILDCARD, 400, {}, PAGE.decode(), CODER, "reaches Coder"),
        (WILDCARD, 400, VERSION, "", CODER, "reaches Coder"),
        (WILDCARD, 400, {}, "Bad Request", HTTP, "answers 400, but not from Coder"),
        (WILDCARD, 303, VERSION, "", CODER, "reaches Coder (303)"),
        (WILDCARD, 307, VERSION, "", CODER, "reaches Coder (307)"),
        (WILDCARD, 404, VERSION, "", CODER, "reaches Coder (404)"),
        (WILDCARD, 303, {}, "", HTTP, "answers 303, but not from Coder"),
        (WILDCARD, 404, {}, "404 page not found", HTTP, "answers 404, but not from Coder"),
        (WILDCARD, 404, {}, PAGE.decode(), HTTP, "answers 404, but not from Coder"),
        (WILDCARD, 200, {}, "OK", HTTP, "answers 200, but not from Coder"),
        (WILDCARD, 503, {}, "", HTTP, "answers 503, but not from Coder"),
    ],
)
def test_only_coders_own_answer_counts(
    role: RouteRole, status: int, headers: dict[str, str], text: str, stage: RouteStage, detail: str
) -> None:
    assert judged(role, status, httpx.Headers(headers), text) == (stage, detail)


@given(st.sampled_from([DOMAIN, WILDCARD]), st.integers(100, 599), st.text(max_size=30))
def test_an_answer_that_shows_no_sign_of_coder_never_works(role: RouteRole, status: int, text: str) -> None:
    stage, detail = judged(role, status, httpx.Headers(), text)
    signed = (role is DOMAIN and status == 200 and text.strip() == "OK") or "Invalid Application URL" in text
    assert signed or stage is HTTP
    assert str(status) in detail or stage is CODER


@pytest.mark.parametrize("role", [DOMAIN, WILDCARD, RouteRole.APP])
async def test_redirects_are_told_and_not_followed(probe, role: RouteRole) -> None:
    found, asked = await probe(lambda _: Says(302, b"", {"Location": f"https://{HOST}/healthz"}), role)
    assert (found.stage, found.status, len(asked)) == (HTTP, 302, 1)


async def test_a_name_without_a_record_stops_at_dns(network: Network) -> None:
    found = await RouteClient(network).probe(DOMAIN, "absent.invalid", 443)
    assert found == RouteProbe(DOMAIN, "absent.invalid", DNS, "absent.invalid does not exist in DNS: check the record")


async def test_a_silent_name_server_stops_at_dns_in_time(network: Network, names: NameServer) -> None:
    names.silent.add(HOST)
    found = await RouteClient(network, SOON_S).probe(DOMAIN, HOST, 443)
    assert (found.stage, found.addresses) == (DNS, ())
    assert found.detail == f"the name server of {HOST} did not answer in time"


async def test_a_port_that_nobody_serves_stops_at_the_connection(network: Network) -> None:
    async with loopback(lambda _: Says()) as server:
        port = server.port
    found = await RouteClient(network).probe(DOMAIN, HOST, port)
    assert (found.stage, found.detail, found.addresses) == (CONNECT, f"{HOST} refuses connections", ("127.0.0.1",))
    assert (found.status, found.latency_s, found.certificate_expires_at) == (None, None, None)


@pytest.mark.parametrize(
    ("issue", "told"),
    [
        (lambda ours: trustme.CA().issue_cert(HOST), "is signed by an authority that this machine does not trust"),
        (lambda ours: ours.issue_cert("oregon.example.test"), "is for another name"),
        (lambda ours: ours.issue_cert("*.ohio.example.test"), "is for another name"),
        (
            lambda ours: ours.issue_cert(
                HOST,
                not_before=datetime.now(UTC) - timedelta(days=9),
                not_after=datetime.now(UTC) - timedelta(seconds=9),
            ),
            "has expired",
        ),
        (
            lambda ours: ours.issue_cert(HOST, not_before=datetime.now(UTC) + timedelta(days=1)),
            "is not valid yet",
        ),
    ],
)
async def test_a_bad_certificate_stops_at_tls_and_says_why(
    probe, authority: trustme.CA, issue: Callable[[trustme.CA], trustme.LeafCert], told: str
) -> None:
    found, asked = await probe(lambda _: Says(200, b"OK"), served=issue(authority))
    assert (found.stage, asked) == (TLS, [])
    assert found.detail.startswith(f"{HOST}: its certificate {told}")


async def test_a_server_without_tls_stops_at_tls(network: Network) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with connections(speak) as port:
        found = await RouteClient(network).probe(DOMAIN, HOST, port)
    assert found.stage is TLS
    assert found.detail.startswith(f"{HOST}: TLS failed")


async def test_a_server_that_takes_the_connection_and_says_nothing_hangs_at_tls(network: Network) -> None:
    async with loopback(lambda _: None) as server:
        found = await RouteClient(network, SOON_S).probe(DOMAIN, HOST, server.port)
    assert (found.stage, found.detail) == (TLS, f"{HOST} did not answer in time")


@pytest.mark.parametrize("says", [None, Says(200, b"O", VERSION, hangs=True)])
async def test_a_server_that_never_ends_its_answer_hangs_behind_tls(probe, says: Says | None) -> None:
    found, asked = await probe(lambda _: says, timeout_s=BEHIND_TLS_S)
    assert (found.stage, found.detail) == (HTTP, f"{HOST} did not answer in time")
    assert len(asked) == 1


async def test_a_server_that_drips_does_not_outlast_the_probes_time(network: Network, certificate) -> None:
    """Each byte comes in time, the answer does not."""

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        while not reader.at_eof():
            writer.write(b"O")
            await asyncio.sleep(SOON_S / 10)

    async with connections(drip, server_context(certificate)) as port:
        async with asyncio.timeout(PATIENT_S):
            found = await RouteClient(network, BEHIND_TLS_S).probe(DOMAIN, HOST, port)
    assert (found.stage, found.detail) == (HTTP, f"{HOST} did not answer in time")


async def test_an_endless_answer_is_judged_by_its_beginning(probe) -> None:
    found, _ = await probe(lambda _: Says(400, PAGE + b"x" * 2**20, hangs=True), WILDCARD)
    assert (found.stage, found.detail) == (CODER, "reaches Coder")


@pytest.mark.parametrize("head", [b"SSH-2.0-OpenSSH_9.2\r\n", b"", b"HTTP/1.1 2"])
async def test_what_is_no_http_stops_behind_tls(network: Network, certificate, head: bytes) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head)

    async with connections(speak, server_context(certificate)) as port:
        found = await RouteClient(network).probe(DOMAIN, HOST, port)
    assert (found.stage, found.status) == (HTTP, None)
    assert found.detail.startswith(f"{HOST} cannot be reached")


async def test_each_probe_connects_anew(network: Network, certificate) -> None:
    count = 0

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1
        while await reader.readline() not in (b"\r\n", b""):
            pass
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK")
        await reader.read()

    async with connections(speak, server_context(certificate)) as port:
        client = RouteClient(network)
        for _ in range(3):
            assert (await client.probe(DOMAIN, HOST, port)).works
    assert count == 3


async def test_the_environments_proxy_is_not_asked(
    certificate, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A participant has no proxy of ours. Without a name server of the settings, which would go past it anyway."""
    authority.cert_pem.write_to_path(str(tmp_path / "other.pem"))
    network = Network(Settings.model_validate({"network": {"ca_file": str(tmp_path / "other.pem")}}))
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:1")
    async with loopback(lambda _: Says(200, b"OK"), server_context(authority.issue_cert("localhost"))) as server:
        assert (await RouteClient(network).probe(DOMAIN, "localhost", server.port)).works


async def test_wrong_settings_are_no_finding_about_the_route(tmp_path: Path) -> None:
    client = RouteClient(Network(Settings.model_validate({"network": {"ca_file": str(tmp_path / "absent.pem")}})))
    with pytest.raises(SourceError, match=r"network\.ca_file") as caught:
        await client.probe(DOMAIN, "127.0.0.1", 443)
    assert caught.value.kind is ErrorKind.NOT_CONFIGURED


async def test_a_rehearsals_guard_is_no_finding_about_the_route(names: NameServer) -> None:
    names.names["outside.example.test"] = ("192.0.2.7",)
    moment = "2026-12-01T12:00:00Z"
    rehearsal = {"scenario": "calm", "started_at": moment, "shown_at": moment, "workshop_starts_at": moment}
    settings = Settings.model_validate({"rehearsal": rehearsal, "network": {"nameserver": names.address}})
    with pytest.raises(SourceError, match="a rehearsal reaches nothing outside") as caught:
        await RouteClient(Network(settings)).probe(DOMAIN, "outside.example.test", 443)
    assert caught.value.kind is ErrorKind.NOT_CONFIGURED


@pytest.mark.parametrize(
    ("answers", "works", "asked"),
    [
        ([None, Says(body=b"OK")], True, 2),
        ([None, None], False, 2),
        ([Says(404)], False, 1),
    ],
    ids=["a packet is lost", "nobody answers", "a wrong answer is an answer"],
)
async def test_what_does_not_answer_at_all_is_asked_once_more_before_it_counts(
    network: Network, certificate: trustme.LeafCert, answers: list[Says | None], works: bool, asked: int
) -> None:
    left = list(answers)
    async with loopback(lambda _: left.pop(0), server_context(certificate)) as server:
        region = Region.model_validate({"name": "ohio", "role": "proxy", "domain": HOST, "https_port": server.port})
        (found,) = await RoutesSource(RouteClient(network, SOON_S), region, 5).collect()
    assert (found.works, len(server.asked)) == (works, asked)
