"""Debian's caddy with wildcard TLS: one region answers as Coder, one as a load balancer, and some sites are broken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cryptography import x509

from fakes.certificates import write_certificate
from fakes.name_server import NameServer
from fakes.program import find_program, running
from workshop_tui.checks.routes_answer_in_every_region import CHECK
from workshop_tui.collectors.assembly import assemble
from workshop_tui.collectors.routes import RoutesSource
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding
from workshop_tui.model.kinds import ROUTES
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.route import RouteProbe, RouteRole, RouteStage
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.settings.settings import Settings

VERSION = "v2.35.1+ab12cd3"

_CADDYFILE = """\
{
	admin off
	auto_https off
	default_bind 127.0.0.1
}
https://ohio.example.test:%(port)d {
	tls %(ohio)s
	header X-Coder-Build-Version %(version)s
	respond /healthz "OK"
	redir / /login 307
}
https://*.ohio.example.test:%(port)d {
	tls %(ohio)s
	header X-Coder-Build-Version %(version)s
	header Content-Type "text/html; charset=utf-8"
	respond "<html><h1>400 - Invalid Application URL</h1></html>" 400
}
https://oregon.example.test:%(port)d {
	tls %(oregon)s
	header X-Coder-Build-Version %(version)s
	respond /healthz "OK"
}
https://*.oregon.example.test:%(port)d {
	tls %(oregon)s
	header Server awselb/2.0
	respond "<html><h1>404 Not Found</h1></html>" 404
}
https://expired.example.test:%(port)d {
	tls %(expired)s
	respond /healthz "OK"
}
https://stranger.example.test:%(port)d {
	tls %(stranger)s
	respond /healthz "OK"
}
https://nobodys.example.test:%(port)d {
	tls %(ohio)s
	respond /healthz "OK"
}
https://moved.example.test:%(port)d {
	tls %(moved)s
	header X-Coder-Build-Version %(version)s
	redir https://ohio.example.test:%(port)d{uri} 308
}
https://soon.example.test:%(port)d {
	tls %(soon)s
	respond /healthz "OK"
}
"""


def _certificates(authority: trustme.CA) -> dict[str, trustme.LeafCert]:
    now = datetime.now(UTC)
    long_ago, lately, in_three_days = (now + timedelta(days=days) for days in (-90, -1, 3.2))
    return {
        "ohio": authority.issue_cert("ohio.example.test", "*.ohio.example.test"),
        "oregon": authority.issue_cert("oregon.example.test", "*.oregon.example.test"),
        "expired": authority.issue_cert("expired.example.test", not_before=long_ago, not_after=lately),
        "stranger": trustme.CA().issue_cert("stranger.example.test"),
        "moved": authority.issue_cert("moved.example.test"),
        "soon": authority.issue_cert("soon.example.test", not_before=long_ago, not_after=in_three_days),
    }


@pytest.fixture(scope="module")
def certificates(authority: trustme.CA) -> dict[str, trustme.LeafCert]:
    return _certificates(authority)


@pytest.fixture(scope="module")
def caddy_port(certificates: dict[str, trustme.LeafCert], tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    program = find_program("caddy", "caddy")
    directory = tmp_path_factory.mktemp("caddy")
    files = {
        name: " ".join(str(path) for path in write_certificate(certificate, directory, name))
        for name, certificate in certificates.items()
    }

    def command(port: int) -> list[str]:
        (directory / "Caddyfile").write_text(_CADDYFILE % {"port": port, "version": VERSION, **files})
        return [program, "run", "--config", str(directory / "Caddyfile"), "--adapter", "caddyfile"]

    with running(command, directory) as port:
        yield port


@pytest.fixture
def settings_of(caddy_port: int, ca_file: Path, names: NameServer):
    def build(domain: str | None = None, wildcard: str | None = None, port: int = caddy_port) -> Settings:
        region = {"name": "here", "role": "proxy", "domain": domain, "wildcard": wildcard, "https_port": port}
        network = {"ca_file": str(ca_file), "nameserver": names.address}
        return Settings.model_validate({"region": [region], "network": network})

    return build


async def _probe(settings: Settings) -> tuple[RouteProbe, ...]:
    assembly = assemble(settings)
    try:
        (source,) = (source for source in assembly.sources if isinstance(source, RoutesSource))
        return await source.collect()
    finally:
        await assembly.close()


def _judge(settings: Settings, probes: tuple[RouteProbe, ...]) -> tuple[Finding, ...]:
    """Of the names that are configured."""
    key = SourceKey(ROUTES.name, "here")
    now = datetime.now(UTC)
    found = tuple(CHECK.judge(Facts(now, None, {key: Reading(key, probes, now)}), settings))
    return tuple(finding for finding in found if finding.outcome is not Outcome.NOT_APPLICABLE)


async def test_a_region_where_coder_answers_passes(settings_of, certificates) -> None:
    settings = settings_of("ohio.example.test", "*.ohio.example.test")
    domain, wildcard = probes = await _probe(settings)
    assert (domain.role, domain.stage, domain.status) == (RouteRole.DOMAIN, RouteStage.CODER, 200)
    assert (wildcard.role, wildcard.stage, wildcard.status) == (RouteRole.WILDCARD, RouteStage.CODER, 400)
    expires_at = x509.load_pem_x509_certificate(certificates["ohio"].cert_chain_pems[0].bytes()).not_valid_after_utc
    for probe in probes:
        assert probe.build_version == VERSION
        assert probe.addresses == ("127.0.0.1",)
        assert probe.certificate_expires_at == expires_at
        assert 0 < probe.latency_s < 4
    assert [finding.outcome for finding in _judge(settings, probes)] == [Outcome.PASS, Outcome.PASS]


async def test_a_load_balancer_that_answers_in_coders_place_fails_the_wildcard_alone(settings_of) -> None:
    settings = settings_of("oregon.example.test", "*.oregon.example.test")
    domain, wildcard = probes = await _probe(settings)
    assert domain.works
    assert (wildcard.stage, wildcard.status, wildcard.build_version) == (RouteStage.HTTP, 404, "")
    assert wildcard.detail == "answers 404, but not from Coder"
    passed, failed = _judge(settings, probes)
    assert (passed.outcome, failed.outcome) == (Outcome.PASS, Outcome.FAIL)
    assert failed.subject == "*.oregon.example.test"


@pytest.mark.parametrize(
    ("domain", "told"),
    [
        ("expired.example.test", "expired.example.test: its certificate has expired: renew it"),
        ("stranger.example.test", "stranger.example.test: its certificate is signed by an authority that this machine"),
        ("nobodys.example.test", "nobodys.example.test: its certificate is for another name"),
    ],
)
async def test_a_certificate_that_no_participant_would_accept_stops_the_probe(
    settings_of, domain: str, told: str
) -> None:
    settings = settings_of(domain)
    (probe,) = probes = await _probe(settings)
    assert probe.stage is RouteStage.TLS
    assert probe.detail.startswith(told)
    (finding,) = _judge(settings, probes)
    assert finding.outcome is Outcome.FAIL
    assert "openssl s_client" in finding.remedy.command


async def test_a_redirect_is_told_and_not_followed(settings_of) -> None:
    (probe,) = await _probe(settings_of("moved.example.test"))
    assert (probe.stage, probe.status) == (RouteStage.HTTP, 308)
    assert probe.detail == "Coder answers 308 to its health page"


async def test_a_certificate_that_ends_soon_is_a_warning(settings_of) -> None:
    settings = settings_of("soon.example.test")
    probes = await _probe(settings)
    assert probes[0].works
    (finding,) = _judge(settings, probes)
    assert finding.outcome is Outcome.WARN
    assert "certificate ends in 3 d" in finding.message


async def test_a_name_without_a_record_stops_at_dns(settings_of) -> None:
    settings = settings_of("nowhere.invalid")
    (probe,) = probes = await _probe(settings)
    assert (probe.stage, probe.addresses) == (RouteStage.DNS, ())
    (finding,) = _judge(settings, probes)
    assert finding.outcome is Outcome.FAIL
    assert finding.remedy.command == "dig +short nowhere.invalid"
