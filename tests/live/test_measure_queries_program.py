"""Every measure's PromQL by Debian's prometheus, straight and through caddy with a password.

It scrapes a node exporter, and pages written as Coder and kube-state-metrics expose them, of two clusters.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fakes.exposition import exposed
from fakes.program import find_program, running
from workshop_tui.collectors.assembly import assemble
from workshop_tui.collectors.measure_queries import MeasureQueriesSource
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.measures.shared.discover import all_measures
from workshop_tui.measures.shared.queried import chosen, wanted_queries
from workshop_tui.model.clock import Clock
from workshop_tui.model.kinds import MEASURE_QUERIES
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.monitoring import QueryAnswer
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.observing.measurement import evaluate
from workshop_tui.settings.settings import Settings

PASSWORD = "live-test-password"
_HASHED = "$2b$04$ZfnyyOOnTJi8CgSa1ytjVuUaATju6JG2qjEi066xFMmTGvOSaPpzG"
"""Of the password, as cheap as bcrypt can be: caddy works it out for every request."""
BEGAN_S = time.monotonic()
_REAL = 'fstype="ext4"'


def _growing(per_second: float) -> int:
    return int(1000 + (time.monotonic() - BEGAN_S) * per_second)


def _coder_page() -> str:
    """Of two replicas, each of which tells all workspaces and agents, and its own provisioners."""
    lines = []
    for pod in ("coder-0", "coder-1"):
        for owner, status in (("ana", "pending"), ("bo", "pending"), ("cleo", "succeeded")):
            build = f'status="{status}",template_name="goose",template_version="v1",workspace_owner="{owner}"'
            lines.append(f'coderd_workspace_latest_build_status{{{build},workspace_transition="start",pod="{pod}"}} 1')
        for owner, status in (("ana", "connected"), ("bo", "connected"), ("cleo", "timeout")):
            agent = f'agent_name="main",username="{owner}",workspace_name="ws",status="{status}"'
            lines.append(f'coderd_agents_connections{{{agent},lifecycle_state="ready",pod="{pod}"}} 1')
            lines.append(f'coderd_agents_up{{username="{owner}",workspace_name="ws",pod="{pod}"}} 1')
        for name in ("num_daemons", "jobs_current"):
            lines.append(f'coderd_provisionerd_{name}{{pod="{pod}"}} 3')
    path = 'path="/api/v2/users/oidc/callback"'
    for code in ("401", "200"):
        lines.append(f'coderd_api_requests_processed_total{{{path},method="GET",code="{code}"}} {_growing(10)}')
    lines.append(f"litellm_proxy_failed_requests_metric_total {_growing(5)}")
    for status, rate in (("success", 30), ("failed", 10)):
        lines.append(f'coderd_provisionerd_job_timings_seconds_count{{status="{status}"}} {_growing(rate)}')
    for name, labels, bounds in (
        ("coderd_provisioner_job_queue_wait_seconds", 'job_type="workspace_build"', ("10", "40")),
        ("coderd_api_request_latencies_seconds", 'method="GET",path="/"', ("0.1", "0.2")),
        ("coderd_template_workspace_build_duration_seconds", 'transition="start"', ("60", "90")),
    ):
        for bound in (*bounds, "+Inf"):
            grown = 0 if bound == bounds[0] else _growing(20)
            lines.append(f'{name}_bucket{{{labels},le="{bound}"}} {grown}')
    return "\n".join(lines) + "\n"


def _cluster_page(*, restarts: float, storage_left: float) -> str:
    pods = [f'namespace="coder-ws",pod="ws-{person}"' for person in ("ana", "bo")]
    lines = [f'kube_pod_status_ready{{condition="true",{pod}}} 1' for pod in pods]
    lines += [f"kube_pod_container_status_restarts_total{{{pods[0]}}} {_growing(restarts)}"]
    lines += [f"kube_pod_container_status_restarts_total{{{pods[1]}}} 0"]
    lines += [f'kube_pod_status_phase{{phase="Pending",{pod}}} 0' for pod in pods]
    lines += ['kube_pod_status_reason{reason="Evicted",pod="ws-ana"} 1']
    lines += ['kube_pod_container_status_last_terminated_reason{reason="OOMKilled",namespace="coder-ws"} 1']
    lines += ['kube_node_status_condition{condition="DiskPressure",status="true",node="n1"} 0']
    for resource, asked, there in (("cpu", 3, 4), ("memory", 8e9, 16e9)):
        lines += [f'kube_pod_container_resource_requests{{resource="{resource}",{pods[0]}}} {asked}']
        lines += [f'kube_node_status_allocatable{{resource="{resource}",node="n1"}} {there}']
    for node, left in (("n1", storage_left), ("n2", 90)):
        lines += [f'node_filesystem_size_bytes{{node="{node}",{_REAL},mountpoint="/"}} 100']
        lines += [f'node_filesystem_avail_bytes{{node="{node}",{_REAL},mountpoint="/"}} {left}']
        lines += [f'node_filesystem_size_bytes{{node="{node}",{_REAL},mountpoint="/boot"}} 10']
        lines += [f'node_filesystem_avail_bytes{{node="{node}",{_REAL},mountpoint="/boot"}} 0']
    lines += [f"probe_ssl_earliest_cert_expiry {time.time() + 48.5 * 3600:.0f}"]
    lines += ['probe_success{instance="a"} 1', 'probe_success{instance="b"} 0']
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Served:
    straight: str
    through_caddy: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    prometheus = find_program("prometheus", "prometheus")
    node_exporter = find_program("prometheus-node-exporter", "prometheus-node-exporter")
    caddy = find_program("caddy", "caddy")
    directory = tmp_path_factory.mktemp("measures")
    pages = {
        "/coder": _coder_page,
        "/ohio": lambda: _cluster_page(restarts=50, storage_left=9),
        "/london": lambda: _cluster_page(restarts=0, storage_left=60),
    }
    collectors = ["--collector.disable-defaults", "--collector.meminfo", "--collector.cpu"]

    def prometheus_command(page_port: int, node_port: int, port: int) -> list[str]:
        clusters = (("/coder", "prod-ohio"), ("/ohio", "prod-ohio"), ("/london", "london"))
        jobs = [
            {
                "job_name": f"page{path.replace('/', '-')}",
                "metrics_path": path,
                "static_configs": [{"targets": [f"127.0.0.1:{page_port}"], "labels": {"cluster": cluster}}],
                "metric_relabel_configs": [{"regex": "instance|job", "action": "labeldrop"}],
            }
            for path, cluster in clusters
        ]
        nodes = {"targets": [f"127.0.0.1:{node_port}"], "labels": {"cluster": "prod-ohio"}}
        jobs.append({"job_name": "nodes", "static_configs": [nodes]})
        every = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
        rule = {"record": "workshop:agents:lost", "expr": "sum by (cluster) (coderd_agents_up) / 2 - 2"}
        (directory / "rules.yml").write_text(json.dumps({"groups": [{"name": "workshop", "rules": [rule]}]}))
        configuration = directory / "prometheus.yml"
        document = {"global": every, "scrape_configs": jobs, "rule_files": [str(directory / "rules.yml")]}
        configuration.write_text(json.dumps(document))
        listening = f"--web.listen-address=127.0.0.1:{port}"
        return [prometheus, f"--config.file={configuration}", f"--storage.tsdb.path={directory / 'data'}", listening]

    def caddy_command(upstream: int, port: int) -> list[str]:
        (directory / "Caddyfile").write_text(
            "{\n\tadmin off\n\tauto_https off\n\tdefault_bind 127.0.0.1\n}\n"
            f"http://127.0.0.1:{port} {{\n\tbasicauth {{\n\t\tfacilitator {_HASHED}\n\t}}\n"
            f"\thandle_path /monitoring/* {{\n\t\treverse_proxy 127.0.0.1:{upstream}\n\t}}\n}}\n"
        )
        return [caddy, "run", "--config", str(directory / "Caddyfile"), "--adapter", "caddyfile"]

    def node_command(port: int) -> list[str]:
        return [node_exporter, f"--web.listen-address=127.0.0.1:{port}", *collectors]

    with (
        exposed(pages) as page_port,
        running(node_command, directory) as node_port,
        running(lambda port: prometheus_command(page_port, node_port, port), directory) as prometheus_port,
        running(lambda port: caddy_command(prometheus_port, port), directory) as caddy_port,
    ):
        yield Served(f"http://127.0.0.1:{prometheus_port}", f"http://127.0.0.1:{caddy_port}/monitoring")


@pytest.fixture(params=["straight", "through caddy"])
def reach(request: pytest.FixtureRequest, served: Served, tmp_path: Path) -> dict[str, object]:
    if request.param == "straight":
        return {"url": served.straight}
    (tmp_path / "password").write_text(PASSWORD)
    password = {"file": str(tmp_path / "password")}
    return {"url": served.through_caddy, "username": "facilitator", "password": password}


WITH_QUERY = [measure for measure in all_measures() if measure.query]


def settings_of(reach: dict[str, object], *, label: str | None = "cluster", **live: object) -> Settings:
    regions = [{"name": "ohio", "role": "control-plane"}, {"name": "london", "role": "proxy"}]
    origin = {measure.id: "prometheus" for measure in WITH_QUERY}
    prometheus = {**reach, "regions": {"prod-ohio": "ohio"}, **({"region_label": label} if label else {})}
    return Settings.model_validate({"region": regions, "prometheus": prometheus, "live": {"origin": origin, **live}})


def numbers_of(answers: tuple[QueryAnswer, ...]) -> int:
    return sum(number.value is not None for answer in answers for number in answer.numbers)


async def values(settings: Settings, at_least: int) -> dict[str, MeasureValue]:
    """Once so many regions have their number; `measure@region` -> value."""
    assembly = assemble(settings, wanted_queries(all_measures(), settings))
    (source,) = (source for source in assembly.sources if isinstance(source, MeasureQueriesSource))
    answers: tuple[QueryAnswer, ...] = ()
    try:
        async with asyncio.timeout(60):
            while numbers_of(answers) < at_least:
                await asyncio.sleep(0.1)
                try:
                    answers = await source.collect()
                except SourceError as error:
                    if error.kind is not ErrorKind.UNREACHABLE:
                        raise
    except TimeoutError:
        pytest.fail(f"{numbers_of(answers)} of {at_least} numbers came: {answers}")
    finally:
        await assembly.close()
    clock = Clock()
    key = SourceKey(MEASURE_QUERIES.name)
    found = evaluate(
        chosen(all_measures(), settings),
        {key: Reading(key, answers, clock.now())},
        None,
        settings,
        clock,
        assembly.not_configured,
        "exercise",
    )
    return {f"{value.measure_id}@{value.region}": value for value in found}


EXPECTED = {
    "concurrent-workspaces@ohio": 2,
    "node-storage@ohio": 0.91,
    "node-storage@london": 0.4,
    "restart-failure-rate@ohio": 0.5,
    "restart-failure-rate@london": 0,
    "routing-success@london": 0.5,
    "builds-queued@ohio": 2,
    "builds-running@ohio": 6,
    "provisioners-busy@ohio": 1.0,
    "agents-connected@ohio": 2,
    "agents-connecting@ohio": 0,
    "agents-lost@ohio": 1,
    "evictions@london": 1,
    "oom-kills@ohio": 1,
    "disk-pressure@ohio": 0,
    "pending-pods@ohio": 0,
    "cpu-requested@ohio": 0.75,
    "memory-requested@london": 0.5,
}
_ALL_NUMBERS = 37
"""Regions with a number, of all measures, as the pages are written."""


async def test_each_default_query_answers_for_all_regions_at_once(reach: dict[str, object]) -> None:
    found = await values(settings_of(reach), _ALL_NUMBERS)
    assert {name: found[name].value for name in EXPECTED} == pytest.approx(EXPECTED)
    assert found["node-storage@ohio"].detail == "n1"
    assert found["builds-failed@ohio"].value == pytest.approx(0.25, abs=0.1)
    assert 10 < (found["build-wait-p95@ohio"].value or 0) <= 40
    assert 60 < (found["start-time-p50@ohio"].value or 0) < (found["start-time-p95@ohio"].value or 0) <= 90
    assert 48 < (found["certificate-clock@london"].value or 0) < 49
    assert 0.1 < (found["api-latency@ohio"].value or 0) <= 0.2
    assert (found["sign-in-failures@ohio"].value or 0) > 0
    assert (found["gateway-refusals@ohio"].value or 0) > 0
    assert 0 <= (found["cpu-used@ohio"].value or -1) <= 1
    assert 0 < (found["memory-used@ohio"].value or 0) < 1
    assert not [value for value in found.values() if "refuses" in value.detail]


async def test_what_no_series_tells_is_unknown(reach: dict[str, object]) -> None:
    found = await values(settings_of(reach), _ALL_NUMBERS)
    for name in ("image-pull-p95@ohio", "cpu-used@london"):
        assert (found[name].outcome, found[name].value) == (Outcome.UNKNOWN, None)
        assert found[name].detail.startswith("Prometheus has no such series here")
    assert found["builds-queued@london"].outcome is Outcome.NOT_APPLICABLE


async def test_a_teams_own_query_recorded_or_odd_changes_its_measure_alone(reach: dict[str, object]) -> None:
    query = {
        "agents-lost": "workshop:agents:lost",
        "builds-queued": "sum(",
        "evictions": "vector(0) / 0",
        "oom-kills": "-sum by (cluster) (coderd_agents_up)",
        "disk-pressure": "node_filesystem_size_bytes",
    }
    found = await values(settings_of(reach, query=query), _ALL_NUMBERS - 6)
    assert found["agents-lost@ohio"].value == 1
    told = {name: found[f"{name}@ohio"].detail for name in ("builds-queued", "evictions", "oom-kills", "disk-pressure")}
    assert told["builds-queued"].startswith("Prometheus refuses the query (bad_data)")
    assert told["evictions"] == "Prometheus has no finite number (NaN or infinite)"
    assert told["oom-kills"] == "Prometheus says -6, which cannot be"
    assert told["disk-pressure"].startswith("4 series, one is wanted for each cluster")
    assert found["node-storage@ohio"].value == pytest.approx(0.91)


async def test_without_a_label_everything_is_the_control_planes(reach: dict[str, object]) -> None:
    found = await values(settings_of(reach, label=None), 20)
    assert found["node-storage@ohio"].value == pytest.approx(0.91)
    assert found["concurrent-workspaces@ohio"].value == 4
    assert found["node-storage@london"].outcome is Outcome.UNKNOWN


async def test_a_wrong_password_leaves_no_number(served: Served, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("another")
    password = {"file": str(tmp_path / "password")}
    settings = settings_of({"url": served.through_caddy, "username": "facilitator", "password": password})
    with pytest.raises(SourceError) as caught:
        await values(settings, 1)
    assert caught.value.kind is ErrorKind.UNAUTHORIZED
