from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.api_server import cluster_of, page, status
from fakes.http_clients import opened, settings_for
from fakes.loopback import Asked, Says, loopback
from workshop_tui.clients.kubernetes import Limits
from workshop_tui.clients.prometheus import PrometheusClient, Sample
from workshop_tui.collectors.node_storage import (
    KubeletStorageSource,
    NodeNameWire,
    PrometheusStorageSource,
    kubelet_disks,
)
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.kubernetes import NodeStorage
from workshop_tui.settings.region import Region

OHIO = Region.model_validate({"name": "ohio", "role": "control-plane", "context": "ohio"})
GIB = 2**30
Kubelets = Callable[[str], Says | None]


def nodes(*names: str) -> Says:
    return page(*({"metadata": {"name": name}} for name in names))


def summary(node: str, **fs: object) -> bytes:
    return json.dumps({"node": {"nodeName": node, "fs": fs or None}, "pods": [{"podRef": {}}]}).encode()


def full(node: str) -> Says:
    return Says(200, summary(node, capacityBytes=200 * GIB, availableBytes=50 * GIB, time="2026-12-01T12:00:00Z"))


async def collected(names: list[str], kubelets: Kubelets, directory: Path) -> tuple[NodeStorage, ...]:
    def answer(asked: Asked) -> Says | None:
        return nodes(*names) if asked.path == "/api/v1/nodes" else kubelets(asked.path.split("/")[4])

    async with cluster_of(answer, directory, limits=Limits(silence_s=1.5)) as (cluster, asked):
        found = await KubeletStorageSource(cluster, OHIO, 10).collect()
    assert all(request.path.endswith("/proxy/stats/summary") for request in asked[1:])
    return found


async def test_each_kubelet_tells_its_own_disk(tmp_path: Path) -> None:
    noon = datetime(2026, 12, 1, 12, tzinfo=UTC)
    assert await collected(["n-2", "n-1"], full, tmp_path) == (
        NodeStorage("n-1", 200 * GIB, 50 * GIB, noon),
        NodeStorage("n-2", 200 * GIB, 50 * GIB, noon),
    )


async def test_a_cluster_without_nodes_has_no_storage(tmp_path: Path) -> None:
    assert await collected([], full, tmp_path) == ()


@pytest.mark.parametrize(
    "silent",
    [
        lambda _: None,
        lambda _: Says(200, b"<html>"),
        lambda _: status(503, "node is gone"),
        lambda node: Says(200, summary(node)),
        lambda node: Says(200, summary(node, capacityBytes=0, availableBytes=0)),
        lambda node: Says(200, summary(node, capacityBytes=5)),
        lambda node: Says(200, summary(node, capacityBytes=5, availableBytes=6)),
        lambda node: Says(200, summary(node, capacityBytes=5, availableBytes=-1)),
        lambda node: Says(200, summary(node, capacityBytes=10**23, availableBytes=10**22)),
        lambda node: Says(200, summary(node, capacityBytes=2**63, availableBytes=5)),
    ],
)
async def test_a_node_that_does_not_tell_is_left_out_and_never_full_or_empty(silent: Kubelets, tmp_path: Path) -> None:
    found = await collected(["n-1", "n-2"], lambda node: silent(node) if node == "n-1" else full(node), tmp_path)
    assert [storage.node for storage in found] == ["n-2"]


@pytest.mark.parametrize(
    ("kubelet", "kind", "words"),
    [
        (lambda _: status(403, 'cannot get resource "nodes/proxy"'), ErrorKind.FORBIDDEN, '"nodes/proxy"'),
        (lambda _: None, ErrorKind.TIMEOUT, "did not answer in time"),
        (lambda node: Says(200, summary(node)), ErrorKind.MALFORMED, "kubelet of n-1 does not tell its disk"),
    ],
)
async def test_when_no_node_tells_the_reason_is_told(
    kubelet: Kubelets, kind: ErrorKind, words: str, tmp_path: Path
) -> None:
    with pytest.raises(SourceError) as caught:
        await collected(["n-1", "n-2"], kubelet, tmp_path)
    assert caught.value.kind is kind
    assert words in caught.value.message


