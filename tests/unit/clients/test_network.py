from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import trustme
from pydantic import ValidationError

from fakes.certificates import server_context
from fakes.loopback import Asked, Says, loopback
from fakes.name_server import NameServer, name_server
from workshop_tui.clients.json_request import fetch
from workshop_tui.clients.network import Network
from workshop_tui.clients.transport import PlainHttp
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.settings.settings import Settings

HERE = "127.0.0.1"
REHEARSAL = {
    "scenario": "calm",
    "started_at": "2026-12-01T12:00:00Z",
    "shown_at": "2026-12-01T12:00:00Z",
    "workshop_starts_at": "2026-12-03T12:00:00Z",
}


@pytest.fixture
async def names() -> AsyncIterator[NameServer]:
    async with name_server({"*.example.test": (HERE,)}) as server:
        yield server


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


def of(*, rehearsal: bool = False, **network: object) -> Network:
    more = {"rehearsal": REHEARSAL} if rehearsal else {}
    return Network(Settings.model_validate({"network": network, **more}))


async def failed(network: Network, url: str, **client: object) -> SourceError:
    async with network.client(**client) as opened:
        with pytest.raises(SourceError) as caught:
            await fetch(opened, url, "the server")
    assert "\n" not in caught.value.message
    return caught.value


async def test_the_named_name_server_is_asked_with_ipv4_first(names: NameServer) -> None:
    names.names["both.example.test"] = ("::1", HERE, "127.0.0.2")
    found = await of(nameserver=names.address).resolve("both.example.test")
    assert (sorted(found[:2]), found[2:]) == ([HERE, "127.0.0.2"], ("::1",))
    assert sorted(names.asked) == [("both.example.test", "A"), ("both.example.test", "AAAA")]


async def test_a_name_with_ipv6_alone_is_found(names: NameServer) -> None:
    names.names["six.example.test"] = ("2001:db8::7",)
    assert await of(nameserver=names.address).resolve("six.example.test") == ("2001:db8::7",)


async def test_an_address_needs_no_name_server(names: NameServer) -> None:
    network = of(nameserver=names.address)
    assert [await network.resolve(text) for text in ("192.0.2.7", "::1")] == [("192.0.2.7",), ("::1",)]
    assert names.asked == []


async def test_localhost_is_this_machine_whatever_the_name_server_says(names: NameServer) -> None:
    addresses = await of(nameserver=names.address).resolve("localhost")
    assert addresses
    assert all(ipaddress.ip_address(address).is_loopback for address in addresses)
    assert names.asked == []


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("absent.invalid", "absent.invalid does not exist in DNS: check the record"),
        ("empty.example.test", "empty.example.test has no address in DNS: check the record"),
        ("broken.example.test", "broken.example.test does not resolve"),
        ("x" * 64 + ".example.test", "does not resolve"),
    ],
)
async def test_a_name_that_leads_nowhere_says_what_to_check(names: NameServer, host: str, told: str) -> None:
    names.names["empty.example.test"] = ()
    names.broken.add("broken.example.test")
    with pytest.raises(SourceError) as caught:
        await of(nameserver=names.address).resolve(host)
    assert caught.value.kind is ErrorKind.UNREACHABLE
    assert told in caught.value.message


async def test_a_name_server_that_is_silent_is_a_time_out(names: NameServer) -> None:
    names.silent.add("slow.example.test")
    network = Network(Settings.model_validate({"network": {"nameserver": names.address}}), look_up_s=0.2)
    with pytest.raises(SourceError, match="the name server did not answer") as caught:
        await network.resolve("slow.example.test")
    assert caught.value.kind is ErrorKind.TIMEOUT


@pytest.mark.parametrize("host", ["absent.invalid", "x" * 64 + ".invalid", "two..dots.invalid"])
async def test_the_systems_resolver_fails_in_one_line_too(host: str) -> None:
    with pytest.raises(SourceError, match="does not resolve") as caught:
        await of().resolve(host)
    assert caught.value.kind is ErrorKind.UNREACHABLE


@pytest.mark.parametrize("text", ["10.0.0.2", "10.0.0.2:53", "::1", "[::1]", "[::1]:5353", "2001:db8::1"])
def test_name_servers_are_written_as_people_write_them(text: str) -> None:
    of(nameserver=text)


@pytest.mark.parametrize(
    "text", ["", "dns.example.test", "10.0.0.2:port", "10.0.0.2:0", "10.0.0.2:99999", "[::1", "10.0.0", "[]:53", ":53"]
)
def test_what_is_no_name_server_is_an_error_of_the_settings(text: str) -> None:
    with pytest.raises(ValidationError, match="expected a"):
        of(nameserver=text)


