"""What `alert-rules` prints, in Debian's prometheus: promtool reads it, the server evaluates it, the check passes."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from fakes.program import find_program, running
from workshop_tui.checks import alert_rules_ready
from workshop_tui.collectors.assembly import assemble
from workshop_tui.collectors.prometheus_health import PrometheusHealthSource
from workshop_tui.model.clock import Clock
from workshop_tui.model.gateway import GatewayKey, KeyState
from workshop_tui.model.kinds import PROMETHEUS_HEALTH
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.observing.checker import Checker
from workshop_tui.report.alert_rules import key_metric
from workshop_tui.settings.settings import Settings


@pytest.fixture(scope="module")
def collected_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Text files that the second node exporter collects."""
    return tmp_path_factory.mktemp("collected")


@pytest.fixture(scope="module")
def printed_rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `alert-rules` prints, with a limit of storage that every disk of this machine is over."""
    directory = tmp_path_factory.mktemp("printed")
    settings, rules = directory / "settings.toml", directory / "rules.yml"
    settings.write_text(
        '[gateway]\nkind = "litellm"\nurl = "https://gateway.example.org"\n'
        "[thresholds]\nstorage_live_shares = [0.0, 0.99, 0.999]\n"
    )
    command = [sys.executable, "-m", "workshop_tui", "--config", str(settings), "alert-rules", "--all"]
    rules.write_text(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return rules


@pytest.fixture(scope="module")
def ruled_url(
    printed_rules: Path, collected_directory: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A Prometheus with those rules, and a node exporter that it scrapes."""
    program = find_program("prometheus", "prometheus")
    exporter = find_program("prometheus-node-exporter", "prometheus-node-exporter")
    directory = tmp_path_factory.mktemp("ruled")
    collectors = ["--collector.disable-defaults", "--collector.filesystem", "--collector.textfile"]
    given = [*collectors, f"--collector.textfile.directory={collected_directory}"]
    configuration = directory / "prometheus.yml"
    with running(lambda port: [exporter, f"--web.listen-address=127.0.0.1:{port}", *given], directory) as port:
        every = {"scrape_interval": "200ms", "scrape_timeout": "200ms", "evaluation_interval": "200ms"}
        jobs = [{"job_name": "nodes", "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}]
        configuration.write_text(
            json.dumps({"global": every, "scrape_configs": jobs, "rule_files": [str(printed_rules)]})
        )

        def command(own_port: int) -> list[str]:
            return [
                program,
                f"--config.file={configuration}",
                f"--storage.tsdb.path={directory / 'data'}",
                f"--web.listen-address=127.0.0.1:{own_port}",
            ]

        with running(command, directory) as own_port:
            yield f"http://127.0.0.1:{own_port}"


def test_promtool_finds_nothing_wrong_with_the_printed_rules(printed_rules: Path) -> None:
    promtool = find_program("promtool", "prometheus")
    command = [promtool, "check", "rules", "--lint=all", "--lint-fatal", str(printed_rules)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SUCCESS: 9 rules found" in done.stdout


async def rules_of(url: str) -> list[dict[str, Any]]:
    """Once each was evaluated."""
    async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(60):
        while True:
            groups = (await client.get(f"{url}/api/v1/rules")).json().get("data", {}).get("groups", [])
            rules = [rule for group in groups for rule in group["rules"]]
            if rules and all(rule["health"] != "unknown" for rule in rules):
                return rules
            await asyncio.sleep(0.05)


async def test_prometheus_evaluates_the_printed_rules_and_the_check_is_satisfied(ruled_url: str) -> None:
    assert {rule["health"] for rule in await rules_of(ruled_url)} == {"ok"}
    settings = Settings.model_validate({"prometheus": {"url": ruled_url}})
    assembly = assemble(settings)
    (source,) = (source for source in assembly.sources if isinstance(source, PrometheusHealthSource))
    try:
        health = await source.collect()
    finally:
        await assembly.close()
    key = SourceKey(PROMETHEUS_HEALTH.name)
    readings = {key: Reading(key, health, datetime.now(UTC))}
    (result,) = Checker((alert_rules_ready.CHECK,), settings, Clock(), {}).judge(readings, None)
    found = {finding.subject: finding.outcome for finding in result.findings}
    assert set(found) == {"storage", "failure rate", "key expiry"}
    assert Outcome.FAIL not in found.values()
    assert Outcome.UNKNOWN not in found.values()
    assert found["failure rate"] is Outcome.PASS


async def test_the_printed_rule_of_storage_finds_this_machines_disk(ruled_url: str) -> None:
    async with asyncio.timeout(60):
        while True:
            rules = [rule for rule in await rules_of(ruled_url) if rule["name"] == "EphemeralStorageHigh"]
            if rules[0]["alerts"]:
                break
            await asyncio.sleep(0.05)
    assert {alert["labels"]["severity"] for alert in rules[0]["alerts"]} == {"info"}
    assert all("has used" in alert["annotations"]["summary"] for alert in rules[0]["alerts"])


async def test_the_keys_end_comes_through_a_node_exporter_and_its_rules_say_so(
    ruled_url: str, collected_directory: Path
) -> None:
    async def alerts(name: str) -> list[dict[str, Any]]:
        return [alert for rule in await rules_of(ruled_url) if rule["name"] == name for alert in rule["alerts"]]

    async def until(name: str, count: int) -> list[dict[str, Any]]:
        async with asyncio.timeout(60):
            while True:
                found = await alerts(name)
                if len(found) == count:
                    return found
                await asyncio.sleep(0.05)

    await until("GatewayKeyExpiryUnknown", 1)
    now = datetime.now(UTC)
    for ends, count in ((now + timedelta(days=1.5), 2), (None, 0)):
        text = key_metric(GatewayKey(KeyState.VALID, "workshop", expires_at=ends), now)
        (collected_directory / "workshop.prom").write_text(text)
        found = await until("GatewayKeyExpires", count)
        assert all("key workshop ends in 1d" in alert["annotations"]["summary"] for alert in found)
    await until("GatewayKeyExpiryUnknown", 0)