@asynccontextmanager
async def region_of(
    names: list[str], kubelets: Kubelets, directory: Path, timeout_s: float = 2.5
) -> AsyncIterator[KubeletStorageSource]:
    """Its source, of which each round must end in time."""

    def answer(asked: Asked) -> Says | None:
        return nodes(*names) if asked.path == "/api/v1/nodes" else kubelets(asked.path.split("/")[4])

    async with cluster_of(answer, directory) as (cluster, _):
        await cluster.list_all("/api/v1/nodes", NodeNameWire)  # the first one also loads the library
        yield KubeletStorageSource(cluster, OHIO, 10, timeout_s)


async def a_round(source: KubeletStorageSource) -> list[str]:
    async with asyncio.timeout(source.timeout_s):
        return [storage.node for storage in await source.collect()]


async def test_kubelets_that_hang_do_not_take_the_others_with_them(tmp_path: Path) -> None:
    names = [f"n-{n:02}" for n in range(12)]
    async with region_of(names, lambda node: None if node < "n-10" else full(node), tmp_path) as source:
        assert await a_round(source) == names[10:]
        assert await a_round(source) == names[10:]


async def test_in_a_large_region_dead_nodes_do_not_take_the_turns_of_those_that_live(tmp_path: Path) -> None:
    names = [f"n-{n:03}" for n in range(100)]
    asked_now: list[str] = []

    def kubelet(node: str) -> Says | None:
        asked_now.append(node)
        return None if node < "n-010" else full(node)

    async with region_of(names, kubelet, tmp_path) as source:
        assert await a_round(source) == names[10:]
        asked_now.clear()
        for _ in range(2):
            assert await a_round(source) == names[10:]
    assert sum(node >= "n-010" for node in asked_now) >= 2 * 40
    assert {node for node in asked_now if node < "n-010"} == set(names[:10])


async def test_when_the_api_server_answers_again_all_nodes_tell_at_once(tmp_path: Path) -> None:
    names = [f"n-{n:02}" for n in range(30)]
    gone = [True]
    async with region_of(names, lambda node: status(503) if gone[0] else full(node), tmp_path) as source:
        with pytest.raises(SourceError):
            await a_round(source)
        gone[0] = False
        assert await a_round(source) == names


async def test_a_slow_kubelet_is_asked_last_and_given_more_time(tmp_path: Path) -> None:
    def kubelet(node: str) -> Says:
        async def slowly() -> AsyncGenerator[bytes, None]:
            await asyncio.sleep(0.75)
            yield full(node).body

        return full(node) if node == "n-2" else Says(200, stream=slowly())

    async with region_of(["n-1", "n-2"], kubelet, tmp_path) as source:
        assert [await a_round(source) for _ in range(3)] == [["n-2"], ["n-1", "n-2"], ["n-1", "n-2"]]


async def test_a_node_whose_numbers_stand_still_for_two_minutes_does_not_tell(tmp_path: Path) -> None:
    now_s, second = 0.0, "00"

    def kubelet(node: str) -> Says:
        moves = f"2026-12-01T12:00:{second if node == 'n-2' else '00'}Z"
        return Says(200, summary(node, capacityBytes=9, availableBytes=3, time=moves))

    async with region_of(["n-1", "n-2"], kubelet, tmp_path, timeout_s=10) as source:
        still = dataclasses.replace(source, now_s=lambda: now_s)
        assert await a_round(still) == ["n-1", "n-2"]
        now_s, second = 119.0, "59"
        assert await a_round(still) == ["n-1", "n-2"]
        now_s = 121.0
        assert await a_round(still) == ["n-2"]


async def test_no_more_than_eight_kubelets_are_asked_at_once(tmp_path: Path) -> None:
    open_now, most = 0, 0

    def kubelet(node: str) -> Says:
        async def slowly() -> AsyncGenerator[bytes, None]:
            nonlocal open_now, most
            open_now += 1
            most = max(most, open_now)
            await asyncio.sleep(0.02)
            open_now -= 1
            yield full(node).body

        return Says(200, stream=slowly())

    found = await collected([f"n-{n:02}" for n in range(30)], kubelet, tmp_path)
    assert len(found) == 30
    assert 2 <= most <= 8


