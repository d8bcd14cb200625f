from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest

PODS = "/api/v1/pods"


async def fault(wire, **asked):
    bearer = {"Authorization": f"Bearer {wire.secret('rehearsal', 'control_token')}"}
    url = f"{wire.settings['rehearsal']['control_url']}/fault"
    return await wire.ask("POST", url, headers=bearer, json={"region": "london", "for_s": 1, **asked})


async def test_a_refusing_region_is_the_only_one_and_recovers(rehearse) -> None:
    async with rehearse("calm") as wire:
        assert (await fault(wire, source="kubernetes", kind="refuse")).status == 200
        with pytest.raises(aiohttp.ClientError):
            await wire.kubernetes("london", PODS)
        assert (await wire.kubernetes("ohio", PODS)).status == 200
        await asyncio.sleep(1.1)
        assert (await wire.kubernetes("london", PODS)).status == 200


async def test_a_hanging_source_gives_no_answer(rehearse) -> None:
    async with rehearse("calm") as wire:
        await fault(wire, source="coder", kind="hang", region="", for_s=30)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await wire.coder("/workspaces")
        await asyncio.sleep(0)


async def test_garbage_is_no_json(rehearse) -> None:
    async with rehearse("calm") as wire:
        await fault(wire, source="kubernetes", kind="garbage", for_s=30)
        with pytest.raises(ValueError, match=r".*"):
            json.loads((await wire.kubernetes("london", PODS)).body)


@pytest.mark.parametrize(("kind", "last"), [("cut-watches", None), ("expire-watches", "ERROR")])
async def test_watches_end(rehearse, kind: str, last: str | None) -> None:
    async with rehearse("calm") as wire:
        version = (await wire.kubernetes("london", PODS)).json["metadata"]["resourceVersion"]
        params = {"watch": "true", "resourceVersion": version}
        url = wire.kubernetes_url("london", PODS)
        lines = []
        async with asyncio.timeout(10), wire.session.get(url, params=params, headers=wire.bearer) as response:
            await fault(wire, source="kubernetes", kind=kind)
            try:
                async for line in response.content:
                    lines.append(json.loads(line)["type"])
            except aiohttp.ClientError:
                assert last is None
        assert lines == ([] if last is None else [last])


async def test_a_flood_is_thousands_of_changes_and_ends(rehearse) -> None:
    async with rehearse("calm") as wire:
        store = wire.platform.stores["london"]
        before = store.version
        await fault(wire, source="kubernetes", kind="flood", for_s=0.5)
        await asyncio.sleep(1.5)
        grown = store.version
        assert grown - before >= 1000
        await asyncio.sleep(0.5)
        assert store.version == grown


@pytest.mark.parametrize(
    "asked",
    [
        {"source": "moon"},
        {"kind": "rain"},
        {"region": "mars"},
        {"for_s": 0},
        {"for_s": "x"},
        {"kind": "flood", "source": "coder"},
    ],
)
async def test_what_cannot_be_meant_is_refused(rehearse, asked) -> None:
    async with rehearse("calm") as wire:
        answer = await fault(wire, **{"source": "kubernetes", "kind": "slow", **asked})
        assert (answer.status, "expected" in answer.json["error"]) == (400, True)
