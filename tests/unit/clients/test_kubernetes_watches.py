from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from fakes.api_server import IMPATIENT, Script, bookmark, cluster_of, line, page, pod, status, watch
from fakes.kube_config import TOKEN, runs, sign_in_by
from fakes.loopback import Asked, Says
from workshop_tui.clients.kubernetes import Change, Cluster, Expired, Limits
from workshop_tui.clients.kubernetes_wire import EventWire, PodWire
from workshop_tui.errors import ErrorKind, SourceError

PODS = "/api/v1/namespaces/coder-ws/pods"
ENOUGH_S = 20


def told(change: Change[PodWire]) -> tuple[str, str | None]:
    return change.kind, change.item.metadata.name if change.item else None


async def first(count: int, cluster: Cluster, version: str = "1") -> list[tuple[str, str | None]]:
    found: list[tuple[str, str | None]] = []
    async with asyncio.timeout(ENOUGH_S), aclosing(cluster.watch(PODS, PodWire, version)) as changes:
        async for change in changes:
            found.append(told(change))
            if len(found) == count:
                break
    return found


async def until_it_fails(cluster: Cluster) -> tuple[list[tuple[str, str | None]], Exception]:
    found: list[tuple[str, str | None]] = []
    try:
        async with asyncio.timeout(ENOUGH_S):
            async for change in cluster.watch(PODS, PodWire, "1"):
                found.append(told(change))
    except (SourceError, Expired) as error:
        return found, error
    raise AssertionError("a watch ends with an error only")


def versions(asked: list[Asked]) -> list[str]:
    return [request.query["resourceVersion"] for request in asked]


async def test_changes_come_as_they_happen(tmp_path: Path) -> None:
    lines = (line("ADDED", pod("a", 2)), line("MODIFIED", pod("a", 3)), line("DELETED", pod("a", 4)))
    async with cluster_of(Script(watches=[watch(*lines, hangs=True)]), tmp_path) as (cluster, asked):
        assert await first(3, cluster) == [("ADDED", "a"), ("MODIFIED", "a"), ("DELETED", "a")]
    assert [request.path for request in asked] == [PODS]
    assert asked[0].query == {
        "watch": "true",
        "allowWatchBookmarks": "true",
        "timeoutSeconds": "45",
        "resourceVersion": "1",
    }


async def test_a_polite_end_is_proof_of_life_and_goes_on_from_the_last_version(tmp_path: Path) -> None:
    script = Script(watches=[watch(line("ADDED", pod("a", 5))), watch(line("ADDED", pod("b", 8)))])
    async with cluster_of(script, tmp_path) as (cluster, asked):
        assert await first(4, cluster) == [("ADDED", "a"), ("BOOKMARK", None), ("ADDED", "b"), ("BOOKMARK", None)]
    assert versions(asked) == ["1", "5"]


async def test_a_bookmark_is_proof_of_life_and_moves_the_version(tmp_path: Path) -> None:
    script = Script(watches=[watch(line("ADDED", pod("a", 5)), bookmark(70)), watch(line("ADDED", pod("b", 71)))])
    async with cluster_of(script, tmp_path) as (cluster, asked):
        assert await first(4, cluster) == [("ADDED", "a"), ("BOOKMARK", None), ("BOOKMARK", None), ("ADDED", "b")]
    assert versions(asked) == ["1", "70"]


@pytest.mark.parametrize("piece", [1, 7, 1000])
async def test_events_come_whole_however_the_network_cuts_them(piece: int, tmp_path: Path) -> None:
    whole = line("ADDED", pod("ä" * 40, 2)) + b"\n" + line("MODIFIED", pod("b", 3)) + bookmark(4)
    pieces = [whole[start : start + piece] for start in range(0, len(whole), piece)]
    async with cluster_of(Script(watches=[watch(*pieces, hangs=True)]), tmp_path) as (cluster, _):
        assert await first(3, cluster) == [("ADDED", "ä" * 40), ("MODIFIED", "b"), ("BOOKMARK", None)]


async def test_an_event_of_megabytes_is_read(tmp_path: Path) -> None:
    large = pod("a", 2, annotations="x" * 3 * 2**20)
    async with cluster_of(Script(watches=[watch(line("ADDED", large), hangs=True)]), tmp_path) as (cluster, _):
        assert await first(1, cluster) == [("ADDED", "a")]