def disk(node: str, value: float | None, mount: str = "/", device: str = "/dev/nvme0n1") -> Sample:
    return Sample({"node": node, "mountpoint": mount, "device": device}, value)


def test_a_nodes_storage_is_its_largest_disk_with_its_own_free_space() -> None:
    sizes = (disk("n-1", 20, "/"), disk("n-1", 200, "/local"), disk("n-2", 80))
    free = (disk("n-2", 8), disk("n-1", 50, "/local"), disk("n-1", 19, "/"))
    assert kubelet_disks(sizes, free) == {"n-1": NodeStorage("n-1", 200, 50), "n-2": NodeStorage("n-2", 80, 8)}


@pytest.mark.parametrize(
    ("size", "free"),
    [
        (disk("n-1", None), disk("n-1", 5)),
        (disk("n-1", 0), disk("n-1", 0)),
        (disk("n-1", 9), disk("n-1", None)),
        (disk("n-1", 9), disk("n-2", 5)),
        (disk("n-1", 9), disk("n-1", 5, "/other")),
        (disk("", 9), disk("", 5)),
        (Sample({"instance": "10.0.0.1:9100"}, 9), Sample({"instance": "10.0.0.1:9100"}, 5)),
    ],
)
def test_a_disk_of_which_a_half_is_missing_is_unknown(size: Sample, free: Sample) -> None:
    assert kubelet_disks((size,), (free,)) == {}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("/xyz"), st.integers(1, 9)), max_size=12))
def test_whatever_the_order_the_largest_disk_wins(rows: list[tuple[str, str, int]]) -> None:
    disks = {(node, mount): size for node, mount, size in rows}
    samples = tuple(disk(node, size, mount) for (node, mount), size in disks.items())
    found = kubelet_disks(samples, samples)
    for node in {node for node, _ in disks}:
        assert found[node].capacity_bytes == max(size for (name, _), size in disks.items() if name == node)
    assert set(found) == {node for node, _ in disks}


async def by_prometheus(names: list[str], directory: Path, *series: tuple[str, int, int]) -> tuple[NodeStorage, ...]:
    """`series`: node, size, free."""

    def answer(asked: Asked) -> Says:
        column = 1 if b"size_bytes" in asked.body else 2
        result = [
            {"metric": {"node": row[0], "device": "d", "mountpoint": "/"}, "value": [1, str(row[column])]}
            for row in series
        ]
        data = {"resultType": "vector", "result": result}
        return Says(200, json.dumps({"status": "success", "data": data}).encode())

    async with (
        loopback(answer) as server,
        opened(PrometheusClient, settings_for(f"http://{server.host}", directory)) as prometheus,
        cluster_of(lambda _: nodes(*names), directory) as (cluster, _),
    ):
        return await PrometheusStorageSource(cluster, prometheus, OHIO, 10).collect()


async def test_prometheus_tells_the_nodes_of_this_region_only(tmp_path: Path) -> None:
    found = await by_prometheus(["n-1", "n-2"], tmp_path, ("n-2", 9, 3), ("elsewhere", 9, 1), ("n-1", 8, 2))
    assert found == (NodeStorage("n-1", 8, 2), NodeStorage("n-2", 9, 3))


@pytest.mark.parametrize("series", [[], [("elsewhere", 9, 1)]])
async def test_a_prometheus_without_our_nodes_is_told_and_not_empty(
    series: list[tuple[str, int, int]], tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match=r"no node_filesystem_.* of this region's nodes") as caught:
        await by_prometheus(["n-1"], tmp_path, *series)
    assert caught.value.kind is ErrorKind.NOT_FOUND


