from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from fakes.http_clients import SECRET, opened, settings_for
from fakes.loopback import Answer, Asked, Says, loopback
from workshop_tui.clients.prometheus import PrometheusClient, Sample, Vector
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.settings.settings import Settings

DATA = Path(__file__).parents[2] / "data"
QUERY = 'sum by (node) (up{job=~"a|b"}) + 1'


def result(kind: str, value: object, **more: object) -> Says:
    return Says(200, json.dumps({"status": "success", "data": {"resultType": kind, "result": value}, **more}).encode())


def refusal(status: int, kind: str, words: str) -> Says:
    return Says(status, json.dumps({"status": "error", "errorType": kind, "error": words}).encode())


async def asked_of(answer: Answer, directory: Path, **prometheus: object) -> tuple[Vector, list[Asked]]:
    """`SECRET` as a setting means the file that holds it."""
    key = {"file": str(directory / "secret")}
    named = {name: key if value == SECRET else value for name, value in prometheus.items()}
    async with loopback(answer) as server:
        settings = settings_for(f"http://{server.host}/prometheus", directory, prometheus=named)
        async with opened(PrometheusClient, settings) as client:
            return await client.query(QUERY), server.asked


async def answered(says: Says, directory: Path) -> Vector:
    return (await asked_of(lambda _: says, directory))[0]


async def refused(says: Says, directory: Path) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await answered(says, directory)
    assert "\n" not in caught.value.message
    assert SECRET not in caught.value.message
    return caught.value


async def test_a_query_is_posted_so_that_it_may_be_long(tmp_path: Path) -> None:
    _, (asked,) = await asked_of(lambda _: result("vector", []), tmp_path)
    assert (asked.method, asked.target) == ("POST", "/prometheus/api/v1/query")
    assert parse_qs(asked.body.decode()) == {"query": [QUERY]}
    assert "authorization" not in asked.headers
    assert "x-scope-orgid" not in asked.headers


@pytest.mark.parametrize(
    ("prometheus", "headers"),
    [
        ({"bearer": SECRET}, {"authorization": f"Bearer {SECRET}"}),
        (
            {"username": "u", "password": SECRET},
            {"authorization": "Basic dTp0aGUtU2VjcmV0LW9mLXRoZS13b3Jrc2hvcC0wMDQy"},
        ),
        ({"tenant": "team-a"}, {"x-scope-orgid": "team-a"}),
        (
            {"tenant": "team-a", "bearer": SECRET},
            {"x-scope-orgid": "team-a", "authorization": f"Bearer {SECRET}"},
        ),
    ],
)
async def test_each_way_to_sign_in_reaches_the_server(
    prometheus: dict[str, object], headers: dict[str, str], tmp_path: Path
) -> None:
    _, (asked,) = await asked_of(lambda _: result("vector", []), tmp_path, **prometheus)
    assert headers.items() <= asked.headers.items()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1.0),
        ("0.25", 0.25),
        ("1e+09", 1e9),
        ("-3", -3.0),
        ("NaN", None),
        ("+Inf", None),
        ("-Inf", None),
        ("", None),
    ],
)
async def test_what_is_no_number_is_unknown_and_not_zero(text: str, value: float | None, tmp_path: Path) -> None:
    wire = [{"metric": {"node": "n-1"}, "value": [1796126400.123, text]}]
    assert await answered(result("vector", wire), tmp_path) == Vector((Sample({"node": "n-1"}, value),))


async def test_an_empty_vector_is_an_answer(tmp_path: Path) -> None:
    assert await answered(result("vector", []), tmp_path) == Vector(())


async def test_a_scalar_is_one_sample_without_labels(tmp_path: Path) -> None:
    assert await answered(result("scalar", [1796126400, "4"]), tmp_path) == Vector((Sample({}, 4.0),))


async def test_a_native_histogram_is_no_sample(tmp_path: Path) -> None:
    wire = [
        {"metric": {"le": "1"}, "histogram": [1796126400, {"count": "4", "sum": "2", "buckets": [[0, "1", "2", "4"]]}]},
        {"metric": {"node": "n-1"}, "value": [1796126400, "1"]},
    ]
    assert (await answered(result("vector", wire), tmp_path)).samples == (Sample({"node": "n-1"}, 1.0),)


