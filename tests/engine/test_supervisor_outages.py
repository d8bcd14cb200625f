"""A server goes away and comes back: all that asks it knows that soon, and nothing hammers it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.timed_sources import POLLED, WATCHED
from fakes.virtual_time import in_virtual_time, loop_clock
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.idle_timeout import wait_as_asked
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.observing.supervisor import Supervisor

OUT_FROM_S, OUT_UNTIL_S = 100.0, 180.0


def now_s() -> float:
    return asyncio.get_running_loop().time() - 1000


@dataclass
class Server:
    """Refuses, or hangs, while it is away."""

    hangs: bool = False
    asked: list[tuple[str, float]] = field(default_factory=list)

    async def answer(self, name: str) -> str:
        self.asked.append((name, now_s()))
        if OUT_FROM_S <= now_s() < OUT_UNTIL_S:
            await asyncio.sleep(600 if self.hangs else 0)
            raise SourceError(ErrorKind.UNREACHABLE, "refused")
        return name

    def asked_s(self, name: str) -> list[float]:
        return [at for who, at in self.asked if who == name]


@dataclass
class Poll:
    server: Server
    region: str
    interval_s: float
    timeout_s: float = 5
    kind = POLLED

    async def collect(self) -> object:
        return await self.server.answer(self.region)


@dataclass
class Watch:
    """Is cut when the server goes."""

    server: Server
    region: str = "watch"
    interval_s: float = 75
    timeout_s: float = 5
    kind = WATCHED

    async def stream(self) -> AsyncIterator[object]:
        yield await self.server.answer(self.region)
        while not OUT_FROM_S <= now_s() < OUT_UNTIL_S:
            await asyncio.sleep(1)
            yield self.region
        raise SourceError(ErrorKind.UNREACHABLE, "cut")


def keys_of(sources: list[Poll | Watch]) -> list[SourceKey]:
    return [SourceKey(source.kind.name, source.region) for source in sources]


def run(sources: list[Poll | Watch], seconds: float, chance: random.Random) -> list[tuple[float, Reading]]:
    heard: list[tuple[float, Reading]] = []

    async def work() -> None:
        servers = dict.fromkeys(keys_of(sources), "cluster")
        supervisor = Supervisor(
            sources, lambda reading: heard.append((now_s(), reading)), loop_clock(), servers=servers, random=chance
        )
        running = asyncio.create_task(supervisor.run())
        await asyncio.sleep(seconds)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    in_virtual_time(work)
    return heard


@given(st.integers(0, 2**32), st.booleans())
def test_all_of_a_server_is_known_again_within_ten_seconds_of_its_return(seed: int, hangs: bool) -> None:
    server = Server(hangs)
    sources = [Watch(server), *(Poll(server, f"every {every}", every) for every in (10, 30, 60, 300))]
    heard = run(sources, OUT_UNTIL_S + 30, random.Random(seed))  # noqa: S311
    failed = {key for key in keys_of(sources) for at, told in heard if told.source == key and told.error}
    assert len(failed) >= 4
    for key in failed:
        again = min(at for at, told in heard if told.source == key and told.error is None and at >= OUT_UNTIL_S)
        assert again <= OUT_UNTIL_S + 10, key


@given(st.integers(0, 2**32))
def test_during_an_outage_no_poll_is_asked_more_often_than_when_calm(seed: int) -> None:
    server = Server()
    run([Watch(server), Poll(server, "30", 30), Poll(server, "60", 60)], OUT_UNTIL_S - 1, random.Random(seed))  # noqa: S311
    for name in ("30", "60"):
        asked = server.asked_s(name)
        waits = [later - before for before, later in pairwise(asked)]
        assert min(waits) >= int(name) - 1e-6
    probes = [at for at in server.asked_s("watch") if at >= OUT_FROM_S]
    assert len(probes) <= 20


@pytest.mark.parametrize(
    "kind", [ErrorKind.FORBIDDEN, ErrorKind.NOT_FOUND, ErrorKind.RATE_LIMITED, ErrorKind.MALFORMED]
)
@pytest.mark.parametrize("before", [True, False], ids=["refused before too", "refused since its return"])
@given(seed=st.integers(0, 2**32))
def test_the_others_are_known_again_soon_though_the_first_to_look_is_refused(
    kind: ErrorKind, before: bool, seed: int
) -> None:
    class Refusing(Server):
        async def answer(self, name: str) -> str:
            answer = await super().answer(name)
            if name == "1" and (before or now_s() >= OUT_UNTIL_S):
                raise SourceError(kind, "refuses this one")
            return answer

    server = Refusing()
    sources: list[Poll | Watch] = [Poll(server, str(every), every) for every in (1, 2, 60)]
    heard = run(sources, OUT_UNTIL_S + 90, random.Random(seed))  # noqa: S311
    for key in keys_of(sources)[1:]:
        again = min(at for at, told in heard if told.source == key and told.error is None and at >= OUT_UNTIL_S)
        assert again <= OUT_UNTIL_S + 10, key


def test_who_is_told_to_wait_by_a_server_that_is_back_wakes_the_others(no_jitter: random.Random) -> None:
    limited = SourceError(ErrorKind.RATE_LIMITED, "limits the rate", retry_after_s=30)

    @dataclass
    class Waiting(Poll):
        async def collect(self) -> object:
            answer = await super().collect()
            if now_s() >= OUT_UNTIL_S:
                await wait_as_asked(limited)
            return answer

    server = Server()
    sources: list[Poll | Watch] = [Waiting(server, "1", 1), Poll(server, "2", 2)]
    heard = run(sources, OUT_UNTIL_S + 90, no_jitter)
    other = keys_of(sources)[1]
    assert min(at for at, told in heard if told.source == other and not told.error and at >= OUT_UNTIL_S) <= (
        OUT_UNTIL_S + 10
    )


def test_one_source_that_alone_fails_is_not_woken_by_others_that_answer(no_jitter: random.Random) -> None:
    well = Server()

    class Broken(Server):
        async def answer(self, name: str) -> str:
            self.asked.append((name, now_s()))
            raise SourceError(ErrorKind.UNREACHABLE, "answers with 503")

    broken = Broken()
    run([Poll(well, "well", 5), Poll(broken, "broken", 20)], 90, no_jitter)
    assert [round(at) for at in broken.asked_s("broken")] == [0, 20, 60]


def test_a_source_that_waits_as_asked_says_so_and_is_not_timed_out(no_jitter: random.Random) -> None:
    limited = SourceError(ErrorKind.RATE_LIMITED, "limits the rate", retry_after_s=30)

    @dataclass
    class Waiting(Watch):
        async def stream(self) -> AsyncIterator[object]:
            yield "list"
            await asyncio.sleep(50)
            await wait_as_asked(limited)
            yield "list"
            await asyncio.sleep(600)

    heard = run([Waiting(Server())], 90, no_jitter)
    assert [(round(at), told.items, told.error) for at, told in heard] == [
        (0, "list", None),
        (50, "list", limited),
        (80, "list", None),
    ]
