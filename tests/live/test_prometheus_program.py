"""Debian's prometheus, which scrapes itself and a page of a node exporter's metrics."""

from __future__ import annotations

import asyncio
import http.server
import json
import threading
from collections.abc import AsyncIterator, Iterator

import pytest

from fakes.program import find_program, running
from workshop_tui.clients.network import Network
from workshop_tui.clients.prometheus import PrometheusClient, Vector
from workshop_tui.collectors.node_storage import kubelet_disks
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.kubernetes import NodeStorage
from workshop_tui.settings.settings import Settings

_METRICS = """\
# TYPE node_filesystem_size_bytes gauge
node_filesystem_size_bytes{node="ohio-1",device="/dev/nvme0n1p1",fstype="ext4",mountpoint="/"} 2.14748e+11
node_filesystem_size_bytes{node="ohio-1",device="/dev/nvme0n1p15",fstype="vfat",mountpoint="/boot"} 1.1e+08
node_filesystem_size_bytes{node="ohio-1",device="tmpfs",fstype="tmpfs",mountpoint="/run"} 9e+12
# TYPE node_filesystem_avail_bytes gauge
node_filesystem_avail_bytes{node="ohio-1",device="/dev/nvme0n1p1",fstype="ext4",mountpoint="/"} 8.1e+10
node_filesystem_avail_bytes{node="ohio-1",device="/dev/nvme0n1p15",fstype="vfat",mountpoint="/boot"} 1e+08
node_filesystem_avail_bytes{node="ohio-1",device="tmpfs",fstype="tmpfs",mountpoint="/run"} 9e+12
# TYPE strange gauge
strange{what="nan"} NaN
strange{what="infinite"} +Inf
"""


class _Exporter(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = _METRICS.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def exporter_port() -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Exporter) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def prometheus_url(exporter_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = find_program("prometheus", "prometheus")
    directory = tmp_path_factory.mktemp("prometheus")
    configuration = directory / "prometheus.yml"

    def command(port: int) -> list[str]:
        jobs = [
            {"job_name": name, "static_configs": [{"targets": [f"127.0.0.1:{target}"]}]}
            for name, target in (("self", port), ("nodes", exporter_port))
        ]
        scraping = {"global": {"scrape_interval": "200ms", "scrape_timeout": "200ms"}, "scrape_configs": jobs}
        configuration.write_text(json.dumps(scraping))
        return [
            program,
            f"--config.file={configuration}",
            f"--storage.tsdb.path={directory / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
        ]

    with running(command, directory) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
async def prometheus(prometheus_url: str) -> AsyncIterator[PrometheusClient]:
    settings = Settings.model_validate({"prometheus": {"url": prometheus_url}})
    client = PrometheusClient(settings, Network(settings))
    yield client
    await client.close()


async def _until_scraped(client: PrometheusClient, expression: str) -> Vector:
    async with asyncio.timeout(30):
        while True:
            try:
                if (found := await client.query(expression)).samples:
                    return found
            except SourceError as error:
                if error.kind is not ErrorKind.UNREACHABLE:
                    raise
            await asyncio.sleep(0.05)


async def test_prometheus_tells_what_it_scraped_of_itself(prometheus: PrometheusClient) -> None:
    found = await _until_scraped(prometheus, 'up{job="self"} == 1')
    (sample,) = found.samples
    assert (sample.labels["job"], sample.value, found.warnings) == ("self", 1.0, ())
    await prometheus.ready()


async def test_a_scalar_is_one_sample_without_labels(prometheus: PrometheusClient) -> None:
    await _until_scraped(prometheus, "vector(1)")
    (sample,) = (await prometheus.query("scalar(vector(7))")).samples
    assert (sample.labels, sample.value) == ({}, 7.0)


async def test_nodes_disks_are_read_from_the_node_exporters_metrics(prometheus: PrometheusClient) -> None:
    await _until_scraped(prometheus, "node_filesystem_avail_bytes")
    real = '{fstype!~"tmpfs|overlay|squashfs|ramfs"}'
    sizes = await prometheus.query(f"node_filesystem_size_bytes{real}")
    available = await prometheus.query(f"node_filesystem_avail_bytes{real}")
    found = kubelet_disks(sizes.samples, available.samples)
    assert found == {"ohio-1": NodeStorage("ohio-1", 214_748_000_000, 81_000_000_000)}


async def test_what_is_no_number_has_no_value(prometheus: PrometheusClient) -> None:
    found = await _until_scraped(prometheus, "strange")
    assert {sample.labels["what"]: sample.value for sample in found.samples} == {"nan": None, "infinite": None}


async def test_a_series_that_does_not_exist_is_empty_not_zero(prometheus: PrometheusClient) -> None:
    await _until_scraped(prometheus, "vector(1)")
    assert (await prometheus.query("there_is_no_such_series")).samples == ()


@pytest.mark.parametrize(
    ("expression", "kind", "told"),
    [
        ("sum(", ErrorKind.MALFORMED, "Prometheus refuses the query (bad_data)"),
        ("up[5m]", ErrorKind.MALFORMED, "Prometheus answers with a matrix where a vector was asked"),
        ('label_replace(up, "0", "x", "job", ".*")', ErrorKind.MALFORMED, "Prometheus refuses the query (execution)"),
    ],
)
async def test_a_wrong_query_is_told_in_one_line(
    prometheus: PrometheusClient, expression: str, kind: ErrorKind, told: str
) -> None:
    await _until_scraped(prometheus, "up == 1")
    with pytest.raises(SourceError) as caught:
        await prometheus.query(expression)
    assert caught.value.kind is kind
    assert told in caught.value.message
    assert "\n" not in caught.value.message


async def test_an_address_that_is_not_prometheus_is_not_a_green_one(prometheus_url: str) -> None:
    """The same server under a wrong path: it answers 404 there."""
    settings = Settings.model_validate({"prometheus": {"url": f"{prometheus_url}/elsewhere"}})
    client = PrometheusClient(settings, Network(settings))
    with pytest.raises(SourceError) as caught:
        await client.ready()
    await client.close()
    assert caught.value.kind is ErrorKind.NOT_FOUND
