from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager

PODS = "/api/v1/pods"


class Watch:
    """Lines of one watch."""

    def __init__(self, response) -> None:
        self.response = response

    async def next(self):
        async with asyncio.timeout(20):
            line = await self.response.content.readline()
        return json.loads(line) if line else None

    async def until(self, type_: str):
        """All lines up to the first of that type, with it."""
        lines = []
        while line := await self.next():
            lines.append(line)
            if line["type"] == type_:
                return lines
        raise AssertionError(f"the watch ended without {type_}: {lines}")


@asynccontextmanager
async def watching(wire, path: str = PODS, region: str = "ohio", **params: str):
    url = wire.kubernetes_url(region, path)
    async with wire.session.get(url, params={"watch": "true", **params}, headers=wire.bearer) as response:
        yield Watch(response)


async def version(wire, path: str = PODS) -> str:
    return (await wire.kubernetes("ohio", path, limit="1")).json["metadata"]["resourceVersion"]


async def test_list_and_watch_together_end_in_the_present_state(rehearse) -> None:
    async with rehearse("september-2024", at="T-2m", bookmark_every_s=0.05) as wire:
        listed = (await wire.kubernetes("ohio", PODS)).json
        seen = {pod["metadata"]["uid"]: pod for pod in listed["items"]}
        params = {"resourceVersion": listed["metadata"]["resourceVersion"], "allowWatchBookmarks": "true"}
        async with watching(wire, **params) as watch:
            for at in ("T+2m", "T+8m", "T+11m", "T+15m"):
                await wire.platform.jump(at)
            now = (await wire.kubernetes("ohio", PODS)).json
            reached = int(now["metadata"]["resourceVersion"])
            while True:
                line = await watch.next()
                document = line["object"]
                assert document["kind"] == "Pod"
                if line["type"] in ("ADDED", "MODIFIED"):
                    seen[document["metadata"]["uid"]] = document
                elif line["type"] == "DELETED":
                    del seen[document["metadata"]["uid"]]
                elif int(document["metadata"]["resourceVersion"]) >= reached:
                    break
        expected = {pod["metadata"]["uid"]: pod for pod in now["items"]}
        assert {uid: pod["metadata"]["resourceVersion"] for uid, pod in seen.items()} == {
            uid: pod["metadata"]["resourceVersion"] for uid, pod in expected.items()
        }


async def test_versions_of_a_watch_only_grow(rehearse) -> None:
    async with rehearse("september-2024", at="T-2m", bookmark_every_s=0.05) as wire:
        params = {"resourceVersion": await version(wire), "allowWatchBookmarks": "true"}
        async with watching(wire, **params) as watch:
            await wire.platform.jump("T+12m")
            lines = await watch.until("BOOKMARK")
        versions = [int(line["object"]["metadata"]["resourceVersion"]) for line in lines]
        assert len(versions) > 10
        assert versions == sorted(versions)


async def test_a_bookmark_holds_a_version_and_nothing_else(rehearse) -> None:
    async with rehearse("calm", bookmark_every_s=0.05) as wire:
        current = await version(wire)
        async with watching(wire, resourceVersion=current, allowWatchBookmarks="true") as watch:
            line = await watch.next()
        assert line["type"] == "BOOKMARK"
        assert set(line["object"]) == {"kind", "apiVersion", "metadata"}
        assert line["object"]["metadata"]["resourceVersion"] == current


async def test_without_asking_for_them_no_bookmarks_come_and_the_server_ends_the_watch_in_time(rehearse) -> None:
    async with rehearse("calm", bookmark_every_s=0.05) as wire:
        current = await version(wire)
        async with watching(wire, resourceVersion=current, timeoutSeconds="1") as watch:
            assert await watch.next() is None


async def test_a_watch_without_a_version_begins_with_the_present_state(rehearse) -> None:
    async with rehearse("calm") as wire:
        names = [node["metadata"]["name"] for node in (await wire.kubernetes("ohio", "/api/v1/nodes")).json["items"]]
        async with watching(wire, "/api/v1/nodes", timeoutSeconds="1") as watch:
            lines = []
            while line := await watch.next():
                lines.append(line)
        assert [(line["type"], line["object"]["metadata"]["name"]) for line in lines] == [
            ("ADDED", name) for name in names
        ]


async def test_a_streaming_list_marks_where_the_state_ends(rehearse) -> None:
    async with rehearse("calm", bookmark_every_s=0.05) as wire:
        params = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan", "allowWatchBookmarks": "true"}
        async with watching(wire, "/api/v1/nodes", **params) as watch:
            *state, mark = await watch.until("BOOKMARK")
        assert len(state) == 9
        assert mark["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}


async def test_a_streaming_list_needs_its_match(rehearse) -> None:
    async with rehearse("calm") as wire:
        answer = await wire.kubernetes("ohio", PODS, watch="true", sendInitialEvents="true")
        assert (answer.status, answer.json["reason"]) == (400, "BadRequest")


async def test_a_watch_from_a_forgotten_version_has_expired(rehearse) -> None:
    async with rehearse("september-2024", at="T-2m", watch_history=4) as wire:
        old = await version(wire)
        for at in ("T+1m", "T+5m", "T+12m"):
            await wire.platform.jump(at)
        async with watching(wire, resourceVersion=old) as watch:
            line = await watch.next()
            assert line["type"] == "ERROR"
            assert (line["object"]["code"], line["object"]["reason"]) == (410, "Expired")
            assert await watch.next() is None


async def test_a_version_from_the_future_is_refused(rehearse) -> None:
    async with rehearse("calm") as wire:
        answer = await wire.kubernetes("ohio", PODS, watch="true", resourceVersion="99999999")
        assert answer.status == 504


async def test_a_selective_watch_sees_pods_come_and_go_by_its_selector(rehearse) -> None:
    async with rehearse("september-2024", at="T+8m", bookmark_every_s=0.05) as wire:
        selector = {"fieldSelector": "status.phase=Running", "labelSelector": "app.kubernetes.io/name=coder-workspace"}
        running = {pod["metadata"]["uid"] for pod in await wire.pods("ohio", **selector)}
        params = {"resourceVersion": await version(wire), "allowWatchBookmarks": "true", **selector}
        async with watching(wire, **params) as watch:
            for at in ("T+9m30s", "T+11m"):
                await wire.platform.jump(at)
            target = int(await version(wire))
            gone = set()
            while True:
                line = await watch.next()
                uid = line["object"]["metadata"].get("uid")
                if line["type"] == "ADDED":
                    running.add(uid)
                elif line["type"] == "DELETED":
                    running.discard(uid)
                    gone.add(uid)
                elif line["type"] == "BOOKMARK" and int(line["object"]["metadata"]["resourceVersion"]) >= target:
                    break
        assert gone, "evicted pods no longer match"
        assert running == {pod["metadata"]["uid"] for pod in await wire.pods("ohio", **selector)}


async def test_a_watch_hears_of_what_happens_by_itself(rehearse) -> None:
    async with rehearse("september-2024", at="T+1m", speed=30) as wire:
        async with watching(wire, resourceVersion=await version(wire)) as watch:
            line = await watch.next()
        assert line["type"] in ("ADDED", "MODIFIED")
