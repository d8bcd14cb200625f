"""Which organisations' provisioners and jobs are seen, and what a list of them is worth."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fakes.coder_rights import CoderFor, seen
from fakes.loopback import loopback
from workshop_tui.clients.coder import MOST_JOBS
from workshop_tui.collectors.provisioners import ProvisionersSource
from workshop_tui.collectors.template_jobs import TemplateJobs
from workshop_tui.errors import SourceError
from workshop_tui.model.coder import ProvisionerPool

IDLE = {"status": "idle", "version": "v2.36.0"}
OFFLINE = {"status": "offline", "version": "v2.36.0"}


async def pools_of(
    coder: CoderFor, directory: Path, wanted: tuple[str, ...] = (), named: tuple[str, ...] = ()
) -> dict[str, ProvisionerPool]:
    async with loopback(coder.answer) as server, seen(server.host, directory, wanted) as (client, who):
        source = ProvisionersSource(client, who, TemplateJobs(client, named, wanted), 10)
        return {pool.organization: pool for pool in await source.collect()}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [((), ["coder", "demo"]), (("Coder",), ["coder"]), (("DEMO", "coder"), ["coder", "demo"])],
)
async def test_organisations_are_found_whatever_their_case(
    wanted: tuple[str, ...], found: list[str], tmp_path: Path
) -> None:
    assert list(await pools_of(CoderFor(), tmp_path, wanted)) == found


async def test_an_organisation_that_coder_does_not_show_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="Coder shows no organisation Lost"):
        await pools_of(CoderFor(), tmp_path, ("coder", "Lost"))


async def test_a_token_that_sees_no_organisation_sees_no_provisioners(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="Coder shows the token no organisation"):
        await pools_of(CoderFor(organizations=[]), tmp_path)


@pytest.mark.parametrize("roles", [("template-admin",), ("auditor",), ("member",)])
async def test_without_the_right_an_organisation_is_hidden_and_the_role_is_named(
    roles: tuple[str, ...], tmp_path: Path
) -> None:
    rights = {"o-2": ("organization-template-admin",)}
    pools = await pools_of(CoderFor(roles, rights, daemons=[IDLE]), tmp_path)
    assert pools["coder"].hidden == (
        "the token may not read provisioners and their jobs of coder: the role Owner, "
        "and in coder Organization Admin or Organization Template Admin has that right"
    )
    assert (pools["demo"].hidden, pools["demo"].idle) == ("", 1)


@pytest.mark.parametrize("version", ["v2.25.3", "v2.26.0", "v2.36.0+abc"])
async def test_provisioners_that_are_gone_are_counted_as_offline(version: str, tmp_path: Path) -> None:
    pools = await pools_of(CoderFor(version=version, daemons=[IDLE, OFFLINE]), tmp_path)
    assert (pools["coder"].idle, pools["coder"].offline) == (1, 1)


async def test_a_server_before_2_19_is_too_old_and_told_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"Coder v2\.18\.5 does not tell its provisioners.*: it needs 2\.19"):
        await pools_of(CoderFor(version="v2.18.5"), tmp_path)


def waiting(count: int) -> list[dict[str, object]]:
    """The newest first: the oldest waits since noon."""
    return [{"created_at": f"2026-12-01T12:{(count - n) // 60:02}:{(count - n) % 60:02}Z"} for n in range(1, count + 1)]


async def test_the_oldest_of_a_long_queue_is_found(tmp_path: Path) -> None:
    pool = (await pools_of(CoderFor(jobs=waiting(260)), tmp_path))["coder"]
    assert (pool.pending_jobs, pool.pending) == (260, "260")
    assert pool.oldest_pending_at == datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


async def test_of_a_queue_that_is_cut_the_oldest_is_not_known_and_the_number_is_a_least(tmp_path: Path) -> None:
    pool = (await pools_of(CoderFor(jobs=waiting(MOST_JOBS + 5)), tmp_path))["coder"]
    assert (pool.pending, pool.oldest_pending_at) == (f"at least {MOST_JOBS}", None)


UNTAGGED = {"scope": "organization", "owner": ""}
STAGING = {**UNTAGGED, "environment": "staging"}
STAGING_BIG = {**STAGING, "size": "big"}
OTHER_TAGS = json.loads((Path(__file__).parents[2] / "data/provisioners-other-tags.json").read_text(encoding="utf-8"))


def daemon(tags: Mapping[str, str] | None, status: str = "idle") -> dict[str, Any]:
    return {"status": status, "version": "v2.36.0", "tags": tags}


def with_templates(*daemons: dict[str, Any], jobs: tuple[Any, ...] = (), **tags: Any) -> CoderFor:
    """`tags`: template's name -> tags of its jobs."""
    templates = [
        {"id": name, "name": name, "organization_name": "Coder", "active_version_id": f"v-{name}"} for name in tags
    ]
    versions = {f"v-{name}": {"status": "succeeded", "tags": said} for name, said in tags.items()}
    return CoderFor(
        organizations=[{"id": "o-1", "name": "coder", "is_default": True}],
        daemons=list(daemons),
        jobs=list(jobs),
        templates=templates,
        versions=versions,
    )


async def test_provisioners_with_other_tags_may_not_take_the_workshops_templates(tmp_path: Path) -> None:
    pool = (await pools_of(with_templates(*OTHER_TAGS, goose=UNTAGGED), tmp_path))["coder"]
    assert (pool.connected, pool.others, pool.nobody_for) == (0, 1, ("goose (no tags)",))
    assert pool.versions == ()