async def test_an_event_without_end_is_refused(tmp_path: Path) -> None:
    flood = watch(*[b"x" * 2**22] * 20)
    async with cluster_of(Script(watches=[flood]), tmp_path) as (cluster, _):
        found, error = await until_it_fails(cluster)
    assert isinstance(error, SourceError)
    assert (found, error.kind) == ([], ErrorKind.MALFORMED)
    assert "an event of more than 4 MiB" in error.message


GONE = {"kind": "Status", "status": "Failure", "code": 410, "reason": "Expired", "message": "too old resource version"}


@pytest.mark.parametrize("says", [status(410), Says(410, b"<html>"), watch(line("ERROR", GONE))])
async def test_a_version_that_is_too_old_asks_to_list_again(says: Says, tmp_path: Path) -> None:
    async with cluster_of(Script(watches=[says]), tmp_path) as (cluster, _):
        found, error = await until_it_fails(cluster)
    assert (found, type(error)) == ([], Expired)


async def test_changes_before_an_expiry_are_not_lost(tmp_path: Path) -> None:
    script = Script(watches=[watch(line("ADDED", pod("a", 2)) + line("ERROR", GONE))])
    async with cluster_of(script, tmp_path) as (cluster, _):
        found, error = await until_it_fails(cluster)
    assert (found, type(error)) == ([("ADDED", "a")], Expired)


def error_line(code: int | None, message: str = "") -> Says:
    return watch(line("ERROR", {"kind": "Status", "message": message, **({"code": code} if code else {})}))


ENDS: dict[str, tuple[Says | None, ErrorKind, str]] = {
    "cut in the middle of an event": (
        watch(line("ADDED", pod("a", 2)) + b'{"type": "ADD', cut=True),
        ErrorKind.UNREACHABLE,
        "cannot be reached",
    ),
    "ended in the middle of an event": (
        watch(line("ADDED", pod("a", 2)) + b'{"type": "ADD'),
        ErrorKind.UNREACHABLE,
        "cut the watch in the middle of an event",
    ),
    "silent": (watch(line("ADDED", pod("a", 2)), hangs=True), ErrorKind.TIMEOUT, "did not answer in time"),
    "never answered": (None, ErrorKind.TIMEOUT, "did not answer in time"),
    "a web page": (Says(200, b"<html>\n</html>"), ErrorKind.MALFORMED, "web page: check the address"),
    "no event": (watch(b"{}\n"), ErrorKind.MALFORMED, "does not answer as expected"),
    "an event without object": (watch(b'{"type": "ADDED"}\n'), ErrorKind.MALFORMED, "does not answer as expected"),
    "an object of null": (watch(line("ADDED", None)), ErrorKind.MALFORMED, "does not answer as expected"),
    "a bookmark of nothing": (watch(line("BOOKMARK", {})), ErrorKind.MALFORMED, "does not answer as expected"),
    "half a line": (watch(b'{"type": "ADDED", "object": {\n'), ErrorKind.MALFORMED, "half an answer, or not JSON"),
    "an error 403": (
        error_line(403, f"cannot watch\npods {TOKEN}"),
        ErrorKind.FORBIDDEN,
        "forbids it: cannot watch pods",
    ),
    "an error 429": (error_line(429), ErrorKind.RATE_LIMITED, "limits the rate"),
    "an error 500": (error_line(500, "etcdserver"), ErrorKind.UNREACHABLE, "answers with 500: look at its logs"),
    "an error without a code": (error_line(None), ErrorKind.UNREACHABLE, "answers with 500"),
    "an error that is none": (error_line(200), ErrorKind.MALFORMED, "without a reason"),
    "an error of text": (watch(line("ERROR", "boom")), ErrorKind.MALFORMED, "does not answer as expected"),
    "403": (status(403, 'cannot watch resource "pods"'), ErrorKind.FORBIDDEN, 'cannot watch resource "pods"'),
    "403 without a word": (Says(403), ErrorKind.FORBIDDEN, f"cannot watch {PODS}"),
    "404": (status(404), ErrorKind.NOT_FOUND, f"has no {PODS}"),
    "429": (status(429, Retry_After="3"), ErrorKind.RATE_LIMITED, "asks to wait 3 s"),
    "500": (Says(500, b"<html>"), ErrorKind.UNREACHABLE, "answers with 500: look at its logs"),
    "503 with half a body": (Says(503, b"{", hangs=True), ErrorKind.TIMEOUT, "did not answer in time"),
    "ends at once": (watch(), ErrorKind.UNREACHABLE, "ends every watch at once: it may be restarting"),
}


