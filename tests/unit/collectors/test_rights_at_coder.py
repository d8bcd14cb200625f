"""What each role sees at Coder, and what is unknown without it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from fakes.coder_rights import READS, CoderFor, seen
from fakes.http_clients import SECRET, opened, settings_for
from fakes.loopback import loopback
from workshop_tui.clients.coder_audit import CoderAudit
from workshop_tui.collectors.coder_rights import CoderRightsSource
from workshop_tui.collectors.sign_ins import SignInsSource
from workshop_tui.collectors.workspaces import WorkspacesSource
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model import coder_rights
from workshop_tui.model.coder_rights import CoderRight, CoderRights, is_older
from workshop_tui.settings.settings import Settings

PAGE = Path(__file__).parents[3] / "docs/security.md"
WORKSPACES = [
    {"id": f"w-{n}", "name": "goose", "owner_name": f"p{n}", "organization_name": "coder"} for n in range(90)
] + [{"id": "w-me", "name": "goose", "owner_name": "me", "organization_name": "coder"}]
REFUSED = [{"id": "e-1", "time": "2026-12-01T12:00:00Z", "action": "login", "status_code": 401}]


async def workspaces_of(coder: CoderFor, directory: Path, wanted: tuple[str, ...] = ()) -> int:
    async with loopback(coder.answer) as server, seen(server.host, directory, wanted) as (client, who):
        return len(await WorkspacesSource(client, who, 5).collect())


@pytest.mark.parametrize(
    ("roles", "in_organizations", "wanted"),
    [
        (("owner",), {}, ()),
        (("template-admin",), {}, ()),
        (("template-admin", "auditor"), {}, ("coder", "demo")),
        (("member",), {"o-1": ("organization-admin",)}, ("coder",)),
        (("member",), {"o-1": ("organization-admin",), "o-2": ("organization-admin",)}, ()),
    ],
)
async def test_who_may_read_all_workspaces_sees_them(
    roles: tuple[str, ...], in_organizations: dict[str, tuple[str, ...]], wanted: tuple[str, ...], tmp_path: Path
) -> None:
    assert await workspaces_of(CoderFor(roles, in_organizations, workspaces=WORKSPACES), tmp_path, wanted) == 91


@pytest.mark.parametrize(
    ("roles", "in_organizations", "wanted", "where"),
    [
        (("auditor",), {}, (), "coder"),
        (("user-admin",), {}, (), "coder"),
        (("member",), {}, (), "coder"),
        (("member",), {"o-1": ("organization-admin",)}, (), "demo"),
        (("member",), {"o-1": ("organization-template-admin",)}, ("coder",), "coder"),
    ],
)
async def test_a_list_of_ones_own_workspaces_is_no_list_of_all(
    roles: tuple[str, ...],
    in_organizations: dict[str, tuple[str, ...]],
    wanted: tuple[str, ...],
    where: str,
    tmp_path: Path,
) -> None:
    with pytest.raises(SourceError) as caught:
        await workspaces_of(CoderFor(roles, in_organizations, workspaces=WORKSPACES), tmp_path, wanted)
    assert caught.value == SourceError(
        ErrorKind.FORBIDDEN,
        f"the token may not read all workspaces of {where}: the role Owner or Template Admin, "
        f"and in {where} Organization Admin has that right",
    )


async def test_a_right_that_is_taken_away_is_seen_at_the_next_look(tmp_path: Path) -> None:
    coder = CoderFor(workspaces=WORKSPACES)
    async with loopback(coder.answer) as server, seen(server.host, tmp_path) as (client, who):
        source = WorkspacesSource(client, who, 5)
        assert len(await source.collect()) == 91
        coder.roles = ("member",)
        with pytest.raises(SourceError, match="may not read all workspaces"):
            await source.collect()


async def sign_ins_of(coder: CoderFor, directory: Path) -> int:
    async with (
        loopback(coder.answer) as server,
        opened(CoderAudit, settings_for(f"http://{server.host}", directory)) as client,
        seen(server.host, directory) as (_, who),
    ):
        return len((await SignInsSource(client, who.own).collect()).tries)


@pytest.mark.parametrize("role", ["owner", "auditor"])
async def test_these_roles_see_who_was_refused(role: str, tmp_path: Path) -> None:
    assert await sign_ins_of(CoderFor((role,), audit=REFUSED), tmp_path) == 1


@pytest.mark.parametrize(
    ("coder", "words"),
    [
        (
            CoderFor(("template-admin",), audit=REFUSED),
            "the token may not read the audit log: the role Owner or Auditor",
        ),
        (CoderFor(features=(), audit=REFUSED), "Coder keeps no audit log: its licence does not include one"),
    ],
)
async def test_an_empty_audit_log_that_proves_nothing_is_unknown(coder: CoderFor, words: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=re.escape(words)):
        await sign_ins_of(coder, tmp_path)


async def rights_of(coder: CoderFor, directory: Path, /, **settings: object) -> CoderRights:
    (directory / "secret").write_text(SECRET, encoding="utf-8")
    async with loopback(coder.answer) as server, seen(server.host, directory) as (_, who):
        return await CoderRightsSource(who, Settings.model_validate(settings)).collect()


async def missing(coder: CoderFor, directory: Path) -> set[tuple[str, str]]:
    found = await rights_of(coder, directory)
    return {(one.right.resource, one.organization) for one in found.answers if not one.allowed}


@pytest.mark.parametrize(
    ("roles", "lacks"),
    [
        (("owner",), set()),
        (
            ("template-admin",),
            {("provisioner_jobs", "coder"), ("provisioner_jobs", "demo"), ("audit_log", "")},
        ),
        (
            ("auditor",),
            {
                ("workspace", "coder"),
                ("workspace", "demo"),
                ("provisioner_jobs", "coder"),
                ("provisioner_jobs", "demo"),
            },
        ),
    ],
)
async def test_each_right_is_asked_of_coder_where_it_is_needed(
    roles: tuple[str, ...], lacks: set[tuple[str, str]], tmp_path: Path
) -> None:
    assert await missing(CoderFor(roles), tmp_path) == lacks


async def test_the_roles_beside_the_owner_that_the_page_names_have_all(tmp_path: Path) -> None:
    page = " ".join(PAGE.read_text(encoding="utf-8").split())
    assert "Template Admin and Auditor, and Organization Template Admin in each organisation" in page
    each = ("organization-template-admin",)
    assert await missing(CoderFor(("template-admin", "auditor"), {"o-1": each, "o-2": each}), tmp_path) == set()


def test_each_right_names_the_roles_that_have_it() -> None:
    rights = [one for one in vars(coder_rights).values() if isinstance(one, CoderRight)]
    assert len(rights) == 7
    for right in rights:
        for role in (*right.roles, *right.organization_roles):
            assert right.resource in READS[role.lower().replace(" ", "-")]


async def test_what_the_settings_ask_of_the_licence_is_looked_for(tmp_path: Path) -> None:
    region = {"name": "ohio", "role": "proxy", "context": "c", "domain": "ohio.test", "wildcard": "*.ohio.test"}
    found = await rights_of(
        CoderFor(features=("workspace_proxy",)),
        tmp_path,
        region=[region],
        coder={"organizations": ["coder", "demo"]},
        sign_in={"test_account": "guest"},
        gateway={"kind": "ai-bridge"},
    )
    assert {one.name: (one.enabled, one.optional) for one in found.features} == {
        "audit_log": (False, True),
        "workspace_proxy": (True, False),
        "multiple_organizations": (False, False),
        "external_provisioner_daemons": (False, False),
        "template_rbac": (False, True),
        "aibridge": (False, False),
    }


@pytest.mark.parametrize(
    ("version", "older"),
    [
        ("v2.18.5", True),
        ("v2.19.0", False),
        ("2.36.0+abc", False),
        ("v1.44.6", True),
        ("v2.19.0-devel+f00", False),
        ("v10.0.0", False),
        ("v0.0.0-devel", None),
        ("devel", None),
        ("", None),
    ],
)
def test_a_version_is_compared_as_numbers(version: str, older: bool | None) -> None:
    assert is_older(version, (2, 19)) is older


async def test_what_is_asked_of_coder_changes_nothing_and_names_the_organisation(tmp_path: Path) -> None:
    coder = CoderFor()
    async with loopback(coder.answer) as server, seen(server.host, tmp_path) as (_, who):
        await CoderRightsSource(who, Settings()).collect()
    posts = [one for one in server.asked if one.method != "GET"]
    assert {one.path for one in posts} == {"/api/v2/authcheck"}
    checks = [check for one in posts for check in json.loads(one.body)["checks"].values()]
    assert {check["action"] for check in checks} == {"read"}
    places = {
        check["object"].get("organization_id") for check in checks if check["object"]["resource_type"] == "workspace"
    }
    assert places == {None, "o-1", "o-2"}
