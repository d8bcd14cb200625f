from __future__ import annotations

import json
from pathlib import Path

import pytest

from fakes.http_clients import SECRET
from fakes.loopback import Answer, Asked, Says, loopback
from workshop_tui.clients.alertmanager import AlertmanagerClient
from workshop_tui.clients.network import Network
from workshop_tui.collectors.alertmanager_health import AlertmanagerHealthSource
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.monitoring import AlertmanagerHealth, Matcher
from workshop_tui.settings.settings import Settings

STATUS = {
    "cluster": {"status": "ready", "name": "01H", "peers": [{"name": "01H", "address": "10.0.0.1:9094"}]},
    "versionInfo": {"version": "0.34.0"},
    "config": {"original": "receivers: []"},
    "uptime": "2026-11-01T00:00:00Z",
}
SILENCE = {
    "id": "3f2a",
    "status": {"state": "active"},
    "matchers": [{"name": "alertname", "value": "Disk.*", "isRegex": True}],
    "endsAt": "2026-12-01T13:00:00.000Z",
    "startsAt": "2026-12-01T12:00:00.000Z",
    "updatedAt": "2026-12-01T12:00:00.000Z",
    "createdBy": "bo",
    "comment": f"while {SECRET} is changed\nby hand",
}
ANSWERS = {
    "/base/api/v2/status": STATUS,
    "/base/api/v2/receivers": [{"name": "team"}, {"name": "pager"}],
    "/base/api/v2/silences": [SILENCE, {**SILENCE, "id": "old", "status": {"state": "expired"}}],
}


def tells(asked: Asked) -> Says:
    return Says(200, json.dumps(ANSWERS[asked.path]).encode())


async def collected(answer: Answer, directory: Path, **address: object) -> tuple[AlertmanagerHealth, list[Asked]]:
    (directory / "secret").write_text(SECRET)
    async with loopback(answer) as server:
        given = {"bearer": {"file": str(directory / "secret")}, **address}
        settings = Settings.model_validate({"alertmanager": {"url": f"http://{server.host}/base", **given}})
        client = AlertmanagerClient(settings, Network(settings))
        try:
            return await AlertmanagerHealthSource(client, 30).collect(), server.asked
        finally:
            await client.close()


async def test_its_state_receivers_and_active_silences_are_read(tmp_path: Path) -> None:
    health, asked = await collected(tells, tmp_path)
    assert (health.cluster, health.peer_count, health.version) == ("ready", 1, "0.34.0")
    assert health.receivers == ("team", "pager")
    (silence,) = health.silences
    assert (silence.id, silence.created_by) == ("3f2a", "bo")
    assert silence.matchers == (Matcher("alertname", "Disk.*", is_regex=True, is_equal=True),)
    assert silence.ends_at is not None
    assert silence.ends_at.isoformat() == "2026-12-01T13:00:00+00:00"
    assert silence.comment == "while •••• is changed by hand"
    assert {request.headers["authorization"] for request in asked} == {f"Bearer {SECRET}"}


async def test_it_signs_in_as_prometheus_does(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET)
    address = {"bearer": None, "username": "u", "password": {"file": str(tmp_path / "secret")}, "tenant": "team-a"}
    _, asked = await collected(tells, tmp_path, **address)
    basic = "Basic dTp0aGUtU2VjcmV0LW9mLXRoZS13b3Jrc2hvcC0wMDQy"
    assert {(one.headers["authorization"], one.headers["x-scope-orgid"]) for one in asked} == {(basic, "team-a")}


@pytest.mark.parametrize("path", ANSWERS)
@pytest.mark.parametrize(
    ("says", "kind", "told"),
    [
        (Says(403), ErrorKind.FORBIDDEN, "the token lacks a right, to read api/v2/"),
        (Says(401), ErrorKind.UNAUTHORIZED, "renew the token"),
        (Says(404), ErrorKind.NOT_FOUND, "check the address"),
        (Says(200, b"<html>"), ErrorKind.MALFORMED, "a web page"),
        (Says(200, b'{"cluster": 1}'), ErrorKind.MALFORMED, "does not answer as expected"),
        (Says(503, f"{SECRET}".encode()), ErrorKind.UNREACHABLE, "answers with 503"),
    ],
)
async def test_what_one_question_is_refused_is_one_line(
    path: str, says: Says, kind: ErrorKind, told: str, tmp_path: Path
) -> None:
    with pytest.raises(SourceError) as caught:
        await collected(lambda asked: says if asked.path == path else tells(asked), tmp_path)
    assert caught.value.kind is kind
    assert told in caught.value.message
    assert "\n" not in caught.value.message
    assert SECRET not in caught.value.message


async def test_an_alert_is_looked_for_by_all_its_labels(tmp_path: Path) -> None:
    async with loopback(lambda _: Says(200, b"[]")) as server:
        settings = Settings.model_validate({"alertmanager": {"url": f"http://{server.host}"}})
        client = AlertmanagerClient(settings, Network(settings))
        assert await client.alerts(alertname="A", run='"7"') == ()
        await client.close()
    assert server.asked[0].target == "/api/v2/alerts?filter=alertname%3D%22A%22&filter=run%3D%22%5C%227%5C%22%22"


async def test_without_an_address_nothing_is_asked() -> None:
    client = AlertmanagerClient(Settings(), Network(Settings()))
    with pytest.raises(SourceError, match=r"set alertmanager\.url"):
        await client.status()
    await client.close()
