"""Which organisations' provisioners and jobs are seen, and what a list of them is worth."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fakes.coder_rights import CoderFor, seen
from fakes.loopback import loopback
from workshop_tui.clients.coder import MOST_JOBS
from workshop_tui.collectors.provisioners import ProvisionersSource
from workshop_tui.errors import SourceError
from workshop_tui.model.coder import ProvisionerPool

IDLE = {"status": "idle", "version": "v2.36.0"}
OFFLINE = {"status": "offline", "version": "v2.36.0"}


async def pools_of(coder: CoderFor, directory: Path, wanted: tuple[str, ...] = ()) -> dict[str, ProvisionerPool]:
    async with loopback(coder.answer) as server, seen(server.host, directory, wanted) as (client, who):
        return {pool.organization: pool for pool in await ProvisionersSource(client, who, 10).collect()}


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
