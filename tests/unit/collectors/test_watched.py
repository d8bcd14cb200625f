from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import cast

import kmock
import pytest

from fakes.api_server import bookmark, cluster_of, line, page, pod, status, watch
from fakes.kube_config import CONTEXT, write_kubeconfig
from fakes.loopback import Asked, Says
from workshop_tui.clients.kubernetes import Cluster, Limits
from workshop_tui.clients.kubernetes_wire import PodWire
from workshop_tui.collectors.pod_events import PodEventsSource
from workshop_tui.collectors.pods import PodsSource
from workshop_tui.collectors.watched import AsTuple, Watched
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.clock import Clock
from workshop_tui.model.kubernetes import Pod
from workshop_tui.model.pods import Pods
from workshop_tui.model.source import SourceKey
from workshop_tui.observing.collect_once import collect_once
from workshop_tui.settings.region import Region

ENOUGH_S = 20
GONE = line("ERROR", {"kind": "Status", "code": 410, "reason": "Expired", "message": "too old"})
EVICTION = {
    "type": "Warning",
    "reason": "Evicted",
    "lastTimestamp": "2026-12-01T12:00:00Z",
    "involvedObject": {"kind": "Pod"},
}
OHIO = Region.model_validate(
    {
        "name": "ohio",
        "role": "proxy",
        "namespaces": {"server": "coder", "provisioners": [], "workspaces": ["coder-ws"]},
    }
)
ALONE = Region.model_validate(
    {"name": "ohio", "role": "proxy", "namespaces": {"server": "coder", "provisioners": [], "workspaces": ["coder"]}}
)
HERE, THERE = "/api/v1/namespaces/here/pods", "/api/v1/namespaces/there/pods"


class Namespaces:
    """By path: what lists and watches answer, in turn; a watch after the last one is silent."""

    def __init__(self, **answers: list[Says]) -> None:
        self.answers = answers

    def __call__(self, asked: Asked) -> Says | None:
        turns = self.answers[asked.path.split("/")[4]]
        if "watch" in asked.query and (not turns or turns[0].stream is None):
            return watch(hangs=True)
        return turns.pop(0)


Names = tuple[str, ...]


@asynccontextmanager
async def following(
    answer: Namespaces, directory: Path, *paths: str, limits: Limits | None = None
) -> AsyncIterator[tuple[AsyncIterator[Names], list[Asked]]]:
    async with cluster_of(answer, directory, limits=limits) as (cluster, asked):
        watched = Watched(
            cluster,
            paths or (HERE,),
            PodWire,
            lambda wire: wire.metadata.uid,
            lambda wire: f"{wire.metadata.name}@{wire.metadata.resource_version}",
            AsTuple(),
        )
        async with asyncio.timeout(ENOUGH_S), aclosing(watched.stream()) as stream:
            yield stream, asked


async def until(stream: AsyncIterator[Names], wanted: set[str]) -> Names:
    while True:
        found = await anext(stream)
        if set(found) == wanted:
            return found


async def failed(stream: AsyncIterator[Names]) -> SourceError:
    try:
        async for _ in stream:
            pass
    except SourceError as error:
        return error
    raise AssertionError("a stream ends with an error only")


async def test_the_list_comes_first_and_then_each_change(tmp_path: Path) -> None:
    changes = watch(
        line("ADDED", pod("b", 2)) + line("MODIFIED", pod("a", 3)),
        line("DELETED", pod("b", 4)) + line("DELETED", pod("never-seen", 5)),
        hangs=True,
    )
    async with following(Namespaces(here=[page(pod("a", 1)), changes]), tmp_path) as (stream, _):
        assert await anext(stream) == ("a@1",)
        await until(stream, {"a@3"})


async def test_the_first_whole_waits_for_every_namespace(tmp_path: Path) -> None:
    answers = Namespaces(here=[page(pod("a"))], there=[page(pod("b"), pod("c"))])
    async with following(answers, tmp_path, HERE, THERE) as (stream, _):
        assert set(await anext(stream)) == {"a@1", "b@1", "c@1"}


async def test_a_namespace_named_twice_is_watched_once(tmp_path: Path) -> None:
    async with following(Namespaces(here=[page(pod("a"))]), tmp_path, HERE, HERE) as (stream, asked):
        assert await anext(stream) == ("a@1",)
    assert sum("watch" not in request.query for request in asked) == 1


