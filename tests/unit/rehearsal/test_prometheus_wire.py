from __future__ import annotations

from datetime import timedelta

import pytest

from fakes.rehearsed_world import STARTS_AT, world
from workshop_rehearsal.servers.api_traffic import ApiTraffic
from workshop_rehearsal.servers.series.scraping import Scraping


async def ask(wire, path: str, **params: str):
    return await wire.get(f"{wire.settings['prometheus']['url']}{path}", params=params)


async def vector(wire, query: str, **more: str):
    answer = await ask(wire, "/api/v1/query", query=query, **more)
    assert answer.json["status"] == "success", answer.json
    return answer.json["data"]["result"]


async def test_it_is_ready(rehearse) -> None:
    async with rehearse("calm") as wire:
        assert (await ask(wire, "/-/ready")).status == 200
        assert "version" in (await ask(wire, "/api/v1/status/buildinfo")).json["data"]


async def test_node_storage_agrees_with_the_simulated_disks(rehearse) -> None:
    async with rehearse("september-2024") as wire:
        size = {
            one["metric"]["node"]: float(one["value"][1])
            for one in await vector(wire, 'node_filesystem_size_bytes{region="ohio",mountpoint="/"}')
        }
        free = {
            one["metric"]["node"]: float(one["value"][1])
            for one in await vector(wire, 'node_filesystem_avail_bytes{region="ohio"}')
        }
        nodes = wire.platform.world.regions["ohio"].cluster.nodes
        assert set(size) == set(free) == set(nodes)
        assert sum(1 - free[node] / size[node] > 0.6 for node in nodes) == 3


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ('up{job="coderd"}', 2),
        ('up{job=~"coder.*|litellm"}', 7),
        ('up{job!~"node-exporter|litellm",job!="nothing"}', 2),
        ('{__name__="coderd_provisionerd_num_daemons"}', 2 + 14),
        ('coderd_workspace_latest_build_status{status="succeeded",}', 30),
        ("no_such_series", 0),
        ("vector(1)", 1),
        ('timestamp(up{job="coderd"})', 2),
        ('count(up{job="coderd"})', 1),
        ("count(no_such_series)", 0),
        ("max(timestamp(up))", 1),
        ("sum by (job) (up)", 3),
        ("rate(node_cpu_seconds_total[5m])", 54),
    ],
)
async def test_selectors_choose_series_by_their_labels(rehearse, query: str, count: int) -> None:
    async with rehearse("calm", at="T+20m") as wire:
        assert len(await vector(wire, query)) == count


@pytest.mark.parametrize(
    "query",
    ["", "{}", "sum(up", "up up", "nonsense(up)", "rate(up)", 'up{job="a" "b"}', 'up{job=~"("}', "up[5m]", "up @ 5"],
)
async def test_what_it_does_not_understand_is_bad_data(rehearse, query: str) -> None:
    async with rehearse("calm") as wire:
        answer = await ask(wire, "/api/v1/query", query=query)
        assert (answer.status, answer.json["errorType"]) == (400, "bad_data")


async def test_an_aggregate_is_one_sample_without_labels(rehearse) -> None:
    async with rehearse("calm") as wire:
        (count,) = await vector(wire, 'count(up{job="coderd"})')
        (newest,) = await vector(wire, "max(timestamp(up))")
        now = wire.platform.world.now.timestamp()
        assert (count["metric"], count["value"][1]) == ({}, "2")
        assert now - 15 <= float(newest["value"][1]) <= now
        old = str(now - 3600)
        assert await vector(wire, "count(up)", time=old) == []


async def test_queries_may_come_as_forms(rehearse) -> None:
    async with rehearse("calm") as wire:
        url = f"{wire.settings['prometheus']['url']}/api/v1/query"
        answer = await wire.ask("POST", url, data={"query": 'up{job="coderd"}'})
        assert len(answer.json["data"]["result"]) == 2


async def test_a_range_holds_what_was_scraped_since_it_began(rehearse) -> None:
    async with rehearse("calm", at="T-5m") as wire:
        began = wire.platform.timing.shown_at
        await wire.platform.jump("T+5m")
        answer = await ask(
            wire,
            "/api/v1/query_range",
            query='coderd_agents_up{username="ana"}',
            start=(began - timedelta(minutes=5)).isoformat(),
            end=str((began + timedelta(minutes=10)).timestamp()),
            step="30s",
        )
        (first, second) = answer.json["data"]["result"]
        assert first["metric"]["pod"] != second["metric"]["pod"]
        values = [value for _, value in first["values"]]
        assert (values[0], values[-1]) == ("0", "1"), "it connects while we look"


async def test_what_cannot_be_worked_out_is_an_execution_error(rehearse) -> None:
    async with rehearse("calm") as wire:
        answer = await ask(wire, "/api/v1/query", query="up * on(job) up")
        assert (answer.status, answer.json["errorType"]) == (422, "execution")


async def test_a_number_is_a_scalar_and_a_text_a_string(rehearse) -> None:
    async with rehearse("calm") as wire:
        for query, type_, value in (
            ("1 + 2 * 3", "scalar", "7"),
            ('"text"', "string", "text"),
            ("1/0", "scalar", "+Inf"),
        ):
            data = (await ask(wire, "/api/v1/query", query=query)).json["data"]
            assert (data["resultType"], data["result"][1]) == (type_, value)


@pytest.mark.parametrize(
    "change", [{"step": "0"}, {"step": "x"}, {"start": "soon"}, {"end": "1"}, {"end": "999999999999"}]
)
async def test_a_wrong_range_is_bad_data(rehearse, change) -> None:
    async with rehearse("calm") as wire:
        params = {"query": "up", "start": "100", "end": "200", "step": "10", **change}
        assert (await ask(wire, "/api/v1/query_range", **params)).status == 400


async def test_targets_are_those_that_run(rehearse) -> None:
    async with rehearse("calm") as wire:
        targets = (await ask(wire, "/api/v1/targets")).json["data"]["activeTargets"]
        assert len(targets) == 27 + 2 + 5
        assert {target["health"] for target in targets} == {"up"}


async def test_in_september_nothing_alerts_and_in_calm_the_rules_are_silent(rehearse) -> None:
    async with rehearse("calm") as wire:
        (group,) = (await ask(wire, "/api/v1/rules")).json["data"]["groups"]
        assert {rule["state"] for rule in group["rules"]} == {"inactive"}
        assert (await ask(wire, "/api/v1/alerts")).json["data"]["alerts"] == []


async def test_september_has_no_rules(rehearse) -> None:
    async with rehearse("september-2024", at="T+12m") as wire:
        assert (await ask(wire, "/api/v1/rules")).json["data"]["groups"] == []


def test_what_was_scraped_is_forgotten_when_it_grows_too_large() -> None:
    one = world("calm", at=timedelta(0))
    scraping = Scraping(one, ApiTraffic(), stretches_kept=9000)
    for second in range(0, 3600, 15):
        one.advance(STARTS_AT + timedelta(seconds=second))
        scraping.scrape(at_once=True)
    assert 0 < sum(store.held for store in scraping.stores) <= 9500