@pytest.mark.parametrize(
    ("job", "connected"), [(UNTAGGED, 1), ({}, 1), (STAGING, 2), ({"environment": "staging"}, 2), (STAGING_BIG, 1)]
)
async def test_only_those_that_have_all_of_a_jobs_tags_count(
    job: dict[str, str], connected: int, tmp_path: Path
) -> None:
    coder = with_templates(daemon(UNTAGGED), daemon(STAGING), daemon(STAGING_BIG, "busy"), goose=job)
    pool = (await pools_of(coder, tmp_path))["coder"]
    assert (pool.connected, pool.others, pool.nobody_for, pool.unproven) == (connected, 3 - connected, (), "")


async def test_of_several_templates_those_that_the_settings_name_count(tmp_path: Path) -> None:
    coder = with_templates(daemon(UNTAGGED), daemon(STAGING), goose=UNTAGGED, other=STAGING, huge=STAGING_BIG)
    one = (await pools_of(coder, tmp_path, named=("goose",)))["coder"]
    assert (one.connected, one.nobody_for) == (1, ())
    two = (await pools_of(coder, tmp_path, named=("goose", "huge")))["coder"]
    assert (two.connected, two.nobody_for) == (1, ("huge (environment=staging, size=big)",))


async def test_an_offline_provisioner_takes_nothing(tmp_path: Path) -> None:
    pool = (await pools_of(with_templates(daemon(UNTAGGED, "offline"), goose=UNTAGGED), tmp_path))["coder"]
    assert (pool.connected, pool.offline, pool.nobody_for) == (0, 1, ())


@pytest.mark.parametrize(
    ("coder", "why"),
    [
        (
            with_templates(daemon(UNTAGGED), a=UNTAGGED, b=STAGING),
            "different tags: name the workshop's in smoke.target",
        ),
        (with_templates(daemon(UNTAGGED), goose=None), "tags of goose's jobs cannot be read: Coder does not tell them"),
        (with_templates(daemon(None), goose=UNTAGGED), "Coder does not tell the provisioners' tags"),
        (with_templates(daemon(UNTAGGED), goose={"scope": "user", "owner": "u"}), "of each person's own (scope=user)"),
    ],
)
async def test_where_tags_cannot_be_read_all_are_counted_and_it_is_said(
    coder: CoderFor, why: str, tmp_path: Path
) -> None:
    pool = (await pools_of(coder, tmp_path))["coder"]
    assert why in pool.unproven
    assert (pool.connected, pool.nobody_for) == (1, ())


@pytest.mark.parametrize("shown", [{}, {"other": UNTAGGED}, {"other": STAGING}])
async def test_where_coder_shows_none_of_the_workshops_templates_nobody_is_known_to_take_its_jobs(
    shown: dict[str, Any], tmp_path: Path
) -> None:
    coder = with_templates(daemon(UNTAGGED), daemon(STAGING), **shown)
    pool = (await pools_of(coder, tmp_path, named=("workshop",)))["coder"]
    assert "Coder shows no template workshop" in pool.unproven


async def test_an_organisation_without_the_workshops_template_keeps_its_own_templates_beside_one_that_has_it(
    tmp_path: Path,
) -> None:
    coder = with_templates(daemon(UNTAGGED), goose=UNTAGGED, other=UNTAGGED)
    coder.organizations.append({"id": "o-2", "name": "demo", "is_default": False})
    coder.templates[1]["organization_name"] = "demo"
    pools = await pools_of(coder, tmp_path, named=("goose",))
    assert {name: pool.unproven for name, pool in pools.items()} == {"coder": "", "demo": ""}


async def test_a_template_whose_version_is_not_shown_leaves_it_unproven(tmp_path: Path) -> None:
    coder = with_templates(daemon(UNTAGGED), goose=UNTAGGED)
    coder.versions = {}
    pool = (await pools_of(coder, tmp_path))["coder"]
    assert "the tags of goose's jobs cannot be read: the template's version does not exist" in pool.unproven


async def test_templates_that_cannot_be_listed_leave_it_unproven(tmp_path: Path) -> None:
    coder = with_templates(daemon(UNTAGGED))
    coder.templates = "none"  # type: ignore[assignment]
    pool = (await pools_of(coder, tmp_path))["coder"]
    assert "the templates cannot be read: Coder does not answer as expected" in pool.unproven


async def test_the_queue_is_of_jobs_that_these_provisioners_take_or_that_are_the_templates_own(tmp_path: Path) -> None:
    waits = [
        {"created_at": "2026-12-01T12:00:03Z", "tags": STAGING},
        {"created_at": "2026-12-01T12:00:02Z", "tags": UNTAGGED},
        {"created_at": "2026-12-01T12:00:01Z"},
        {"created_at": "2026-12-01T12:00:00Z", "tags": {**UNTAGGED, "gpu": "yes"}},
    ]
    pool = (await pools_of(with_templates(daemon(STAGING), jobs=tuple(waits), goose=STAGING), tmp_path))["coder"]
    assert (pool.pending_jobs, pool.oldest_pending_at) == (2, datetime(2026, 12, 1, 12, 0, 1, tzinfo=UTC))


async def test_a_versions_tags_are_not_asked_for_each_time(tmp_path: Path) -> None:
    coder = with_templates(daemon(UNTAGGED), goose=UNTAGGED)
    async with loopback(coder.answer) as server, seen(server.host, tmp_path) as (client, who):
        source = ProvisionersSource(client, who, TemplateJobs(client), 10)
        await source.collect()
        await source.collect()
        assert [one.path for one in server.asked].count("/api/v2/templateversions/v-goose") == 1