async def test_proof_of_life_is_the_very_same_whole(tmp_path: Path) -> None:
    answers = Namespaces(here=[page(pod("a")), watch(bookmark(9), hangs=True)])
    async with following(answers, tmp_path) as (stream, _):
        first = await anext(stream)
        assert await anext(stream) is first


@pytest.mark.parametrize("expiry", [lambda: watch(line("MODIFIED", pod("a", 2)) + GONE), lambda: status(410)])
async def test_what_vanished_while_a_version_expired_is_gone_after_the_list(
    expiry: Callable[[], Says], tmp_path: Path
) -> None:
    def answer(asked: Asked) -> Says | None:
        if "watch" in asked.query:
            return watches.pop(0)
        lists_asked.append(asked)
        return lists.pop(0)

    watches, lists_asked = [expiry(), watch(line("ADDED", pod("d", 9)), hangs=True)], []
    lists = [page(pod("a", 1), pod("b", 1)), page(pod("b", 1), pod("c", 7), version=8)]
    async with following(answer, tmp_path) as (stream, asked):
        await until(stream, {"b@1", "c@7", "d@9"})
    assert len(lists_asked) == 2
    assert [request.query["resourceVersion"] for request in asked if "watch" in request.query] == ["1", "8"]


async def test_a_connection_that_is_cut_costs_no_second_list(tmp_path: Path) -> None:
    answers = Namespaces(
        here=[
            page(pod("a", 1), version=1),
            watch(line("ADDED", pod("b", 5)), cut=True),
            watch(line("MODIFIED", pod("a", 6)), cut=True),
            watch(line("DELETED", pod("b", 7)), hangs=True),
        ]
    )
    async with following(answers, tmp_path, limits=Limits(resume_after_s=(0.01,))) as (stream, asked):
        await until(stream, {"a@6"})
    assert [request.query.get("resourceVersion") for request in asked] == [None, "1", "5", "6"]