@pytest.mark.parametrize("end", ENDS)
async def test_each_bad_end_of_a_watch_is_one_line_that_says_what_to_do(end: str, tmp_path: Path) -> None:
    says, kind, words = ENDS[end]
    limits = IMPATIENT if kind is ErrorKind.TIMEOUT else Limits(resume_after_s=(), limited_s=0)
    async with cluster_of(Script(watches=[says]), tmp_path, limits=limits) as (cluster, asked):
        found, error = await until_it_fails(cluster)
    assert isinstance(error, SourceError)
    assert error.kind is kind
    assert words in error.message
    assert error.message.isprintable()
    assert TOKEN not in error.message
    assert found == ([("ADDED", "a")] if "middle of an event" in end or end == "silent" else [])
    assert len(asked) == 1


SOON = Limits(resume_after_s=(0.01, 0.02))


@pytest.mark.parametrize(
    "cut",
    [
        lambda: watch(line("ADDED", pod("a", 5)), cut=True),
        lambda: watch(line("ADDED", pod("a", 5)) + b'{"type": "ADD', cut=True),
        lambda: watch(line("ADDED", pod("a", 5)) + line("ERROR", {"kind": "Status", "code": 500})),
    ],
)
async def test_a_watch_that_is_cut_goes_on_from_the_last_version(cut: Callable[[], Says], tmp_path: Path) -> None:
    script = Script(watches=[cut(), status(503), watch(line("ADDED", pod("b", 8)), hangs=True)])
    async with cluster_of(script, tmp_path, limits=SOON) as (cluster, asked):
        assert await first(2, cluster) == [("ADDED", "a"), ("ADDED", "b")]
    assert versions(asked) == ["1", "5", "5"]


async def test_a_watch_that_is_cut_again_and_again_is_told(tmp_path: Path) -> None:
    script = Script(watches=[watch(line("ADDED", pod("a", 5)), cut=True), *[watch(cut=True) for _ in range(9)]])
    async with cluster_of(script, tmp_path, limits=SOON) as (cluster, asked):
        found, error = await until_it_fails(cluster)
    assert isinstance(error, SourceError)
    assert (found, error.kind) == ([("ADDED", "a")], ErrorKind.UNREACHABLE)
    assert versions(asked) == ["1", "5", "5"]


async def test_a_cut_after_more_silence_than_was_promised_is_told_at_once(tmp_path: Path) -> None:
    async def silent():
        yield b"\n"
        await asyncio.sleep(1.1)

    limits = Limits(watch_s=1, resume_after_s=(0.01,))
    script = Script(watches=[Says(200, stream=silent(), cut=True)])
    async with cluster_of(script, tmp_path, limits=limits) as (cluster, asked):
        _, error = await until_it_fails(cluster)
    assert isinstance(error, SourceError)
    assert len(asked) == 1


async def test_a_version_that_grew_too_old_while_a_watch_was_cut_asks_to_list_again(tmp_path: Path) -> None:
    script = Script(watches=[watch(line("ADDED", pod("a", 5)), cut=True), status(410)])
    async with cluster_of(script, tmp_path, limits=SOON) as (cluster, _):
        found, error = await until_it_fails(cluster)
    assert (found, type(error)) == ([("ADDED", "a")], Expired)


async def test_a_token_that_runs_out_between_two_watches_is_fetched_anew(tmp_path: Path) -> None:
    valid = ["t-1"]
    script = Script(watches=[watch(line("ADDED", pod("a", 2))), watch(line("ADDED", pod("b", 3)), hangs=True)])

    def answer(asked: Asked) -> Says | None:
        return script(asked) if asked.headers["authorization"] == f"Bearer {valid[0]}" else Says(401, b"{}")

    user = sign_in_by(tmp_path, "give({'token': 't-%d' % runs})")
    async with (
        asyncio.timeout(ENOUGH_S),
        cluster_of(answer, tmp_path, user) as (cluster, asked),
        aclosing(cluster.watch(PODS, PodWire, "1")) as changes,
    ):
        assert told(await anext(changes)) == ("ADDED", "a")
        valid[0] = "t-2"
        assert told(await anext(changes)) == ("BOOKMARK", None)
        assert told(await anext(changes)) == ("ADDED", "b")
    assert (runs(tmp_path), versions(asked)) == (2, ["1", "2", "2"])