async def test_of_many_nodes_the_fullest_are_asked_each_time_and_all_within_a_minute(tmp_path: Path) -> None:
    names = [f"n-{n:03}" for n in range(100)]
    asked_now: list[str] = []

    def kubelet(node: str) -> Says:
        asked_now.append(node)
        return Says(200, summary(node, capacityBytes=100 * GIB, availableBytes=(100 - int(node[2:])) * GIB))

    def answer(asked: Asked) -> Says | None:
        return nodes(*names) if asked.path == "/api/v1/nodes" else kubelet(asked.path.split("/")[4])

    async with cluster_of(answer, tmp_path) as (cluster, _):
        source = KubeletStorageSource(cluster, OHIO, 10)
        assert len(await source.collect()) == 100
        assert sorted(asked_now) == names
        turns = []
        for _ in range(5):
            asked_now.clear()
            assert len(await source.collect()) == 100
            turns.append(set(asked_now))
    assert all(len(turn) <= 40 for turn in turns)
    assert all(set(names[-15:]) <= turn for turn in turns)
    assert set().union(*turns) == set(names)


async def test_what_each_pod_takes_of_its_nodes_disk_is_told(tmp_path: Path) -> None:
    told = json.loads(summary("n-1", capacityBytes=9, availableBytes=3))
    reference = {"name": "ws", "namespace": "coder-ws", "uid": "u"}
    told["pods"] = [
        {"podRef": reference, "ephemeral-storage": {"usedBytes": 5}},
        {"podRef": reference, "ephemeral-storage": {}},
        {"podRef": reference, "ephemeral-storage": {"usedBytes": 10**23}},
        {"podRef": reference},
    ]
    (found,) = await collected(["n-1"], lambda _: Says(200, json.dumps(told).encode()), tmp_path)
    assert found.pods == (("coder-ws", "ws", 5),)


IMAGES_FULL = Path(__file__).parents[2] / "data" / "summary-imagefs.json"


async def test_the_fullest_of_the_kubelets_disks_is_told_by_name(tmp_path: Path) -> None:
    (found,) = await collected(["n1"], lambda _: Says(200, IMAGES_FULL.read_bytes()), tmp_path)
    assert (found.label, round(found.used_share, 2)) == ("images", 0.96)
    assert found.available_bytes == 8_000_000_000


def disks(fs: dict[str, int], **runtime: dict[str, int]) -> Says:
    return Says(200, json.dumps({"node": {"nodeName": "n", "fs": fs, "runtime": runtime}, "pods": None}).encode())


def of(capacity: int, available: int, **inodes: int) -> dict[str, int]:
    return {"capacityBytes": capacity, "availableBytes": available, **inodes}


@pytest.mark.parametrize(
    ("says", "label", "share"),
    [
        (disks(of(100, 40), imageFs=of(100, 40), containerFs=of(100, 40)), "", 0.6),  # one and the same device
        (disks(of(100, 40), imageFs=of(0, 0), containerFs={}), "", 0.6),
        (disks(of(100, 40), imageFs=of(100, 90), containerFs=of(50, 5)), "containers", 0.9),
        (disks(of(100, 40, inodes=1000, inodesFree=30)), "inodes", 0.97),
        (disks(of(100, 40), imageFs=of(100, 90, inodes=10, inodesFree=1)), "images inodes", 0.9),
        (disks(of(100, 40, inodes=0, inodesFree=0)), "", 0.6),
        (disks(of(100, 40, inodes=5, inodesFree=9)), "", 0.6),
    ],
)
async def test_every_disk_and_its_inodes_count(says: Says, label: str, share: float, tmp_path: Path) -> None:
    (found,) = await collected(["n"], lambda _: says, tmp_path)
    assert (found.label, found.used_share) == (label, pytest.approx(share))


async def test_a_disk_for_images_that_cannot_be_is_not_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="impossible disk"):
        await collected(["n"], lambda _: disks(of(100, 40), imageFs=of(10, 40)), tmp_path)


def test_by_prometheus_too_the_disk_of_the_images_counts_and_a_full_boot_disk_or_volume_does_not() -> None:
    sizes = [disk("n", 200), disk("n", 100, "/var/lib/containerd", "b"), disk("n", 1, "/boot", "c")]
    free = [disk("n", 150), disk("n", 4, "/var/lib/containerd", "b"), disk("n", 0, "/boot", "c")]
    volume = "/var/lib/kubelet/pods/u/volumes/home"
    found = kubelet_disks((*sizes, disk("n", 50, volume, "d")), (*free, disk("n", 0, volume, "d")))
    assert (found["n"].label, found["n"].used_share) == ("/var/lib/containerd", pytest.approx(0.96))
