"""Whether a start interrupted somebody is known from what ran before it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fakes.coder_rights import for_an_owner, seen
from fakes.loopback import Says, loopback
from workshop_tui.collectors.workspaces import WorkspacesSource

NINE = datetime(2026, 12, 3, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Build:
    """As Coder shows it at `at_s`, which is when our program looks."""

    at_s: float
    number: int
    transition: str
    status: str
    asked_s: float
    completed_s: float | None = None
    reason: str = "initiator"
    owner: str = "ana"
    prebuild: bool = False


def at(seconds: float) -> datetime:
    return NINE + timedelta(seconds=seconds)


def document(build: Build) -> bytes:
    job = {} if build.completed_s is None else {"completed_at": at(build.completed_s).isoformat()}
    newest = {
        "build_number": build.number,
        "transition": build.transition,
        "status": build.status,
        "reason": build.reason,
        "created_at": at(build.asked_s).isoformat(),
        "job": job,
    }
    workspace = {
        "id": "w",
        "name": "w",
        "owner_name": build.owner,
        "is_prebuild": build.prebuild,
        "latest_build": newest,
    }
    return json.dumps({"workspaces": [workspace], "count": 1}).encode()


RAN = Build(0, 3, "start", "running", -900, -860)
STOPPED = Build(0, 4, "stop", "stopped", -3600, -3580)
SEQUENCES: dict[str, tuple[list[Build], float | None]] = {
    "the first look tells nothing": ([Build(0, 2, "start", "starting", -5)], None),
    "it runs on": ([RAN, Build(5, 3, "start", "running", -900, -860)], None),
    "a start on top of a run": ([RAN, Build(5, 4, "start", "pending", 3)], 3),
    "and while that start goes on": (
        [RAN, Build(5, 4, "start", "pending", 3), Build(60, 4, "start", "running", 3, 50)],
        3,
    ),
    "one that failed and was tried again": (
        [RAN, Build(5, 4, "start", "failed", 3, 4), Build(20, 5, "start", "starting", 15)],
        3,
    ),
    "stopped and started": (
        [
            RAN,
            Build(5, 4, "stop", "stopping", 3),
            Build(20, 4, "stop", "stopped", 3, 12),
            Build(40, 5, "start", "x", 30),
        ],
        12,
    ),
    "the end of the stop was not seen": ([RAN, Build(5, 4, "stop", "stopping", 3), Build(40, 5, "start", "x", 30)], 3),
    "the stop was not seen": ([RAN, Build(40, 5, "start", "starting", 30)], 30),
    "nobody looked for long": ([RAN, Build(4000, 5, "start", "starting", 3990)], None),
    "a prebuild was claimed": (
        [
            Build(0, 1, "start", "running", -900, -860, owner="prebuilds", prebuild=True),
            Build(5, 2, "start", "starting", 3),
        ],
        None,
    ),
    "a prebuild of an older server": (
        [Build(0, 1, "start", "running", -900, -860, owner="prebuilds"), Build(5, 2, "start", "starting", 3)],
        None,
    ),
    "what was claimed is started again": (
        [
            Build(0, 1, "start", "running", -900, -860, owner="prebuilds", prebuild=True),
            Build(5, 2, "start", "running", 3, 4),
            Build(60, 3, "start", "pending", 55),
        ],
        55,
    ),
    "stopped long ago": ([STOPPED, Build(5, 5, "start", "pending", 3)], -3580),
}


@pytest.mark.parametrize("name", SEQUENCES)
async def test_when_the_run_before_a_start_ended(name: str, tmp_path: Path) -> None:
    builds, ran_until_s = SEQUENCES[name]
    shown = builds[0]
    async with (
        loopback(for_an_owner(lambda _: Says(200, document(shown)))) as server,
        seen(server.host, tmp_path) as (client, who),
    ):
        source = WorkspacesSource(client, who, 5, now_s=lambda: shown.at_s)
        for build in builds:
            shown = build
            (found,) = await source.collect()
            (again,) = await source.collect()
            assert again is found
    assert found.ran_until == (None if ran_until_s is None else at(ran_until_s))
    assert found.reason == "initiator"
