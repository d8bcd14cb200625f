from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.api_server import cluster_of, status
from fakes.http_clients import ORDINARY, SECRET, Impatient
from fakes.loopback import Says, loopback
from workshop_tui.clients.wall_clock import DateClient, told_at_s
from workshop_tui.collectors.clocks import ClockPlace, ClocksSource
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.remote_clock import RemoteClock
from workshop_tui.settings.settings import Settings

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({"date": "Tue, 01 Dec 2026 12:00:00 GMT"}, NOON),
        ({"date": "Tue, 01 Dec 2026 12:00:00"}, NOON),
        ({"date": "Tue, 01 Dec 2026 12:00:00 -0000"}, NOON),
        ({"date": "Tue, 01 Dec 2026 13:00:00 +0100"}, NOON),
        ({"date": "Tue, 01 Dec 2026 11:58:20 GMT", "age": "100"}, NOON),
        ({"date": "Tue, 01 Dec 2026 12:00:00 GMT", "age": ""}, NOON),
        ({"date": "Tue, 01 Dec 2026 12:00:00 GMT", "age": "young"}, None),
        ({"date": "yesterday"}, None),
        ({"date": ""}, None),
        ({"date": "Tue, 01 Dec 2026 12:00:00 GMT", "age": "9" * 30}, None),
        ({"date": "Tue, 01 Dec 2026 12:00:00 GMT", "age": "-5"}, None),
        ({}, None),
    ],
)
def test_the_date_of_an_answer_is_read_with_its_zone_and_what_a_cache_adds(
    headers: Mapping[str, str], told: datetime | None
) -> None:
    assert told_at_s(headers) == (None if told is None else told.timestamp())


@given(st.text(max_size=40) | st.text("0123456789 ,:GMTJanMonFri+-", max_size=40), st.text(max_size=8))
def test_no_text_where_a_date_should_be_breaks_anything(date: str, age: str) -> None:
    told = told_at_s({"date": date, "age": age})
    assert told is None or isinstance(told, float)


def dated(ahead: timedelta) -> Callable[[object], Says]:
    return lambda _: Says(401, b"<html>", {"Date": format_datetime(datetime.now(UTC) + ahead, usegmt=True)})


async def clock(ask: Callable[[], Awaitable[Mapping[str, str]]]) -> RemoteClock:
    (found,) = await ClocksSource((ClockPlace("Coder", None, ask),)).collect()
    return found


@pytest.mark.parametrize("ahead_s", [-7200, -90, 0, 90, 86_400])
async def test_a_difference_is_found_to_a_second_whatever_the_status(ahead_s: float) -> None:
    async with loopback(dated(timedelta(seconds=ahead_s))) as server:
        client = DateClient(ORDINARY)
        found = await clock(lambda: client.headers(f"http://{server.host}/", "Coder"))
        await client.close()
    assert found.ahead_s == pytest.approx(ahead_s, abs=1.5)
    assert 0.5 <= found.unsure_s < 5
    assert not any(SECRET in value for asked in server.asked for value in asked.headers.values())


async def test_a_cluster_tells_its_time_too(tmp_path: Path) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=5), usegmt=True)
    async with cluster_of(lambda _: status(403, "no", Date=date), tmp_path) as (cluster, _):
        found = await clock(lambda: cluster.headers("/version"))
    assert found.ahead_s == pytest.approx(300, abs=3)


async def test_an_answer_without_a_date_is_no_time_and_no_error() -> None:
    async with loopback(lambda _: Says(200, b"OK")) as server:
        client = DateClient(ORDINARY)
        assert await clock(lambda: client.headers(f"http://{server.host}/", "Coder")) == RemoteClock("Coder")
        await client.close()


async def test_one_clock_that_hangs_leaves_the_others_to_be_judged() -> None:
    async with loopback(lambda _: None) as silent, loopback(dated(timedelta())) as server:
        client = DateClient(Impatient(Settings(), 0.3))
        places = tuple(
            ClockPlace(name, None, lambda host=host, name=name: client.headers(f"http://{host}/", name))
            for name, host in (("Coder", silent.host), ("the gateway", server.host))
        )
        coder, gateway = await ClocksSource(places).collect()
        await client.close()
    assert (coder.ahead_s, coder.error) == (None, "Coder did not answer in time")
    assert gateway.ahead_s == pytest.approx(0, abs=1.5)


async def test_a_slow_first_answer_does_not_count_as_a_difference() -> None:
    """The first answer waits for a sign-in."""
    walls = iter([1000.0, 1000.0])

    async def ask() -> Mapping[str, str]:
        return {"date": format_datetime(datetime.fromtimestamp(1000, UTC), usegmt=True)}

    (found,) = await ClocksSource((ClockPlace("Coder", None, ask),), wall=lambda: next(walls)).collect()
    assert found.ahead_s == pytest.approx(0.5, abs=0.2)
    assert next(walls) == 1000.0, "the wall clock is read once, before the second answer"


async def test_a_redirect_is_not_followed_for_the_time() -> None:
    async with loopback(dated(timedelta())) as other:
        elsewhere = {"Location": f"http://{other.host}/", "Date": format_datetime(NOON, usegmt=True)}
        async with loopback(lambda _: Says(307, headers=elsewhere)) as server:
            client = DateClient(ORDINARY)
            headers = await client.headers(f"http://{server.host}/", "Coder")
            await client.close()
    assert told_at_s(headers) == NOON.timestamp()
    assert other.asked == []


async def test_nothing_there_is_an_error_with_a_name() -> None:
    async with loopback(lambda _: Says()) as server:
        pass
    client = DateClient(ORDINARY)
    with pytest.raises(SourceError, match="Coder refuses connections") as caught:
        await client.headers(f"http://{server.host}/", "Coder")
    await client.close()
    assert caught.value.kind is ErrorKind.UNREACHABLE