async def test_warnings_come_with_the_data_they_may_have_halved(tmp_path: Path) -> None:
    says = result("vector", [], warnings=["partial: store-2", f"could not ask http://u:{SECRET}@store-3"], infos=["x"])
    found = await answered(says, tmp_path)
    assert found.warnings[0] == "partial: store-2"
    assert len(found.warnings) == 2
    assert SECRET not in found.warnings[1]


@pytest.mark.parametrize(
    ("says", "kind", "words"),
    [
        (result("matrix", [{"metric": {}, "values": [[1, "1"]]}]), ErrorKind.MALFORMED, "a matrix where a vector"),
        (result("string", [1, "x"]), ErrorKind.MALFORMED, "a string where a vector"),
        (result("x\n" * 999, []), ErrorKind.MALFORMED, "where a vector"),
        (result("vector", [{"metric": {}, "value": [1, 1]}]), ErrorKind.MALFORMED, "does not answer as expected"),
        (result("vector", {"metric": {}}), ErrorKind.MALFORMED, "does not answer as expected"),
        (result("scalar", None), ErrorKind.MALFORMED, "does not answer as expected"),
        (Says(200, b'{"status": "success"}'), ErrorKind.MALFORMED, "refuses the query (200): without a word"),
        (refusal(200, "bad_data", "odd"), ErrorKind.MALFORMED, "refuses the query (bad_data): odd"),
        (refusal(400, "bad_data", "parse error:\nhere"), ErrorKind.MALFORMED, "(bad_data): parse error: here"),
        (refusal(422, "execution", "too many samples"), ErrorKind.MALFORMED, "(execution): too many samples"),
        (refusal(503, "timeout", "query timed out"), ErrorKind.TIMEOUT, "ran out of time for the query"),
        (refusal(503, "unavailable", "not ready"), ErrorKind.UNREACHABLE, "(unavailable): not ready"),
        (refusal(400, "bad_data", f"in {SECRET} " + "x" * 999), ErrorKind.MALFORMED, "(bad_data): in •••• x"),
        (refusal(400, "bad_data", "x" * 90 + SECRET + "x" * 99), ErrorKind.MALFORMED, "xxx••••xxx"),
        (Says(400, b"<html>"), ErrorKind.MALFORMED, "answers with 400"),
        (Says(422, b"no org id"), ErrorKind.MALFORMED, "answers with 422"),
        (Says(503, b"<html>"), ErrorKind.UNREACHABLE, "answers with 503: look at its logs"),
        (Says(401, b"no org id"), ErrorKind.UNAUTHORIZED, "renew the token or key"),
    ],
)
async def test_a_refused_query_says_why_in_one_line(says: Says, kind: ErrorKind, words: str, tmp_path: Path) -> None:
    await asked_of(lambda _: result("vector", []), tmp_path, bearer=SECRET)  # from now on the secret is known
    error = await refused(says, tmp_path)
    assert error.kind is kind
    assert words in error.message
    assert len(error.message) <= 200


async def test_without_an_address_nothing_is_asked() -> None:
    async with opened(PrometheusClient, Settings()) as client:
        with pytest.raises(SourceError, match=r"set prometheus\.url") as caught:
            await client.query("up")
    assert caught.value.kind is ErrorKind.NOT_CONFIGURED


async def test_ready_means_that_it_answers_queries(tmp_path: Path) -> None:
    answers = [result("vector", [{"metric": {}, "value": [1, "1"]}]), Says(503, b"Service Unavailable")]
    async with loopback(lambda _: answers.pop(0)) as server:
        settings = settings_for(f"http://{server.host}", tmp_path)
        async with opened(PrometheusClient, settings) as client:
            await client.ready()
            with pytest.raises(SourceError, match="answers with 503"):
                await client.ready()
    assert [parse_qs(request.body.decode())["query"] for request in server.asked] == [["vector(1)"]] * 2


async def test_victoriametrics_tells_a_part_in_its_own_way(tmp_path: Path) -> None:
    case = (DATA / "prometheus-ispartial.json").read_bytes()
    found = await answered(Says(200, case), tmp_path)
    assert [sample.value for sample in found.samples] == [24.0]
    assert "isPartial" in found.warnings[0]


async def test_a_group_without_rules_hides_none_of_the_others(tmp_path: Path) -> None:
    case = (DATA / "rules-null.json").read_bytes()
    async with (
        loopback(lambda _: Says(200, case)) as server,
        opened(PrometheusClient, settings_for(f"http://{server.host}", tmp_path)) as client,
    ):
        assert [(group, rule.name) for group, rule in await client.alert_rules()] == [("ours", "NodeStorageHigh")]
