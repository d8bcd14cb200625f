"""Debian's prometheus with rules, node exporter and alertmanager with a webhook; prometheus through caddy too."""

from __future__ import annotations

import asyncio
import json
import queue
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from fakes.program import find_program, running
from fakes.webhook import webhook_server
from workshop_tui.actions.trial_alert import Arrival, harmless_alert, send_test_alert
from workshop_tui.checks import alert_rules_ready, alertmanager_ready, monitoring_collects
from workshop_tui.checks.shared.check import Check
from workshop_tui.clients.alertmanager import AlertmanagerClient
from workshop_tui.clients.network import Network
from workshop_tui.collectors.alertmanager_health import AlertmanagerHealthSource
from workshop_tui.collectors.assembly import Assembly, assemble
from workshop_tui.collectors.prometheus_health import PrometheusHealthSource
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.clock import Clock
from workshop_tui.model.finding import Finding
from workshop_tui.model.kinds import ALERTMANAGER_HEALTH, PROMETHEUS_HEALTH
from workshop_tui.model.monitoring import AlertmanagerHealth, PrometheusHealth
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.observing.checker import Checker
from workshop_tui.settings.settings import Settings

PASSWORD = "live-test-password"
_DEAD = "127.0.0.1:1"
_RULES = {
    "NodeFilesystemSpaceLow": "node_memory_MemTotal_bytes < 0",
    "WorkspaceFailures": "vector(0) > 1",
    "GatewayKeyExpires": "vector(0) > 1",
    "DrillFires": "vector(1)",
    "DrillBroken": 'label_replace(up, "0", "x", "job", ".*")',
}
_SERIES = [
    {"name": "memory", "selector": "node_memory_MemTotal_bytes"},
    {"name": "nothing", "selector": "there_is_no_such_series"},
]


@dataclass(frozen=True)
class Monitoring:
    prometheus_url: str
    alertmanager_url: str
    caddy_url: str
    received: queue.Queue[dict[str, Any]]
    """What the webhook was told."""


@pytest.fixture(scope="module")
def webhook() -> Iterator[tuple[str, queue.Queue[dict[str, Any]]]]:
    with webhook_server() as server:
        yield server


@pytest.fixture(scope="module")
def exporter_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    program = find_program("prometheus-node-exporter", "prometheus-node-exporter")
    directory = tmp_path_factory.mktemp("exporter")
    given = ["--collector.disable-defaults", "--collector.meminfo"]
    with running(lambda port: [program, f"--web.listen-address=127.0.0.1:{port}", *given], directory) as port:
        yield port


