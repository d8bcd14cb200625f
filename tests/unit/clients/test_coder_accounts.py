from __future__ import annotations

import json
from pathlib import Path

import pytest

from fakes.coder_rights import CoderFor
from fakes.http_clients import SECRET, opened, settings_for
from fakes.loopback import Answer, Asked, Says, loopback
from workshop_tui.clients.coder import CoderClient
from workshop_tui.clients.coder_accounts import CoderAccounts, UserWire
from workshop_tui.clients.coder_own import CoderOwn
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


async def accounts(
    directory: Path,
    *,
    wanted: str | None = None,
    rights: Says | None = None,
    roles: tuple[str, ...] = ("owner",),
    people: list[dict[str, object]] = USERS,
    orgs: object = None,
) -> Accounts:
    def answer(asked: Asked) -> Says:
        if asked.path == "/api/v2/authcheck":
            return rights or CoderFor(roles).answer(asked)
        if asked.path == "/api/v2/organizations":
            return said(ORGANIZATIONS if orgs is None else orgs)
        return said({"users": people, "count": len(people)})

    async with loopback(answer) as server:
        settings = settings_for(f"http://{server.host}", directory)
        async with (
            opened(CoderClient, settings) as coder,
            opened(CoderAccounts, settings) as client,
            opened(CoderOwn, settings) as own,
        ):
            return await AccountsSource(coder, client, own, wanted).collect()


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


@pytest.mark.parametrize("roles", [("owner",), ("template-admin",), ("auditor",), ("user-admin",)])
async def test_these_roles_see_everybody(roles: tuple[str, ...], tmp_path: Path) -> None:
    assert len((await accounts(tmp_path, roles=roles)).everybody) == 2


@pytest.mark.parametrize("people", [USERS, USERS[:1]])
async def test_a_list_that_leaves_out_others_is_no_list_of_everybody(
    people: list[dict[str, object]], tmp_path: Path
) -> None:
    with pytest.raises(SourceError) as caught:
        await accounts(tmp_path, roles=("member",), people=people)
    assert caught.value == SourceError(
        ErrorKind.FORBIDDEN,
        "the token may not read all users: the role Owner, Template Admin, Auditor or User Admin has that right",
    )


async def test_where_coder_does_not_tell_what_the_token_may_read_nobody_is_taken_for_everybody(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not say what the token may read") as caught:
        await accounts(tmp_path, rights=said({"message": "no"}, 405))
    assert caught.value.kind is ErrorKind.FORBIDDEN
