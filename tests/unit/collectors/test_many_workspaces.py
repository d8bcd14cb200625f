"""With hundreds of workspaces the whole list is asked for seldom, and those to which something happens often."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

from fakes.coder_rights import for_an_owner, seen
from fakes.loopback import Asked, Says, loopback
from workshop_tui.collectors.workspaces import WorkspacesSource
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.clock import Clock
from workshop_tui.model.coder import Workspace
from workshop_tui.model.source import SourceKey
from workshop_tui.observing.collect_once import collect_once


@dataclass
class Coder:
    """Answers lists and searches as Coder does."""

    statuses: dict[str, str]
    agents: dict[str, str] = field(default_factory=dict)
    refuses: Callable[[str], Says | None] = lambda _: None
    searches: list[str] = field(default_factory=list)

    def answer(self, asked: Asked) -> Says:
        search = asked.query.get("q", "")
        offset, limit = int(asked.query["offset"]), int(asked.query["limit"])
        if not offset:
            self.searches.append(search)
        if (refusal := self.refuses(search)) is not None:
            return refusal
        key, _, wanted = search.partition(":")
        found = [name for name in self.statuses if not key or self._fits(name, key, wanted.split(","))]
        page = [self._document(name) for name in found[offset : offset + limit]]
        return Says(200, json.dumps({"workspaces": page, "count": len(found)}).encode())

    def _fits(self, name: str, key: str, wanted: list[str]) -> bool:
        """As before 2.32: a list of agent statuses is one unknown word."""
        shown = {"id": name, "status": self.statuses[name], "has-agent": self.agents.get(name, "")}
        return shown[key] in (wanted if key != "has-agent" else [",".join(wanted)])

    def _document(self, name: str) -> dict[str, object]:
        agent = {"name": "main", "status": self.agents.get(name, ""), "lifecycle_state": "ready"}
        resources = [{"agents": [agent]}] if name in self.agents else []
        build = {"status": self.statuses[name], "transition": "start", "resources": resources}
        return {"id": name, "name": name, "owner_name": name, "latest_build": build}


@dataclass
class Watch:
    source: WorkspacesSource
    at_s: float = 0.0

    async def after(self, seconds: float) -> dict[str, str]:
        self.at_s += seconds
        return {one.id: one.status for one in await self.source.collect()}


@asynccontextmanager
async def watched(coder: Coder, directory: Path) -> AsyncIterator[Watch]:
    async with loopback(for_an_owner(coder.answer)) as server, seen(server.host, directory) as (client, who):
        watch = Watch(WorkspacesSource(client, who, 5))
        watch.source.now_s = lambda: watch.at_s
        yield watch


def many(count: int) -> Coder:
    names = [f"w{i}" for i in range(count)]
    return Coder(dict.fromkeys(names, "running"), dict.fromkeys(names, "connected"))


QUICK = ["has-agent:connecting", "has-agent:disconnected", "has-agent:timeout", "status:pending", "status:starting"]


@pytest.mark.parametrize("count", [0, 1, 100])
async def test_a_short_list_is_asked_for_every_time(count: int, tmp_path: Path) -> None:
    coder = many(count)
    async with watched(coder, tmp_path) as watch:
        assert len(await watch.after(0)) == count
        await watch.after(5)
    assert coder.searches == ["", ""]


@pytest.mark.parametrize(("count", "seconds"), [(101, 10), (300, 15), (1500, 45)])
async def test_a_long_list_is_asked_for_one_interval_later_for_each_page(
    count: int, seconds: float, tmp_path: Path
) -> None:
    coder = many(count)
    async with watched(coder, tmp_path) as watch:
        assert len(await watch.after(0)) == count
        assert len(await watch.after(seconds - 1)) == count
        assert sorted(coder.searches[1:]) == QUICK
        await watch.after(1)
    assert coder.searches[6:] == [""]


async def test_a_build_is_followed_between_two_lists(tmp_path: Path) -> None:
    coder = many(300)
    async with watched(coder, tmp_path) as watch:
        await watch.after(0)
        coder.statuses["new"] = "pending"
        assert (await watch.after(1))["new"] == "pending"
        coder.statuses["new"] = "starting"
        assert (await watch.after(1))["new"] == "starting"
        coder.statuses["new"] = "failed"
        assert (await watch.after(1))["new"] == "failed"
        assert coder.searches[-1] == "id:new"
        coder.searches.clear()
        await watch.after(1)
    assert sorted(coder.searches) == QUICK


async def test_an_agent_that_goes_away_and_comes_back_is_followed(tmp_path: Path) -> None:
    coder = many(300)
    async with watched(coder, tmp_path) as watch:
        await watch.after(0)
        told = []
        for status in ("disconnected", "connected"):
            coder.agents["w7"] = status
            await watch.after(1)
            told.append({one.id: one.agents[0].status for one in await watch.source.collect()}["w7"])
    assert told == ["disconnected", "connected"]


async def test_what_is_deleted_leaves_when_its_build_is_over(tmp_path: Path) -> None:
    coder = many(300)
    coder.statuses["w3"] = "deleting"
    async with watched(coder, tmp_path) as watch:
        assert (await watch.after(0))["w3"] == "deleting"
        del coder.statuses["w3"]
        found = await watch.after(1)
    assert "w3" not in found
    assert len(found) == 299


async def test_an_older_coder_that_cannot_search_is_listed_in_full(tmp_path: Path) -> None:
    coder = many(300)
    coder.refuses = lambda search: Says(400, b'{"message": "Invalid search"}') if search else None
    async with watched(coder, tmp_path) as watch:
        await watch.after(0)
        assert len(await watch.after(1)) == 300
    assert coder.searches.count("") == 2


async def test_a_coder_that_is_gone_is_told_and_not_what_it_said_before(tmp_path: Path) -> None:
    coder = many(300)
    async with watched(coder, tmp_path) as watch:
        await watch.after(0)
        coder.refuses = lambda _: Says(503)
        with pytest.raises(SourceError) as caught:
            await watch.after(1)
    assert caught.value.kind is ErrorKind.UNREACHABLE


async def test_a_long_list_of_a_slow_coder_comes_though_it_takes_longer_than_the_time_out(tmp_path: Path) -> None:
    coder = many(500)

    def slowly(asked: Asked) -> Says:
        body = coder.answer(asked).body

        async def later() -> AsyncGenerator[bytes, None]:
            await asyncio.sleep(0.4)
            yield body

        return Says(200, stream=later())

    async with loopback(for_an_owner(slowly)) as server, seen(server.host, tmp_path) as (client, who):
        source = WorkspacesSource(client, who, 5, timeout_s=1.5)
        (reading,) = (await collect_once([source], [SourceKey("workspaces")], Clock())).values()
    assert reading.error is None
    assert len(cast("tuple[Workspace, ...]", reading.items)) == 500
    assert reading.took_s > source.timeout_s
