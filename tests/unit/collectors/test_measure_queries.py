from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from fakes.http_clients import opened, settings_for
from fakes.loopback import Asked, Says, loopback
from workshop_tui.clients.prometheus import PrometheusClient
from workshop_tui.collectors.measure_queries import MeasureQueriesSource, RegionSplit
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.monitoring import QueryAnswer, RegionNumber

ALONE = RegionSplit(None, {}, ("ohio", "london"), "ohio")
BY_CLUSTER = RegionSplit("cluster", {"prod-eu": "london"}, ("ohio", "london"), "ohio")
Series = tuple[dict[str, str], str]


def vector(*series: Series, **more: object) -> Says:
    wire = [{"metric": labels, "value": [1796126400, text]} for labels, text in series]
    document = {"status": "success", "data": {"resultType": "vector", "result": wire}, **more}
    return Says(200, json.dumps(document).encode())


def refusal(status: int, kind: str) -> Says:
    return Says(status, json.dumps({"status": "error", "errorType": kind, "error": "no"}).encode())


def query_of(asked: Asked) -> str:
    return parse_qs(asked.body.decode())["query"][0]


async def collected(
    answer: Callable[[str], Says | None],
    directory: Path,
    *queries: str,
    split: RegionSplit = ALONE,
    timeout_s: float = 15,
    at_once: int = 4,
) -> tuple[dict[str, QueryAnswer], list[Asked]]:
    """Each query is named as its measure."""
    async with (
        loopback(lambda asked: answer(query_of(asked))) as server,
        opened(PrometheusClient, settings_for(f"http://{server.host}", directory)) as client,
    ):
        wanted = {query: query for query in queries}
        source = MeasureQueriesSource(client, wanted, split, 10, at_once, 120, timeout_s)
        return {one.measure_id: one for one in await source.collect()}, server.asked


@pytest.mark.parametrize(
    ("series", "split", "numbers"),
    [
        ((), ALONE, ()),
        ((({}, "0.5"),), ALONE, (RegionNumber("ohio", 0.5),)),
        ((({"node": "n1"}, "0.5"),), ALONE, (RegionNumber("ohio", 0.5, "n1"),)),
        ((({"instance": "n1:9100"}, "0"),), ALONE, (RegionNumber("ohio", 0, "n1:9100"),)),
        (
            (({"cluster": "prod-eu"}, "2"), ({"cluster": "ohio"}, "1")),
            BY_CLUSTER,
            (RegionNumber("ohio", 1), RegionNumber("london", 2)),
        ),
        ((({}, "1"), ({"cluster": "london"}, "2")), BY_CLUSTER, (RegionNumber("ohio", 1), RegionNumber("london", 2))),
    ],
    ids=["empty", "one", "of a node", "of an instance", "by a label", "without the label"],
)
async def test_a_query_is_split_into_regions(
    series: tuple[Series, ...], split: RegionSplit, numbers: tuple[RegionNumber, ...], tmp_path: Path
) -> None:
    found, _ = await collected(lambda _: vector(*series), tmp_path, "up", split=split)
    assert found == {"up": QueryAnswer("up", numbers)}


@pytest.mark.parametrize("text", ["NaN", "+Inf", "-Inf"])
async def test_what_is_no_finite_number_is_none(text: str, tmp_path: Path) -> None:
    found, _ = await collected(lambda _: vector(({}, text)), tmp_path, "up")
    (number,) = found["up"].numbers
    assert (number.value, number.trouble) == (None, "Prometheus has no finite number (NaN or infinite)")


@pytest.mark.parametrize(
    ("split", "words"),
    [
        (ALONE, "2 series, one is wanted (or set prometheus.region_label): aggregate the query"),
        (BY_CLUSTER, "2 series, one is wanted for each cluster: aggregate the query"),
    ],
)
async def test_two_series_for_one_region_are_no_number(split: RegionSplit, words: str, tmp_path: Path) -> None:
    found, _ = await collected(lambda _: vector(({"pod": "a"}, "1"), ({"pod": "b"}, "1")), tmp_path, "up", split=split)
    assert found["up"].numbers == (RegionNumber("ohio", None, trouble=words),)


async def test_a_name_and_the_value_it_stands_for_are_one_region(tmp_path: Path) -> None:
    series = (({"cluster": "prod-eu"}, "1"), ({"cluster": "london"}, "2"))
    found, _ = await collected(lambda _: vector(*series), tmp_path, "up", split=BY_CLUSTER)
    assert found["up"].numbers[0].value is None


async def test_series_of_other_clusters_are_told_and_count_for_nobody(tmp_path: Path) -> None:
    found, _ = await collected(lambda _: vector(({"cluster": "lab"}, "1")), tmp_path, "up", split=BY_CLUSTER)
    assert found["up"] == QueryAnswer("up", strangers=("lab",))


async def test_warnings_come_along(tmp_path: Path) -> None:
    found, _ = await collected(lambda _: vector(({}, "1"), warnings=["partial: store-2"]), tmp_path, "up")
    assert found["up"].warnings == ("partial: store-2",)


async def test_a_query_that_is_refused_leaves_the_others(tmp_path: Path) -> None:
    def answer(query: str) -> Says:
        return refusal(400, "bad_data") if query == "odd(" else vector(({}, "1"))

    found, _ = await collected(answer, tmp_path, "up", "odd(")
    assert found["up"].numbers == (RegionNumber("ohio", 1),)
    assert found["odd("] == QueryAnswer("odd(", trouble="Prometheus refuses the query (bad_data): no")


async def test_a_query_that_hangs_leaves_the_others(tmp_path: Path) -> None:
    found, _ = await collected(
        lambda query: None if query == "slow" else vector(({}, "1")), tmp_path, "slow", "up", timeout_s=1.5, at_once=2
    )
    assert found["up"].numbers == (RegionNumber("ohio", 1),)
    assert found["slow"].trouble == "Prometheus did not answer this query in time"


async def test_all_refused_are_told_one_by_one(tmp_path: Path) -> None:
    found, _ = await collected(lambda _: refusal(422, "execution"), tmp_path, "a", "b")
    assert {one.trouble for one in found.values()} == {"Prometheus refuses the query (execution): no"}


@pytest.mark.parametrize(
    ("status", "kind"), [(401, ErrorKind.UNAUTHORIZED), (403, ErrorKind.FORBIDDEN), (502, ErrorKind.UNREACHABLE)]
)
async def test_a_server_that_answers_nothing_is_the_sources_failure(
    status: int, kind: ErrorKind, tmp_path: Path
) -> None:
    with pytest.raises(SourceError) as caught:
        await collected(lambda _: Says(status, b"no"), tmp_path, "a", "b")
    assert caught.value.kind is kind


async def test_one_question_for_each_measure_and_none_older_than_its_limit(tmp_path: Path) -> None:
    _, asked = await collected(lambda _: vector(({}, "1")), tmp_path, "a", "b", "c", split=BY_CLUSTER)
    assert sorted(map(query_of, asked)) == ["a", "b", "c"]
    assert {parse_qs(one.body.decode())["lookback_delta"][0] for one in asked} == {"120s"}


async def test_no_more_are_asked_at_once_than_allowed(tmp_path: Path) -> None:
    found, asked = await collected(lambda _: None, tmp_path, "a", "b", "c", "d", timeout_s=1, at_once=2)
    assert len(asked) == 2
    assert len(found) == 4