@pytest.fixture(scope="module")
def alertmanager_port(
    webhook: tuple[str, queue.Queue[dict[str, Any]]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[int]:
    program = find_program("prometheus-alertmanager", "prometheus-alertmanager")
    directory = tmp_path_factory.mktemp("alertmanager")
    configuration = directory / "alertmanager.yml"
    route = {"receiver": "workshop-team", "group_by": ["..."], "group_wait": "0s", "group_interval": "200ms"}
    receivers = [{"name": "workshop-team", "webhook_configs": [{"url": webhook[0], "send_resolved": True}]}]
    configuration.write_text(json.dumps({"route": route, "receivers": receivers}))

    def command(port: int) -> list[str]:
        return [
            program,
            f"--config.file={configuration}",
            f"--storage.path={directory / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",
        ]

    with running(command, directory) as port:
        yield port


@pytest.fixture(scope="module")
def prometheus_port(exporter_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    program = find_program("prometheus", "prometheus")
    directory = tmp_path_factory.mktemp("prometheus")
    configuration, rules = directory / "prometheus.yml", directory / "rules.yml"
    alerts = [{"alert": name, "expr": expression} for name, expression in _RULES.items()]
    recording = {"record": "job:up:sum", "expr": "sum by (job) (up)"}
    rules.write_text(json.dumps({"groups": [{"name": "workshop", "rules": [*alerts, recording]}]}))
    jobs = [
        {"job_name": name, "static_configs": [{"targets": [target]}]}
        for name, target in (("nodes", f"127.0.0.1:{exporter_port}"), ("dead", _DEAD))
    ]
    every = {"scrape_interval": "200ms", "scrape_timeout": "200ms", "evaluation_interval": "200ms"}
    configuration.write_text(json.dumps({"global": every, "scrape_configs": jobs, "rule_files": [str(rules)]}))

    def command(port: int) -> list[str]:
        return [
            program,
            f"--config.file={configuration}",
            f"--storage.tsdb.path={directory / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
        ]

    with running(command, directory) as port:
        yield port


@pytest.fixture(scope="module")
def caddy_port(prometheus_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Lets nobody through to Prometheus without the password."""
    program = find_program("caddy", "caddy")
    directory = tmp_path_factory.mktemp("caddy")
    environment = {"HOME": str(directory)}
    hashed = subprocess.run(
        [program, "hash-password", "--plaintext", PASSWORD],
        check=True,
        capture_output=True,
        text=True,
        cwd=directory,
        env=environment,
    ).stdout.strip()

    def command(port: int) -> list[str]:
        (directory / "Caddyfile").write_text(
            "{\n\tadmin off\n\tauto_https off\n\tdefault_bind 127.0.0.1\n}\n"
            f"http://127.0.0.1:{port} {{\n"
            f"\tbasicauth {{\n\t\tfacilitator {hashed}\n\t}}\n"
            f"\thandle_path /monitoring/* {{\n\t\treverse_proxy 127.0.0.1:{prometheus_port}\n\t}}\n"
            f"\thandle_path /narrow/* {{\n"
            "\t\trespond /api/v1/rules 403\n\t\trespond /api/v1/targets 404\n"
            f"\t\treverse_proxy 127.0.0.1:{prometheus_port}\n\t}}\n}}\n"
        )
        return [program, "run", "--config", str(directory / "Caddyfile"), "--adapter", "caddyfile"]

    with running(command, directory) as port:
        yield port


@pytest.fixture(scope="module")
def monitoring(
    prometheus_port: int,
    alertmanager_port: int,
    caddy_port: int,
    webhook: tuple[str, queue.Queue[dict[str, Any]]],
) -> Monitoring:
    prometheus, alertmanager, caddy = (
        f"http://127.0.0.1:{port}" for port in (prometheus_port, alertmanager_port, caddy_port)
    )
    return Monitoring(prometheus, alertmanager, caddy, webhook[1])


def settings_of(monitoring: Monitoring, *, drills: tuple[str, ...] = (), **prometheus: Any) -> Settings:
    """`drills`: names of rules that warn of the danger `drill`, instead of the default dangers."""
    alert = {"alert": [{"danger": "drill", "names": drills}]} if drills else {}
    return Settings.model_validate(
        {
            "prometheus": {"url": monitoring.prometheus_url, "series": _SERIES, **alert, **prometheus},
            "alertmanager": {"url": monitoring.alertmanager_url, "receivers": ["workshop-team", "pager"]},
        }
    )


async def collected(assembly: Assembly) -> tuple[PrometheusHealth, AlertmanagerHealth]:
    """Once both have begun: scraped every target, evaluated every rule."""
    (prometheus,) = (source for source in assembly.sources if isinstance(source, PrometheusHealthSource))
    (alertmanager,) = (source for source in assembly.sources if isinstance(source, AlertmanagerHealthSource))
    async with asyncio.timeout(60):
        while True:
            try:
                found, health = await prometheus.collect(), await alertmanager.collect()
            except SourceError as error:
                if error.kind is not ErrorKind.UNREACHABLE:
                    raise
            else:
                waiting = {target.health for target in found.targets} | {rule.health for rule in found.rules}
                if found.targets and "unknown" not in waiting and found.series[0].count:
                    return found, health
            await asyncio.sleep(0.05)


async def judged(settings: Settings, check: Check) -> dict[str, Finding]:
    """By subject."""
    assembly = assemble(settings)
    try:
        prometheus, alertmanager = await collected(assembly)
    finally:
        await assembly.close()
    now = datetime.now(UTC)
    keys: Mapping[SourceKey, object] = {
        SourceKey(PROMETHEUS_HEALTH.name): prometheus,
        SourceKey(ALERTMANAGER_HEALTH.name): alertmanager,
    }
    readings = {key: Reading(key, items, now) for key, items in keys.items()}
    (result,) = Checker((check,), settings, Clock(), {}).judge(readings, None)
    return {finding.subject: finding for finding in result.findings}


async def test_a_target_that_is_down_and_a_series_that_is_missing_are_named(monitoring: Monitoring) -> None:
    found = await judged(settings_of(monitoring), monitoring_collects.CHECK)
    assert {subject: finding.outcome for subject, finding in found.items()} == {
        "job nodes": Outcome.PASS,
        "job dead": Outcome.FAIL,
        "memory": Outcome.PASS,
        "nothing": Outcome.FAIL,
    }
    ((instance, error),) = found["job dead"].evidence
    assert instance == _DEAD
    assert "connection refused" in error
    assert "1 series, the newest sample" in found["memory"].message


async def test_rules_that_prometheus_evaluates_are_ready(monitoring: Monitoring) -> None:
    found = await judged(settings_of(monitoring), alert_rules_ready.CHECK)
    assert {subject: finding.outcome for subject, finding in found.items()} == dict.fromkeys(
        ("storage", "failure rate", "key expiry"), Outcome.PASS
    )


@pytest.mark.parametrize(
    ("names", "outcome", "told"),
    [
        (("DrillFires",), Outcome.WARN, "DrillFires fires now"),
        (("DrillBroken",), Outcome.FAIL, "DrillBroken cannot be evaluated: "),
        (("DrillNobodyWrote",), Outcome.FAIL, "no alerting rule warns of drill"),
        (("job:up:sum",), Outcome.FAIL, "no alerting rule warns of drill"),
    ],
)
async def test_a_rule_that_fires_is_broken_or_missing_is_told(
    monitoring: Monitoring, names: tuple[str, ...], outcome: Outcome, told: str
) -> None:
    found = await judged(settings_of(monitoring, drills=names), alert_rules_ready.CHECK)
    assert found["drill"].outcome is outcome
    assert found["drill"].message.startswith(told)


async def test_alertmanager_is_ready_and_lacks_a_receiver(monitoring: Monitoring) -> None:
    found = await judged(settings_of(monitoring), alertmanager_ready.CHECK)
    assert {subject: finding.outcome for subject, finding in found.items()} == {
        "Alertmanager": Outcome.PASS,
        "receiver workshop-team": Outcome.PASS,
        "receiver pager": Outcome.FAIL,
    }
    assert ("cluster", "disabled, 0 peers") in found["Alertmanager"].evidence


async def _silence(monitoring: Monitoring, label: str, value: str) -> str:
    now = datetime.now(UTC)
    silence = {
        "matchers": [{"name": label, "value": value, "isRegex": False, "isEqual": True}],
        "startsAt": now.isoformat(),
        "endsAt": (now + timedelta(hours=1)).isoformat(),
        "createdBy": "bo",
        "comment": "forgotten",
    }
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(f"{monitoring.alertmanager_url}/api/v2/silences", json=silence)
    return str(answer.raise_for_status().json()["silenceID"])


async def _expire(monitoring: Monitoring, silence_id: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        (await client.delete(f"{monitoring.alertmanager_url}/api/v2/silence/{silence_id}")).raise_for_status()


async def test_a_forgotten_silence_warns_until_it_is_expired(monitoring: Monitoring) -> None:
    silence_id = await _silence(monitoring, "alertname", "GatewayKeyExpires")
    subject = f"silence {silence_id[:8]}"
    try:
        found = await judged(settings_of(monitoring), alertmanager_ready.CHECK)
    finally:
        await _expire(monitoring, silence_id)
    assert found[subject].outcome is Outcome.WARN
    assert ("silences", "alertname=GatewayKeyExpires") in found[subject].evidence
    assert ("by", "bo") in found[subject].evidence
    assert subject not in await judged(settings_of(monitoring), alertmanager_ready.CHECK)


@pytest.fixture
async def alertmanager(monitoring: Monitoring) -> AsyncIterator[AlertmanagerClient]:
    settings = settings_of(monitoring)
    client = AlertmanagerClient(settings, Network(settings))
    yield client
    await client.close()


async def _note(kind: str, facts: Mapping[str, object]) -> None:
    """Nothing is kept here."""


def _told_of(monitoring: Monitoring, run: str) -> dict[str, Any]:
    """The next message about this alert. Blocking."""
    while True:
        message = monitoring.received.get(timeout=30)
        if message["alerts"][0]["labels"].get("run") == run:
            return message


async def test_a_test_alert_comes_to_the_webhook_and_is_ended(
    monitoring: Monitoring, alertmanager: AlertmanagerClient
) -> None:
    alert = harmless_alert(datetime.now(UTC), "ana")
    run = alert.labels["run"]
    held: list[dict[str, Any]] = []

    async def until_it_came(_: Arrival) -> None:
        held.append(await asyncio.to_thread(_told_of, monitoring, run))

    assert await send_test_alert(alertmanager, alert, _note, until_it_came) == Arrival(("workshop-team",))
    (message,) = held
    assert (message["status"], message["receiver"]) == ("firing", "workshop-team")
    assert message["alerts"][0]["labels"] == dict(alert.labels)
    ended = await asyncio.to_thread(_told_of, monitoring, run)
    assert ended["status"] == "resolved"
    assert await alertmanager.alerts(run=run) == ()


async def test_a_silenced_test_alert_says_that_nobody_is_told(
    monitoring: Monitoring, alertmanager: AlertmanagerClient
) -> None:
    alert = harmless_alert(datetime.now(UTC), "ana")
    silence_id = await _silence(monitoring, "run", alert.labels["run"])
    arrivals: list[Arrival] = []

    async def see(arrival: Arrival) -> None:
        arrivals.append(arrival)

    try:
        await send_test_alert(alertmanager, alert, _note, see)
    finally:
        await _expire(monitoring, silence_id)
    assert arrivals == [Arrival(("workshop-team",), f"silenced by {silence_id}")]


@pytest.fixture
def password(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "password").write_text(PASSWORD)
    return {"file": str(tmp_path / "password")}


async def test_prometheus_behind_a_password_and_a_path_is_judged_alike(
    monitoring: Monitoring, password: dict[str, str]
) -> None:
    behind = {"url": f"{monitoring.caddy_url}/monitoring", "username": "facilitator", "password": password}
    found = await judged(settings_of(monitoring, **behind), monitoring_collects.CHECK)
    assert found["job nodes"].outcome is Outcome.PASS
    assert found["job dead"].outcome is Outcome.FAIL
    command = found["job dead"].remedy.command
    assert f"-u facilitator {monitoring.caddy_url}/monitoring/api/v1/query" in command
    assert PASSWORD not in command


async def test_a_proxy_that_hides_targets_and_rules_leaves_up_and_an_unknown(
    monitoring: Monitoring, password: dict[str, str]
) -> None:
    behind = {"url": f"{monitoring.caddy_url}/narrow", "username": "facilitator", "password": password}
    settings = settings_of(monitoring, **behind)
    collects = await judged(settings, monitoring_collects.CHECK)
    assert (collects["job nodes"].outcome, collects["job dead"].outcome) == (Outcome.PASS, Outcome.FAIL)
    (rules,) = (await judged(settings, alert_rules_ready.CHECK)).values()
    assert rules.outcome is Outcome.UNKNOWN
    assert "the token lacks a right, to read api/v1/rules" in rules.message


async def test_without_the_password_nothing_is_known(monitoring: Monitoring) -> None:
    settings = settings_of(monitoring, url=f"{monitoring.caddy_url}/monitoring")
    assembly = assemble(settings)
    (source,) = (source for source in assembly.sources if isinstance(source, PrometheusHealthSource))
    try:
        with pytest.raises(SourceError) as caught:
            await source.collect()
    finally:
        await assembly.close()
    assert caught.value.kind is ErrorKind.UNAUTHORIZED
