from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from fakes.http_clients import SECRET, opened, settings_for
from fakes.loopback import Asked, Says, loopback
from workshop_tui.clients.prometheus import PrometheusClient
from workshop_tui.collectors.prometheus_health import PrometheusHealthSource
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.monitoring import AlertRule, PrometheusHealth, SeriesAge, Target

NOW_S = 1796126400.5
TARGETS = [
    {
        "labels": {"job": "nodes", "instance": "node-1:9100"},
        "scrapePool": "nodes",
        "scrapeUrl": "http://node-1:9100/metrics",
        "lastError": f"Get http://u:{SECRET}@node-1:\nrefused",
        "health": "down",
    },
    {"labels": {}, "scrapePool": "nodes", "scrapeUrl": "http://node-2:9100/metrics", "lastError": "", "health": "up"},
]
RULES = [
    {"type": "alerting", "name": "DiskFull", "health": "ok", "state": "inactive", "duration": 0, "alerts": []},
    {"type": "alerting", "name": "Broken", "health": "err", "state": "inactive", "lastError": "no\nsuch function"},
    {"type": "recording", "name": "job:up:sum", "health": "ok"},
]


def success(data: object, **more: object) -> Says:
    return Says(200, json.dumps({"status": "success", "data": data, **more}).encode())


def vector(*values: float, **more: object) -> Says:
    result = [
        {"metric": {"job": "nodes", "instance": f"n-{n}"}, "value": [NOW_S, str(v)]} for n, v in enumerate(values)
    ]
    return success({"resultType": "vector", "result": result}, **more)


def prometheus(**changed: Says) -> Callable[[Asked], Says]:
    """`changed`: by the last word of the path, or by the query's function."""

    def answer(asked: Asked) -> Says:
        query = parse_qs(asked.body.decode()).get("query", [""])[0]
        what = query.partition("(")[0] if query else asked.path.rpartition("/")[2]
        usual = {
            "vector": vector(1),
            "count": vector(3),
            "max": vector(NOW_S - 12),
            "targets": success({"activeTargets": TARGETS, "droppedTargets": []}),
            "rules": success({"groups": [{"name": "workshop", "file": "r.yml", "interval": 15, "rules": RULES}]}),
        }
        return changed.get(what) or usual[what]

    return answer


async def collected(directory: Path, answer: Callable[[Asked], Says], **more: Any) -> PrometheusHealth:
    series = {"series": [{"name": "storage", "selector": "disk_bytes"}], "bearer": {"file": str(directory / "secret")}}
    async with loopback(answer) as server:
        settings = settings_for(f"http://{server.host}", directory, prometheus=series, **more)
        async with opened(PrometheusClient, settings) as client:
            return await PrometheusHealthSource(client, settings).collect()


async def test_targets_rules_and_ages_are_read(tmp_path: Path) -> None:
    health = await collected(tmp_path, prometheus())
    down, up = health.targets
    assert (down.pool, down.instance, down.health) == ("nodes", "node-1:9100", "down")
    assert SECRET not in down.last_error
    assert "\n" not in down.last_error
    assert up == Target("nodes", "http://node-2:9100/metrics", "up")
    assert health.rules == (
        AlertRule("DiskFull", "workshop", "ok", "inactive"),
        AlertRule("Broken", "workshop", "err", "inactive", "no such function"),
    )
    assert health.series == (SeriesAge("storage", "disk_bytes", 3, 12.0),)
    assert (health.targets_trouble, health.rules_trouble) == ("", "")


async def test_a_managed_variant_without_a_list_of_targets_tells_them_by_up(tmp_path: Path) -> None:
    health = await collected(tmp_path, prometheus(targets=Says(404), up=vector(1, 0)))
    assert health.targets == (Target("nodes", "n-0", "up"), Target("nodes", "n-1", "down"))
    assert health.targets_trouble == ""


@pytest.mark.parametrize("changed", [{"targets": Says(403)}, {"targets": Says(404), "up": Says(403)}])
async def test_targets_that_may_not_be_read_name_the_missing_right(tmp_path: Path, changed: dict[str, Says]) -> None:
    health = await collected(tmp_path, prometheus(**changed))
    assert health.targets == ()
    assert "the token lacks a right, to " in health.targets_trouble
    assert health.rules


async def test_rules_that_may_not_be_read_name_the_missing_right(tmp_path: Path) -> None:
    health = await collected(tmp_path, prometheus(rules=Says(403)))
    assert (health.rules, len(health.targets)) == ((), 2)
    assert "to read api/v1/rules (AWS: aps:ListRules)" in health.rules_trouble


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"count": vector(), "max": vector()}, SeriesAge("storage", "disk_bytes", 0, None)),
        ({"max": vector(float("nan"))}, SeriesAge("storage", "disk_bytes", 3, None)),
        ({"max": vector(NOW_S + 5)}, SeriesAge("storage", "disk_bytes", 3, 0.0)),
    ],
)
async def test_a_series_that_is_not_there_has_no_age(
    tmp_path: Path, changed: dict[str, Says], expected: SeriesAge
) -> None:
    assert (await collected(tmp_path, prometheus(**changed))).series == (expected,)


async def test_a_selector_that_is_none_is_told_beside_the_others(tmp_path: Path) -> None:
    refusal = Says(400, json.dumps({"status": "error", "errorType": "bad_data", "error": "parse error"}).encode())
    (age,) = (await collected(tmp_path, prometheus(count=refusal))).series
    assert age.trouble == "Prometheus refuses the query (bad_data): parse error"


@pytest.mark.parametrize(
    ("marked", "why"),
    [({"warnings": ["store-2 did not answer"]}, "store-2 did not answer"), ({"isPartial": True}, "isPartial")],
)
async def test_what_may_be_a_part_of_the_whole_is_unknown_with_its_reason(
    tmp_path: Path, marked: dict[str, object], why: str
) -> None:
    """Thanos and Mimir warn, VictoriaMetrics says isPartial."""

    def part(data: object) -> Says:
        return Says(200, json.dumps({"status": "success", "data": data, **marked}).encode())

    health = await collected(
        tmp_path,
        prometheus(
            count=vector(3, **marked),
            targets=part({"activeTargets": []}),
            rules=part({"groups": [{"name": "ours", "rules": []}]}),
        ),
    )
    (age,) = health.series
    for trouble in (age.trouble, health.targets_trouble, health.rules_trouble):
        assert trouble.startswith(f"Prometheus may tell only a part: {why}")
    by_series = await collected(tmp_path, prometheus(targets=Says(404), up=vector(1, **marked)))
    assert why in by_series.targets_trouble


async def test_advice_beside_a_whole_answer_changes_nothing(tmp_path: Path) -> None:
    whole = vector(3, infos=["metric might not be a counter"], warnings=None, isPartial=False)
    (age,) = (await collected(tmp_path, prometheus(count=whole))).series
    assert (age.count, age.trouble) == (3, "")


async def test_what_the_live_room_reads_is_wanted_too(tmp_path: Path) -> None:
    health = await collected(tmp_path, prometheus(), kubernetes={"node_storage": "prometheus"})
    assert [age.name for age in health.series] == ["storage", "storage in the live room"]


@pytest.mark.parametrize(
    ("says", "kind"), [(Says(401), ErrorKind.UNAUTHORIZED), (Says(503, b"<html>"), ErrorKind.UNREACHABLE)]
)
async def test_a_prometheus_that_answers_no_query_tells_nothing(tmp_path: Path, says: Says, kind: ErrorKind) -> None:
    with pytest.raises(SourceError) as caught:
        await collected(tmp_path, prometheus(vector=says))
    assert caught.value.kind is kind
