from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.api_server import IMPATIENT, Script, cluster_of, page, pod, status
from fakes.kube_config import CONTEXT, TOKEN
from fakes.loopback import Asked, Says
from workshop_tui.clients.kubernetes import Page
from workshop_tui.clients.kubernetes_wire import AccessReviewWire, NodeWire, ObjectWire, PodWire, SummaryWire
from workshop_tui.collectors.nodes import node_of
from workshop_tui.collectors.pods import pod_of
from workshop_tui.errors import ErrorKind, SourceError

PODS = "/api/v1/namespaces/coder-ws/pods"


async def listed(*answers: Says, directory: Path) -> tuple[Page[PodWire], list[dict[str, str]]]:
    async with cluster_of(Script(list(answers)), directory) as (cluster, asked):
        found = await cluster.list_all(PODS, PodWire)
        assert {request.path for request in asked} == {PODS}
        return found, [request.query for request in asked]


def names(found: Page[PodWire]) -> list[str]:
    return [item.metadata.name for item in found.items]


async def test_one_page_is_the_whole(tmp_path: Path) -> None:
    found, queries = await listed(page(pod("a"), pod("b"), version=7), directory=tmp_path)
    assert (names(found), found.resource_version) == (["a", "b"], "7")
    assert queries == [{"limit": "100"}]


async def test_all_pages_are_read_even_behind_an_empty_one(tmp_path: Path) -> None:
    found, queries = await listed(
        page(pod("a"), version=7, next_page="t/1+="),
        page(version=7, next_page="t2"),
        page(pod("b"), pod("c"), version=7, next_page=""),
        directory=tmp_path,
    )
    assert (names(found), found.resource_version) == (["a", "b", "c"], "7")
    assert [query.get("continue") for query in queries] == [None, "t/1+=", "t2"]


async def test_a_list_whose_snapshot_expires_begins_again(tmp_path: Path) -> None:
    found, queries = await listed(
        page(pod("gone"), version=7, next_page="t1"),
        status(410),
        page(pod("a"), version=9, next_page="t2"),
        page(pod("b"), version=9),
        directory=tmp_path,
    )
    assert (names(found), found.resource_version) == (["a", "b"], "9")
    assert [query.get("continue") for query in queries] == [None, "t1", None, "t2"]


async def test_a_list_that_expires_each_time_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="changes faster than it can be read") as caught:
        await listed(*[page(pod("a"), next_page="t"), status(410)] * 3, directory=tmp_path)
    assert caught.value.kind is ErrorKind.MALFORMED


@pytest.mark.parametrize("body", [b'{"metadata": {}, "items": null}', b'{"metadata": {"continue": null}}', b"{}"])
async def test_a_list_without_items_says_nothing_and_is_not_empty(body: bytes, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="comes without items, which is no list") as caught:
        await listed(Says(200, body), directory=tmp_path)
    assert caught.value.kind is ErrorKind.MALFORMED


def with_200(says: Says) -> Says:
    return Says(200, says.body)


@pytest.mark.parametrize(
    ("says", "kind", "words"),
    [
        (status(403, "cannot list pods", "Forbidden"), ErrorKind.FORBIDDEN, "forbids it: cannot list pods"),
        (status(404, "the server could not find it", "NotFound"), ErrorKind.NOT_FOUND, "has no"),
        (status(500, "etcdserver: timed out", "InternalError"), ErrorKind.UNREACHABLE, "answers with 500"),
        (Says(200, b'{"kind": "Status", "status": "Success", "code": 200}'), ErrorKind.MALFORMED, "with a status"),
    ],
)
async def test_a_status_sent_with_200_is_the_failure_that_it_names(
    says: Says, kind: ErrorKind, words: str, tmp_path: Path
) -> None:
    async with cluster_of(Script([with_200(says)] * 3), tmp_path) as (cluster, _):
        for asked in (
            cluster.list_all(PODS, PodWire),
            cluster.get(f"{PODS}/a", ObjectWire),
            cluster.create(PODS, {}, AccessReviewWire),
        ):
            with pytest.raises(SourceError, match=words) as caught:
                await asked
            assert caught.value.kind is kind


async def test_a_page_that_is_refused_for_the_rate_is_waited_for_and_what_came_before_is_kept(tmp_path: Path) -> None:
    found, queries = await listed(
        page(pod("a"), version=7, next_page="t1"),
        status(429, Retry_After="1"),
        page(pod("b"), version=7),
        directory=tmp_path,
    )
    assert names(found) == ["a", "b"]
    assert [query.get("continue") for query in queries] == [None, "t1", "t1"]


async def test_fields_of_tomorrow_are_skipped_and_missing_ones_are_unknown(tmp_path: Path) -> None:
    strange = {"metadata": {"name": "a", "managedFields": [{}], "labels": None}, "spec": None, "ofTomorrow": [{"a": 1}]}
    found, _ = await listed(page(strange, {"metadata": {}}), directory=tmp_path)
    assert [(pod_of(item).name, pod_of(item).phase, pod_of(item).ready) for item in found.items] == [
        ("a", "Unknown", False),
        ("", "Unknown", False),
    ]


async def endless() -> AsyncGenerator[bytes, None]:
    yield b'{"items": [], "metadata": {"selfLink": "'
    while True:
        yield b"x" * 2**22


