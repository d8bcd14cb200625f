from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fakes.coder_rights import about_rights, for_an_owner, seen
from fakes.http_clients import opened, settings_for
from fakes.loopback import Asked, Says, loopback
from workshop_tui.clients.coder_audit import CoderAudit
from workshop_tui.collectors.sign_ins import SignInsSource
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.sign_in import SignIns

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


def entry(at: str | None, status: int, username: str | None = "ana", action: str = "login") -> dict[str, object]:
    user = None if username is None else {"username": username, "email": "ana@example.test"}
    told = {"time": at, "action": action, "status_code": status, "user": user, "ip": "192.0.2.1"}
    return {**told, "description": "{user} logged in"}


async def collected(says: Says, directory: Path) -> tuple[SignIns, list[Asked]]:
    async with (
        loopback(for_an_owner(lambda _: says)) as server,
        opened(CoderAudit, settings_for(f"http://{server.host}", directory)) as client,
        seen(server.host, directory) as (_, who),
    ):
        found = await SignInsSource(client, who.own).collect()
        return found, [one for one in server.asked if not about_rights(one)]


async def test_the_status_tells_who_came_in_whatever_the_words_say(tmp_path: Path) -> None:
    logs = [
        entry("2026-12-01T12:01:00Z", 401),
        entry("2026-12-01T12:00:00Z", 201, "bo"),
        entry("2026-12-01T12:02:00Z", 403, None),
        entry("2026-12-01T12:03:00Z", 204, action="logout"),
        entry(None, 401),
    ]
    found, (asked, first_time) = await collected(Says(200, json.dumps({"audit_logs": logs}).encode()), tmp_path)
    assert [(one.username, one.came_in) for one in found.tries] == [("bo", True), ("ana", False), ("", False)]
    assert found.tries[0].at == NOON
    assert asked.path == "/api/v2/audit"
    assert sorted(one.query["q"] for one in (asked, first_time)) == [
        "resource_type:api_key action:login",
        "resource_type:api_key action:register",
    ]
    assert (asked.query["limit"], asked.query["offset"]) == ("200", "0")


@pytest.mark.parametrize("told", [{}, {"status_code": None}, {"status_code": 0}])
async def test_a_row_that_does_not_tell_how_it_ended_is_nobody_who_came_in(
    told: dict[str, object], tmp_path: Path
) -> None:
    row = {"time": "2026-12-01T12:00:00Z", "action": "login", "user": {"username": "ana"}, **told}
    found, _ = await collected(Says(200, json.dumps({"audit_logs": [row]}).encode()), tmp_path)
    assert [(one.username, one.came_in) for one in found.tries] == [("ana", None)]


async def test_who_signs_in_for_the_first_time_is_seen(tmp_path: Path) -> None:
    logs = [entry("2026-12-01T12:00:00Z", 201, "new", action="register"), entry("2026-12-01T12:01:00Z", 201, "bo")]
    found, _ = await collected(Says(200, json.dumps({"audit_logs": logs}).encode()), tmp_path)
    assert [one.username for one in found.tries] == ["new", "bo"]


@pytest.mark.parametrize(
    ("count", "every_s", "read", "pages", "cut"),
    [
        (199, 1, 199, 1, False),
        (200, 1, 200, 2, False),
        (700, 4, 600, 3, False),
        (450, 1, 450, 3, False),
        (1200, 1, 1000, 5, True),
    ],
    ids=["one page", "a full one", "until half an hour back", "all there are", "too many"],
)
async def test_a_crowd_of_sign_ins_is_read_half_an_hour_back(
    count: int, every_s: int, read: int, pages: int, cut: bool, tmp_path: Path
) -> None:
    logs = [
        {**entry((NOON - timedelta(seconds=every_s * number)).isoformat(), 201, f"p{number}"), "id": f"e{number}"}
        for number in range(count)
    ]

    def page(asked: Asked) -> Says:
        if asked.query["q"].endswith("register"):
            return Says(200, b'{"audit_logs": []}')
        offset = int(asked.query["offset"])
        repeated = 1 if offset else 0  # somebody signed in meanwhile
        return Says(200, json.dumps({"audit_logs": logs[offset - repeated : offset + 200 - repeated]}).encode())

    async with (
        loopback(for_an_owner(page)) as server,
        opened(CoderAudit, settings_for(f"http://{server.host}", tmp_path)) as client,
        seen(server.host, tmp_path) as (_, who),
    ):
        found = await SignInsSource(client, who.own).collect()
    assert len({one.username for one in found.tries}) == len(found.tries)
    assert abs(len(found.tries) - read) < pages
    assert (sum(not about_rights(one) for one in server.asked), found.cut) == (pages + 1, cut)


async def test_nobody_signed_in(tmp_path: Path) -> None:
    assert (await collected(Says(200, b'{"audit_logs": []}'), tmp_path))[0] == SignIns()


@pytest.mark.parametrize(
    ("says", "kind", "words"),
    [
        (Says(403, b'{"message": "Forbidden."}'), ErrorKind.FORBIDDEN, "it needs the role Auditor"),
        (Says(404, b'{"message": "Route not found."}'), ErrorKind.FORBIDDEN, "it needs the role Auditor"),
        (Says(401), ErrorKind.UNAUTHORIZED, "renew the token"),
        (Says(500), ErrorKind.UNREACHABLE, "answers with 500"),
        (Says(200, b"<html>"), ErrorKind.MALFORMED, "a web page"),
        (Says(200, b'{"audit_logs": null}'), ErrorKind.MALFORMED, "got `null`"),
        (Says(200, b"{}"), ErrorKind.MALFORMED, "missing required field"),
    ],
)
async def test_without_the_right_the_right_is_named(says: Says, kind: ErrorKind, words: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        await collected(says, tmp_path)
    assert caught.value.kind is kind
    assert words in caught.value.message
