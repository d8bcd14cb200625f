from __future__ import annotations

import asyncio
import socket
import ssl
from datetime import UTC, datetime, timedelta

import aiohttp
import dns.asyncquery
import dns.message
import dns.rcode
import dns.rdatatype
import pytest

REGIONS = ("ohio", "oregon", "london")
PROBE = "test-workspace"


async def look_up(wire, name: str, type_: str = "A"):
    address, port = wire.settings["network"]["nameserver"].split(":")
    query = dns.message.make_query(name, type_)
    return await dns.asyncquery.udp(query, address, port=int(port), timeout=5)


@pytest.mark.parametrize(
    "name",
    [
        "ai.rehearsal.test",
        "x.ai.rehearsal.test",
        "EMEA-proxy.ai.rehearsal.test",
        "a--b--c.oregon-proxy.ai.rehearsal.test",
    ],
)
async def test_the_six_names_and_all_under_them_are_on_this_machine(rehearse, name: str) -> None:
    async with rehearse("calm") as wire:
        answer = await look_up(wire, name)
        assert answer.rcode() == dns.rcode.NOERROR
        assert [record.address for rrset in answer.answer for record in rrset] == ["127.0.0.1"]


async def test_other_kinds_of_record_are_empty_and_other_names_do_not_exist(rehearse) -> None:
    async with rehearse("calm") as wire:
        no_data = await look_up(wire, "ai.rehearsal.test", "AAAA")
        assert (no_data.rcode(), no_data.answer) == (dns.rcode.NOERROR, [])
        assert (await look_up(wire, "nothing.rehearsal.test")).rcode() == dns.rcode.NXDOMAIN
        assert (await look_up(wire, "xai.rehearsal.test")).rcode() == dns.rcode.NXDOMAIN
        assert (await look_up(wire, "coder.com")).rcode() == dns.rcode.REFUSED


async def test_garbage_does_not_stop_the_name_server(rehearse) -> None:
    async with rehearse("calm") as wire:
        address, port = wire.settings["network"]["nameserver"].split(":")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            for garbage in (b"", b"\x00", b"\xff" * 40):
                udp.sendto(garbage, (address, int(port)))
        assert (await look_up(wire, "ai.rehearsal.test")).rcode() == dns.rcode.NOERROR


async def test_each_region_has_a_certificate_for_its_domain_and_wildcard_only(rehearse) -> None:
    async with rehearse("calm") as wire:
        tls = ssl.create_default_context(cafile=wire.settings["network"]["ca_file"])
        for region in REGIONS:
            port = wire.region(region)["https_port"]
            for name in (wire.region(region)["domain"], f"x.{wire.region(region)['domain']}"):
                _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls, server_hostname=name)
                certificate = writer.get_extra_info("ssl_object").getpeercert()
                writer.close()
                ends = datetime.strptime(certificate["notAfter"], "%b %d %H:%M:%S %Y %Z").replace(tzinfo=UTC)
                assert timedelta(days=30) < ends - datetime.now(UTC) < timedelta(days=90)
            with pytest.raises(ssl.SSLCertVerificationError):
                await asyncio.open_connection("127.0.0.1", port, ssl=tls, server_hostname="coder.com")


async def test_domains_are_healthy_and_proxies_report(rehearse) -> None:
    async with rehearse("september-2024") as wire:
        for region in REGIONS:
            answer = await wire.get(wire.host(region, wire.region(region)["domain"], "/healthz"))
            assert (answer.status, answer.body) == (200, b"OK")
        report = await wire.get(wire.host("oregon", wire.region("oregon")["domain"], "/healthz-report"))
        assert report.json["errors"] is None
        assert "version mismatch" in report.json["warnings"][0]


async def test_health_is_only_told_to_get(rehearse) -> None:
    async with rehearse("calm") as wire:
        answer = await wire.ask("HEAD", wire.host("ohio", "ai.rehearsal.test", "/healthz"))
        assert answer.status == 405


@pytest.mark.parametrize("region", REGIONS)
async def test_in_calm_a_name_that_is_no_application_proves_the_wildcard(rehearse, region: str) -> None:
    async with rehearse("calm") as wire:
        answer = await wire.get(wire.host(region, f"{PROBE}.{wire.region(region)['domain']}"))
        assert answer.status == 400
        assert b"Invalid Application URL" in answer.body
        assert answer.headers["X-Coder-Build-Version"] == "v2.36.0"


async def test_in_september_the_wildcards_of_the_old_proxies_never_reach_coder(rehearse) -> None:
    async with rehearse("september-2024") as wire:
        for region, status in (("ohio", 400), ("oregon", 404), ("london", 404)):
            answer = await wire.get(wire.host(region, f"{PROBE}.{wire.region(region)['domain']}"))
            assert answer.status == status
            assert ("X-Coder-Build-Version" in answer.headers) is (region == "ohio")


@pytest.mark.parametrize(
    ("label", "status"),
    [
        ("code-server--workshop--ana", 303),
        ("8080--main--workshop--ana", 303),
        ("8080s--main--workshop--ana", 303),
        ("8080--workshop--ana", 400),
        ("code-server--workshop--nobody", 404),
        ("code-server--other--ana", 404),
        ("vim--workshop--ana", 404),
        ("workshop--ana", 400),
        ("a--b--c--d--e", 400),
    ],
)
async def test_application_names_answer_as_coder_answers_strangers(rehearse, label: str, status: int) -> None:
    async with rehearse("calm", at="T+20m") as wire:
        answer = await wire.get(wire.host("ohio", f"{label}.ai.rehearsal.test", "/path?x=1"))
        assert answer.status == status
        if status == 303:
            location = answer.headers["Location"]
            assert location.startswith(
                f"{wire.settings['coder']['url']}/api/v2/applications/auth-redirect?redirect_uri="
            )
            assert "path%3Fx%3D1" in location


async def test_a_proxys_name_at_the_control_plane_is_taken_for_an_application(rehearse) -> None:
    async with rehearse("calm") as wire:
        port = wire.region("ohio")["https_port"]
        answer = await wire.get(f"https://emea-proxy.ai.rehearsal.test:{port}/healthz")
        assert (answer.status, b"Invalid Application URL" in answer.body) == (400, True)


async def test_a_proxy_serves_no_dashboard(rehearse) -> None:
    async with rehearse("calm") as wire:
        answer = await wire.get(wire.host("london", wire.region("london")["domain"], "/workspaces"))
        assert (answer.status, b"Head to the Dashboard" in answer.body) == (400, True)


async def test_a_wrong_host_is_sent_to_the_access_url(rehearse) -> None:
    async with rehearse("calm") as wire:
        url = wire.host("ohio", "ai.rehearsal.test", "/healthz")
        answer = await wire.get(url, headers={"Host": "elsewhere.test"})
        assert (answer.status, answer.headers["Location"]) == (307, f"{wire.settings['coder']['url']}/healthz")


async def test_a_distant_platform_answers_later(rehearse) -> None:
    async with rehearse("calm", rtt_s=0.3) as wire:
        timeout = aiohttp.ClientTimeout(total=0.15)
        with pytest.raises(TimeoutError):
            await wire.get(wire.host("ohio", "ai.rehearsal.test", "/healthz"), timeout=timeout)
        assert (await wire.get(wire.host("ohio", "ai.rehearsal.test", "/healthz"))).status == 200