FORBIDDEN = f'pods is forbidden: User "jo" cannot list resource "pods" in the namespace "coder-ws" {TOKEN}'
PAGE = f"<html>{TOKEN}".encode()
HOSTILE: dict[str, tuple[Callable[[], Says | None], ErrorKind, str]] = {
    "hangs": (lambda: None, ErrorKind.TIMEOUT, "did not answer in time"),
    "hangs in the middle": (lambda: Says(200, b'{"a"', hangs=True), ErrorKind.TIMEOUT, "did not answer in time"),
    "cut in the middle": (lambda: Says(200, b'{"a"', cut=True), ErrorKind.UNREACHABLE, "cannot be reached"),
    "a web page": (lambda: Says(200, PAGE), ErrorKind.MALFORMED, "web page: check the address"),
    "half a JSON": (lambda: Says(200, b'{"items": ['), ErrorKind.MALFORMED, "half an answer, or not JSON"),
    "another JSON": (lambda: Says(200, b'{"items": 5}'), ErrorKind.MALFORMED, "does not answer as expected"),
    "without end": (lambda: Says(200, stream=endless()), ErrorKind.MALFORMED, "more than 8 MiB"),
    "403": (lambda: status(403, FORBIDDEN), ErrorKind.FORBIDDEN, 'cannot list resource "pods"'),
    "403 without a word": (lambda: Says(403, PAGE), ErrorKind.FORBIDDEN, f"forbids it: cannot list {PODS}"),
    "403 in lines": (lambda: status(403, "no\n  right\x1b[31m"), ErrorKind.FORBIDDEN, "forbids it: no right"),
    "403 too long": (lambda: status(403, "x" * 150 + TOKEN * 9), ErrorKind.FORBIDDEN, "forbids it: x"),
    "404": (lambda: status(404, "the server could not find it"), ErrorKind.NOT_FOUND, f"ohio has no {PODS}"),
    "410 at once": (lambda: status(410), ErrorKind.MALFORMED, "answers with 410"),
    "429": (lambda: status(429, Retry_After="3"), ErrorKind.RATE_LIMITED, "asks to wait 3 s"),
    "500": (lambda: status(500, TOKEN), ErrorKind.UNREACHABLE, "answers with 500: look at its logs"),
    "502": (lambda: Says(502, PAGE), ErrorKind.UNREACHABLE, "answers with 502: look at its logs"),
}


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_each_hostile_answer_is_one_line_that_says_what_to_do(hostile: str, tmp_path: Path) -> None:
    answer, kind, words = HOSTILE[hostile]
    limits = IMPATIENT if kind is ErrorKind.TIMEOUT else None
    async with cluster_of(lambda _: answer(), tmp_path, limits=limits) as (cluster, _):
        with pytest.raises(SourceError) as caught:
            await cluster.list_all(PODS, PodWire)
    error = caught.value
    assert error.kind is kind
    assert words in error.message
    assert CONTEXT in error.message
    assert error.message.isprintable()
    assert TOKEN[:6] not in error.message
    assert error.retry_after_s == (3 if hostile == "429" else None)


async def test_a_server_that_is_not_there_is_told_as_such(tmp_path: Path) -> None:
    async with cluster_of(Script(), tmp_path) as (gone, _):
        pass
    with pytest.raises(SourceError, match="the cluster ohio refuses connections") as caught:
        await gone.list_all(PODS, PodWire)
    await gone.close()
    assert caught.value.kind is ErrorKind.UNREACHABLE


async def test_one_object_is_read_as_it_is(tmp_path: Path) -> None:
    path = "/api/v1/nodes/n-1/proxy/stats/summary"
    summary = {"node": {"nodeName": "n-1", "fs": {"availableBytes": 5, "capacityBytes": 9}}, "pods": []}
    async with cluster_of(lambda _: Says(200, json.dumps(summary).encode()), tmp_path) as (cluster, asked):
        found = await cluster.get(path, SummaryWire)
    assert found.node.fs is not None
    assert (found.node.fs.available_bytes, found.node.fs.capacity_bytes) == (5, 9)
    assert [(request.target, request.headers["authorization"]) for request in asked] == [(path, f"Bearer {TOKEN}")]


async def test_a_right_that_is_missing_for_one_object_is_named(tmp_path: Path) -> None:
    async with cluster_of(lambda _: Says(403, b""), tmp_path) as (cluster, _):
        with pytest.raises(SourceError, match="cannot get /api/v1/nodes/n-1/proxy") as caught:
            await cluster.get("/api/v1/nodes/n-1/proxy/stats/summary", SummaryWire)
    assert caught.value.kind is ErrorKind.FORBIDDEN


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def some_of(*keys: str) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries({}, optional=dict.fromkeys(keys, json_values))


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "spec": st.none() | some_of("nodeName", "containers", "unschedulable"),
            "status": st.none() | some_of("phase", "conditions", "containerStatuses", "allocatable", "nodeInfo"),
        },
    )
)
def test_an_object_of_any_shape_is_a_value_or_a_wire_error(rest: dict[str, object]) -> None:
    body = json.dumps({"metadata": {"name": "a"}, **rest})
    for shape, value in ((PodWire, pod_of), (NodeWire, node_of)):
        try:
            value(msgspec.json.decode(body, type=shape))
        except msgspec.ValidationError:
            continue


async def test_objects_so_large_that_a_page_of_them_costs_too_much_come_in_smaller_pages(tmp_path: Path) -> None:
    large = [pod(f"p{number}", annotations="x" * 2**20) for number in range(12)]

    def answer(asked: Asked) -> Says:
        start, limit = int(asked.query.get("continue", "0")), int(asked.query["limit"])
        more = str(start + limit) if start + limit < len(large) else None
        return page(*large[start : start + limit], next_page=more)

    async with cluster_of(answer, tmp_path) as (cluster, asked):
        found = await cluster.list_all(PODS, PodWire)
    assert [item.metadata.name for item in found.items] == [f"p{number}" for number in range(12)]
    assert [request.query["limit"] for request in asked] == ["100", "10", *["1"] * 12]
