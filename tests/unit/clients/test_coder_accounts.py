from __future__ import annotations

import json
from pathlib import Path

import pytest

from fakes.http_clients import SECRET, Impatient, opened, settings_for
from fakes.loopback import Answer, Asked, Says, loopback
from workshop_tui.clients.coder import CoderClient
from workshop_tui.clients.coder_accounts import CoderAccounts, UserWire
from workshop_tui.collectors.accounts import AccountsSource
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.sign_in import Account, Accounts, address_key

ORGANIZATIONS = [
    {"id": "o-1", "name": "coder", "is_default": True},
    {"id": "o-2", "name": "experiment", "is_default": False},
]
USERS: list[dict[str, object]] = [
    {
        "id": "u-1",
        "username": "Ana",
        "email": "Ana@Example.Test",
        "status": "active",
        "organization_ids": ["o-1", "o-9"],
    },
    {"id": "u-2", "username": "bo", "email": "", "status": "dormant", "organization_ids": None},
]
ALL = {"users": True, "members": True}


def said(value: object, status: int = 200) -> Says:
    return Says(status, json.dumps(value).encode())


def listing(total: int, count: int | None = None) -> Answer:
    def answer(asked: Asked) -> Says:
        first, limit = int(asked.query["offset"]), int(asked.query["limit"])
        page = [{"id": f"u-{n}", "username": f"p{n}"} for n in range(first, min(first + limit, total))]
        return said({"users": page, "count": total if count is None else count})

    return answer


async def users(answer: Answer, directory: Path) -> tuple[list[UserWire], list[Asked]]:
    async with (
        loopback(answer) as server,
        opened(CoderAccounts, settings_for(f"http://{server.host}", directory)) as client,
    ):
        return await client.users(), server.asked


@pytest.mark.parametrize(("total", "requests"), [(0, 1), (1, 1), (199, 1), (200, 1), (201, 2), (5000, 25)])
async def test_thousands_of_users_are_read_page_by_page(total: int, requests: int, tmp_path: Path) -> None:
    found, asked = await users(listing(total), tmp_path)
    assert [user.username for user in found] == [f"p{n}" for n in range(total)]
    assert len(asked) == requests
    assert {request.headers["coder-session-token"] for request in asked} == {SECRET}


async def test_a_server_that_does_not_count_is_read_to_its_last_page(tmp_path: Path) -> None:
    found, asked = await users(listing(400, count=0), tmp_path)
    assert (len(found), len(asked)) == (400, 3)


async def test_a_server_that_pages_for_ever_is_refused(tmp_path: Path) -> None:
    page = json.dumps({"users": [{"id": f"u-{n}", "username": "x"} for n in range(200)], "count": 0}).encode()
    with pytest.raises(SourceError, match="more than 20000 users"):
        await users(lambda _: Says(200, page), tmp_path)


@pytest.mark.parametrize(
    ("answer", "sees"),
    [
        (said(ALL), True),
        (said({"users": True, "members": False}), False),
        (said({"users": True}), False),
        (said({}), False),
        (said({"message": "Route not found."}, 404), None),
        (said({"message": "no"}, 400), None),
        (said({}, 405), None),
    ],
)
async def test_coder_itself_says_whether_we_see_everybody(answer: Says, sees: bool | None, tmp_path: Path) -> None:
    async with (
        loopback(lambda _: answer) as server,
        opened(CoderAccounts, settings_for(f"http://{server.host}", tmp_path)) as client,
    ):
        assert await client.sees_everybody() is sees
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", "/api/v2/authcheck")
    checks = json.loads(asked.body)["checks"]
    assert {check["action"] for check in checks.values()} == {"read"}
    assert {check["object"]["resource_type"] for check in checks.values()} == {"user", "organization_member"}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (None, ErrorKind.TIMEOUT),
        (Says(200, b"<!doctype html>"), ErrorKind.MALFORMED),
        (Says(200, b'{"users": "yes"}'), ErrorKind.MALFORMED),
        (Says(200, b"5"), ErrorKind.MALFORMED),
        (Says(401), ErrorKind.UNAUTHORIZED),
        (Says(403), ErrorKind.FORBIDDEN),
        (Says(429), ErrorKind.RATE_LIMITED),
        (Says(502), ErrorKind.UNREACHABLE),
    ],
)
async def test_a_spoiled_answer_about_rights_is_an_error_and_no_yes(
    answer: Says | None, kind: ErrorKind, tmp_path: Path
) -> None:
    async with loopback(lambda _: answer) as server:
        settings = settings_for(f"http://{server.host}", tmp_path)
        async with opened(CoderAccounts, settings, Impatient(settings, 0.3)) as client:
            with pytest.raises(SourceError) as caught:
                await client.sees_everybody()
    assert caught.value.kind is kind


async def accounts(
    directory: Path,
    *,
    wanted: str | None = None,
    rights: Says | None = None,
    people: list[dict[str, object]] = USERS,
    orgs: object = None,
) -> Accounts:
    def answer(asked: Asked) -> Says:
        if asked.path == "/api/v2/authcheck":
            return rights or said(ALL)
        if asked.path == "/api/v2/organizations":
            return said(ORGANIZATIONS if orgs is None else orgs)
        return said({"users": people, "count": len(people)})

    async with loopback(answer) as server:
        settings = settings_for(f"http://{server.host}", directory)
        async with opened(CoderClient, settings) as coder, opened(CoderAccounts, settings) as client:
            return await AccountsSource(coder, client, wanted).collect()


async def test_accounts_have_the_names_of_their_organisations_and_no_address(tmp_path: Path) -> None:
    found = await accounts(tmp_path)
    assert found == Accounts(
        "coder",
        True,
        (
            Account("ana", address_key("ana@example.test"), "active", ("coder",)),
            Account("bo", "", "dormant", ()),
        ),
    )
    assert "@" not in repr(found)
    assert "xample" not in repr(found)


@pytest.mark.parametrize(
    ("wanted", "orgs", "organization", "there"),
    [
        ("experiment", None, "experiment", True),
        ("Coder", None, "coder", True),
        ("gone", None, "gone", False),
        (None, [{"id": "o-7", "name": "only"}], "only", True),
        (None, [{"id": "o-7", "name": "one"}, {"id": "o-8", "name": "two"}], "", False),
        (None, [], "", False),
    ],
)
async def test_the_workshops_organisation_is_the_named_the_default_or_the_only_one(
    wanted: str | None, orgs: object, organization: str, there: bool, tmp_path: Path
) -> None:
    found = await accounts(tmp_path, wanted=wanted, orgs=orgs)
    assert (found.organization, found.organization_there) == (organization, there)


@pytest.mark.parametrize(
    ("rights", "people", "shown"),
    [
        (said({"users": False, "members": False}), USERS, False),
        (said({}, 404), USERS, True),
        (said({}, 404), USERS[:1], False),
        (said(ALL), USERS[:1], True),
    ],
)
async def test_a_list_that_leaves_out_others_is_no_list_of_everybody(
    rights: Says, people: list[dict[str, object]], shown: bool, tmp_path: Path
) -> None:
    if shown:
        assert (await accounts(tmp_path, rights=rights, people=people)).everybody
        return
    with pytest.raises(SourceError, match="roles Auditor and User Admin have") as caught:
        await accounts(tmp_path, rights=rights, people=people)
    assert caught.value.kind is ErrorKind.FORBIDDEN