async def test_tls_and_host_keep_the_name_although_the_address_is_asked(
    names: NameServer, authority: trustme.CA, ca_file: Path
) -> None:
    trust = server_context(authority.issue_cert("ohio.example.test"))
    async with loopback(lambda _: Says(200, b"hello"), trust) as server:
        network = of(nameserver=names.address, ca_file=str(ca_file))
        async with network.client(base_url=f"https://ohio.example.test:{server.port}") as client:
            answer = await fetch(client, "/path?query=1", "the server")
    (asked,) = server.asked
    assert (answer.status, answer.body) == (200, b"hello")
    assert (asked.sni, asked.headers["host"]) == ("ohio.example.test", f"ohio.example.test:{server.port}")
    assert asked.target == "/path?query=1"


async def test_a_certificate_for_another_name_is_refused_although_the_address_is_right(
    names: NameServer, authority: trustme.CA, ca_file: Path
) -> None:
    trust = server_context(authority.issue_cert("ohio.example.test", HERE))
    async with loopback(lambda _: Says(), trust) as server:
        network = of(nameserver=names.address, ca_file=str(ca_file))
        error = await failed(network, f"https://oregon.example.test:{server.port}/")
    assert (error.kind, server.asked) == (ErrorKind.TLS, [])
    assert error.message == "the server: its certificate is for another name"


async def test_an_unknown_authority_is_refused_and_the_setting_named(names: NameServer, authority: trustme.CA) -> None:
    async with loopback(lambda _: Says(), server_context(authority.issue_cert("ohio.example.test"))) as server:
        error = await failed(of(nameserver=names.address), f"https://ohio.example.test:{server.port}/")
    assert (error.kind, server.asked) == (ErrorKind.TLS, [])
    assert "name it in network.ca_file" in error.message


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "No such file or directory"), ("garbage", "holds no certificate"), ("", "holds no certificate")],
)
async def test_an_authoritys_file_that_is_none_is_an_error_of_the_settings(
    tmp_path: Path, content: str | None, told: str
) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    error = await failed(of(ca_file=str(path)), f"https://{HERE}:1/")
    assert (error.kind, error.message) == (ErrorKind.NOT_CONFIGURED, f"network.ca_file {path}: {told}")


async def test_an_authoritys_file_is_read_again_once_it_is_mended(tmp_path: Path, authority: trustme.CA) -> None:
    network = of(ca_file=str(tmp_path / "ca.pem"))
    with pytest.raises(SourceError):
        await network.trust()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    first, second = await asyncio.gather(network.trust(), network.trust())
    assert first is second
    assert first.verify_mode is ssl.CERT_REQUIRED
    assert first.check_hostname


@pytest.mark.parametrize("chunked", [False, True])
async def test_an_answer_without_end_is_cut_and_named(chunked: bool) -> None:
    part = b"x" * 2**20
    many = b"100000\r\n" + part + b"\r\n"
    whole = many * 33 + b"0\r\n\r\n" if chunked else part * 33
    headers = {"Transfer-Encoding": "chunked"} if chunked else {}
    async with loopback(lambda _: Says(200, whole, headers)) as server:
        error = await failed(of(), f"http://{server.host}/")
    assert (error.kind, error.message) == (ErrorKind.MALFORMED, "the server answers with more than 8 MiB")


async def test_redirects_are_not_followed() -> None:
    def answer(asked: Asked) -> Says:
        return Says(307, b"", {"Location": f"http://{asked.headers['host']}/elsewhere"})

    async with loopback(answer) as server, of().client() as client:
        assert (await fetch(client, f"http://{server.host}/", "the server")).status == 307
    assert [asked.target for asked in server.asked] == ["/"]


@pytest.mark.parametrize("host", ["192.0.2.7", "outside.example.test", "mixed.example.test"])
async def test_a_rehearsal_asks_nothing_outside_this_machine(names: NameServer, host: str) -> None:
    names.names["outside.example.test"] = ("192.0.2.7",)
    names.names["mixed.example.test"] = (HERE, "192.0.2.7")
    error = await failed(of(rehearsal=True, nameserver=names.address), f"http://{host}:9/", timeout_s=1)
    assert error.kind is ErrorKind.NOT_CONFIGURED
    assert error.message == f"{host} is 192.0.2.7: a rehearsal reaches nothing outside this machine"


async def test_a_rehearsal_asks_this_machine(names: NameServer) -> None:
    async with (
        loopback(lambda _: Says(200, b"here")) as server,
        of(rehearsal=True, nameserver=names.address).client() as client,
    ):
        for host in (HERE, "ohio.example.test"):
            assert (await fetch(client, f"http://{host}:{server.port}/", "the server")).body == b"here"


@pytest.mark.parametrize("prefix", ["http://", ""])
async def test_the_environments_proxy_is_used(monkeypatch: pytest.MonkeyPatch, prefix: str) -> None:
    async with loopback(lambda _: Says(200, b"by proxy")) as proxy:
        monkeypatch.setenv("http_proxy", f"{prefix}{proxy.host}")
        async with of().client() as client:
            answer = await fetch(client, "http://far.example.test/path", "the server")
    assert answer.body == b"by proxy"
    assert [asked.target for asked in proxy.asked] == ["http://far.example.test/path"]