async def test_a_watch_goes_on_while_another_question_signs_in_anew(tmp_path: Path) -> None:
    valid, later = ["t-1"], asyncio.Event()

    async def live():
        yield line("ADDED", pod("a", 2))
        await later.wait()
        yield line("ADDED", pod("b", 3))

    watches = [Says(200, stream=live(), hangs=True)]

    def answer(asked: Asked) -> Says | None:
        if asked.headers["authorization"] != f"Bearer {valid[0]}":
            return Says(401, b"{}")
        return watches.pop() if "watch" in asked.query else page(version=9)

    user = sign_in_by(tmp_path, "give({'token': 't-%d' % runs})")
    async with (
        asyncio.timeout(ENOUGH_S),
        cluster_of(answer, tmp_path, user) as (cluster, _),
        aclosing(cluster.watch(PODS, PodWire, "1")) as changes,
    ):
        assert told(await anext(changes)) == ("ADDED", "a")
        valid[0] = "t-2"
        assert (await cluster.list_all(PODS, PodWire)).resource_version == "9"
        later.set()
        assert told(await anext(changes)) == ("ADDED", "b")
    assert runs(tmp_path) == 2


async def test_a_watch_that_is_left_lets_go_of_the_server(tmp_path: Path) -> None:
    gone = asyncio.Event()

    async def live():
        try:
            version = 1
            while True:
                version += 1
                yield line("ADDED", pod("a" * 2**16, version))
                await asyncio.sleep(0)
        finally:
            gone.set()

    async with cluster_of(lambda _: Says(200, stream=live()), tmp_path) as (cluster, _):
        assert len(await first(3, cluster)) == 3
        async with asyncio.timeout(ENOUGH_S):
            await gone.wait()


async def test_events_of_pods_are_watched_like_pods(tmp_path: Path) -> None:
    wire = {"metadata": {"name": "e", "uid": "u"}, "series": None, "source": None, "involvedObject": {"kind": "Pod"}}
    body = json.dumps({"type": "ADDED", "object": wire}).encode() + b"\n"
    async with (
        cluster_of(lambda _: watch(body, hangs=True), tmp_path) as (cluster, _),
        aclosing(cluster.watch("/api/v1/events", EventWire, "1")) as changes,
    ):
        change = await anext(changes)
    assert change.item is not None
    assert change.item.involved_object.kind == "Pod"


TOO_MANY = {"kind": "Status", "code": 429, "message": "too many", "details": {"retryAfterSeconds": 1}}


@pytest.mark.parametrize("says", [status(429, Retry_After="1"), watch(line("ERROR", TOO_MANY))])
async def test_a_watch_that_is_told_to_wait_goes_on_from_its_version(says: Says, tmp_path: Path) -> None:
    script = Script(watches=[watch(line("ADDED", pod("a", 5))), says, watch(line("ADDED", pod("b", 8)))])
    async with cluster_of(script, tmp_path) as (cluster, asked):
        assert await first(3, cluster) == [("ADDED", "a"), ("BOOKMARK", None), ("ADDED", "b")]
    assert versions(asked) == ["1", "5", "5"]


async def test_a_watch_that_is_told_to_wait_for_minutes_says_so(tmp_path: Path) -> None:
    limits = Limits(silence_s=10, sign_in_s=10, watch_s=0, limited_s=2)
    first_event = watch(line("ADDED", pod("a", 5)))  # from here on time counts: connecting may take as long as it likes
    script = Script(watches=[first_event, status(429, Retry_After="2"), status(429, Retry_After="9")])
    async with cluster_of(script, tmp_path, limits=limits) as (cluster, _):
        _, error = await until_it_fails(cluster)
    assert isinstance(error, SourceError)
    assert (error.kind, error.retry_after_s) == (ErrorKind.RATE_LIMITED, 9)


REFUSED = {"kind": "Status", "status": "Failure", "code": 403, "reason": "Forbidden", "message": "cannot watch pods"}


@pytest.mark.parametrize("piece", [json.dumps(REFUSED).encode() + b"\n", line("ADDED", REFUSED)])
async def test_a_status_sent_as_an_event_is_its_failure_and_no_pod(piece: bytes, tmp_path: Path) -> None:
    async with cluster_of(Script(watches=[watch(piece)]), tmp_path) as (cluster, _):
        found, error = await until_it_fails(cluster)
    assert isinstance(error, SourceError)
    assert (found, error.kind) == ([], ErrorKind.FORBIDDEN)
    assert "cannot watch pods" in error.message