async def test_a_server_whose_versions_expire_at_once_is_not_asked_for_ever(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Says | None:
        return status(410) if "watch" in asked.query else page(pod("a"))

    async with following(answer, tmp_path) as (stream, asked):
        error = await failed(stream)
    assert error.kind is ErrorKind.UNREACHABLE
    assert "expires as soon as it is listed" in error.message
    assert len(asked) <= 10


async def test_one_namespace_that_is_forbidden_ends_the_whole_with_its_reason(tmp_path: Path) -> None:
    answers = Namespaces(here=[page(pod("a"))], there=[status(403, 'cannot list resource "pods"')])
    async with following(answers, tmp_path, HERE, THERE) as (stream, _):
        error = await failed(stream)
    assert (error.kind, error.message) == (
        ErrorKind.FORBIDDEN,
        'the cluster ohio forbids it: cannot list resource "pods"',
    )


async def test_one_namespace_that_falls_silent_ends_the_whole(tmp_path: Path) -> None:
    answers = Namespaces(here=[page(pod("a"))])
    async with following(answers, tmp_path, limits=Limits(silence_s=1, watch_s=0)) as (stream, _):
        assert await anext(stream) == ("a@1",)
        assert (await failed(stream)).kind is ErrorKind.TIMEOUT


async def test_changes_that_come_together_are_told_together(tmp_path: Path) -> None:
    flood = watch(*(line("MODIFIED", pod("a", version)) for version in range(2, 400)), hangs=True)
    async with following(Namespaces(here=[page(pod("a")), flood]), tmp_path) as (stream, _):
        told = 1
        while (await anext(stream)) != ("a@399",):
            told += 1
    assert told < 40


async def test_a_flood_of_events_that_are_not_kept_costs_no_memory(tmp_path: Path) -> None:
    def event(number: int) -> bytes:
        metadata = {"name": f"e-{number}", "uid": f"{number:036}", "resourceVersion": str(number)}
        return line("ADDED", {"metadata": metadata, "reason": "Scheduled", "involvedObject": {"kind": "Pod"}})

    async def flood() -> AsyncGenerator[bytes, None]:
        for start in range(0, 12_000, 500):
            yield b"".join(event(number) for number in range(start, start + 500))
        yield line("ADDED", {**EVICTION, "metadata": {"name": "last", "uid": "last"}})

    answers = Namespaces(
        **{"coder-ws": [page({**EVICTION, "metadata": {"name": "first"}}), Says(200, stream=flood(), hangs=True)]}
    )
    async with (
        cluster_of(answers, tmp_path) as (cluster, _),
        asyncio.timeout(ENOUGH_S),
        aclosing(PodEventsSource(cluster, OHIO).stream()) as stream,
    ):
        assert len((await anext(stream)).failures) == 1
        tracemalloc.start()
        try:
            while len((await anext(stream)).failures) < 2:
                pass
            held, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert held < 1_000_000


async def test_a_list_of_many_slow_pages_comes_though_it_takes_longer_than_the_time_out(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Says:
        number = int(asked.query.get("continue", "0"))

        async def slowly() -> AsyncGenerator[bytes, None]:
            await asyncio.sleep(0.4)
            yield page(pod(str(number)), next_page=str(number + 1) if number < 4 else None).body

        return Says(200, stream=slowly())

    async with cluster_of(answer, tmp_path) as (cluster, _):
        source = PodsSource(cluster, ALONE, timeout_s=1.5)
        (reading,) = (await collect_once([source], [SourceKey("pods", "ohio")], Clock())).values()
    assert reading.error is None
    assert len(cast("Pods", reading.items)) == 5
    assert reading.took_s > source.timeout_s


async def test_of_a_flood_of_events_some_thousand_are_listed_and_the_rest_is_watched(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Says:
        later = {**EVICTION, "metadata": {"name": "later"}}
        return watch(line("ADDED", later), hangs=True) if "watch" in asked.query else page(version=7, next_page="more")

    async with (
        cluster_of(answer, tmp_path) as (cluster, asked),
        asyncio.timeout(ENOUGH_S),
        aclosing(PodEventsSource(cluster, OHIO).stream()) as stream,
    ):
        while not (await anext(stream)).failures:
            pass
    assert len(asked) == 50 + 1
    assert asked[-1].query["resourceVersion"] == "7"


async def test_an_object_that_breaks_the_mapping_ends_the_stream_with_it(tmp_path: Path) -> None:
    async with cluster_of(Namespaces(here=[page(pod("a"))]), tmp_path) as (cluster, _):
        watched = Watched(
            cluster, [HERE], PodWire, lambda wire: wire.metadata.uid, lambda wire: wire.no_such_thing, AsTuple()
        )
        with pytest.raises(AttributeError, match="no_such_thing"):
            await anext(watched.stream())


async def test_a_stream_that_is_left_leaves_nothing_running(tmp_path: Path) -> None:
    before = asyncio.all_tasks()
    async with cluster_of(Namespaces(here=[page()], there=[page()]), tmp_path) as (cluster, _):
        watched = Watched(cluster, [HERE, THERE], PodWire, lambda wire: wire.metadata.uid, lambda wire: wire, AsTuple())
        async with aclosing(watched.stream()) as stream:
            await anext(stream)
        left = asyncio.all_tasks() - before
        assert not [task for task in left if "_follow" in repr(task)]


@pytest.fixture
async def pods(kmock: kmock.KubernetesEmulator, tmp_path: Path) -> AsyncIterator[AsyncIterator[tuple[Pod, ...]]]:
    """A stream of one region's pods, from an API server that keeps objects."""
    kmock.resources["v1/pods"] = {"namespaced": True, "kind": "Pod"}
    cluster = Cluster(write_kubeconfig(tmp_path, str(kmock.url).rstrip("/")), CONTEXT)
    async with asyncio.timeout(ENOUGH_S), aclosing(PodsSource(cluster, OHIO).stream()) as stream:
        yield stream
    await cluster.close()


async def test_pods_are_followed_while_they_are_made_changed_and_deleted(
    kmock: kmock.KubernetesEmulator, pods: AsyncIterator[tuple[Pod, ...]]
) -> None:
    path = "/api/v1/namespaces/coder-ws/pods"
    await kmock.post(path, json=pod("a"))
    assert [(found.name, found.phase) for found in await anext(pods)] == [("a", "Running")]
    await kmock.post(path, json=pod("b"))
    await kmock.patch(f"{path}/a", json={"status": {"phase": "Failed", "reason": "Evicted"}})
    while [(found.name, found.phase) for found in await anext(pods)] != [("a", "Failed"), ("b", "Running")]:
        pass
    await kmock.delete(f"{path}/a")
    while [found.name for found in await anext(pods)] != ["b"]:
        pass