async def test_the_proxy_is_asked_to_tunnel_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    async with loopback(lambda _: Says(407)) as proxy:
        monkeypatch.setenv("https_proxy", f"http://{proxy.host}")
        error = await failed(of(), "https://far.example.test/path")
    assert error.kind is ErrorKind.UNREACHABLE
    assert [(asked.method, asked.target) for asked in proxy.asked] == [("CONNECT", "far.example.test:443")]


@pytest.mark.parametrize(
    ("direct", "rehearsal", "no_proxy", "proxied"),
    [
        (False, False, "", True),
        (False, False, "elsewhere.test", True),
        (True, False, "", False),
        (False, True, "", False),
        (False, False, "127.0.0.1", False),
        (False, False, "*", False),
    ],
)
async def test_a_probe_a_rehearsal_and_the_exceptions_go_past_the_proxy(
    monkeypatch: pytest.MonkeyPatch, direct: bool, rehearsal: bool, no_proxy: str, proxied: bool
) -> None:
    async with loopback(lambda _: Says(200, b"by proxy")) as proxy, loopback(lambda _: Says(200, b"itself")) as server:
        monkeypatch.setenv("all_proxy", f"http://{proxy.host}")
        monkeypatch.setenv("no_proxy", no_proxy)
        async with of(rehearsal=rehearsal).client(direct=direct) as client:
            answer = await fetch(client, f"http://{server.host}/", "the server")
    assert answer.body == (b"by proxy" if proxied else b"itself")


async def test_a_named_name_server_goes_past_the_proxy(names: NameServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", f"http://{HERE}:1")
    network = of(nameserver=names.address)
    async with loopback(lambda _: Says(200, b"itself")) as server, network.client() as client:
        assert (await fetch(client, f"http://ohio.example.test:{server.port}/", "the server")).body == b"itself"


@pytest.mark.parametrize("proxy", ["gopher://ana:hunter2@proxy.test:1", "socks5://ana:hunter2@proxy.test:1"])
async def test_a_proxy_that_cannot_be_used_is_told_without_its_password(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("all_proxy", proxy)
    error = await failed(of(), "http://far.example.test/")
    assert error.kind is ErrorKind.NOT_CONFIGURED
    assert "proxy" in error.message
    assert "hunter2" not in error.message


async def test_a_server_that_hangs_is_a_time_out() -> None:
    async with loopback(lambda _: None) as server:
        error = await failed(of(), f"http://{server.host}/", timeout_s=0.2)
    assert (error.kind, error.message) == (ErrorKind.TIMEOUT, "the server did not answer in time")


@pytest.mark.parametrize("url", ["http://", "http://[/", "nonsense://host/", "http://host:port/"])
async def test_an_address_that_is_none_is_one_line(url: str) -> None:
    assert (await failed(of(), url)).kind is ErrorKind.UNREACHABLE


async def test_closing_a_client_that_never_asked_is_quiet() -> None:
    client = of().client()
    await client.aclose()
    with pytest.raises(RuntimeError):
        await client.send(httpx.Request("GET", "http://127.0.0.1:1/"))


async def test_the_second_address_of_a_name_is_tried_and_then_remembered(names: NameServer) -> None:
    names.names["two.example.test"] = ("127.0.0.2", HERE)
    async with loopback(lambda _: Says(200, b"here")) as server, of(nameserver=names.address).client() as client:
        for _ in range(2):
            assert (await fetch(client, f"http://two.example.test:{server.port}/", "the server")).body == b"here"


async def test_a_name_whose_ipv4_is_dead_is_reached_by_ipv6(names: NameServer) -> None:
    names.names["six.example.test"] = (*(f"127.0.0.{number}" for number in range(2, 8)), "::1")
    async with of(nameserver=names.address).client() as client, loopback(lambda _: Says(200, b"6"), at="::1") as server:
        assert (await fetch(client, f"http://six.example.test:{server.port}/", "the server")).body == b"6"


async def test_a_name_server_that_knows_nothing_of_ipv6_costs_no_time_out(names: NameServer) -> None:
    names.names["four.example.test"] = (HERE,)
    names.silent_types.add("AAAA")
    async with asyncio.timeout(3):
        assert await of(nameserver=names.address).resolve("four.example.test") == (HERE,)


@pytest.mark.parametrize("header", ["Authorization", "Coder-Session-Token"])
async def test_a_credential_goes_to_no_other_host_without_tls(names: NameServer, header: str) -> None:
    names.names["far.example.test"] = ("192.0.2.7",)
    key = PlainHttp("coder.allow_plain_http = true")
    error = await failed(
        of(nameserver=names.address), "http://far.example.test:9/", headers={header: "x"}, plain_http=key
    )
    assert error.kind is ErrorKind.NOT_CONFIGURED
    assert error.message.endswith("without TLS: use https, or set coder.allow_plain_http = true")
