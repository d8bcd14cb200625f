"""Workspaces' latest builds, as the measures of builds, agents and starts look at them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from workshop_tui.measures.window import recent, seconds_between
from workshop_tui.model.coder import Workspace

_RUNNING = ("starting", "stopping", "canceling", "deleting")
_ENDED_WELL = ("running", "stopped", "deleted", "canceled")


def queued(workspaces: Sequence[Workspace]) -> list[Workspace]:
    return [one for one in workspaces if one.status == "pending"]


def building(workspaces: Sequence[Workspace]) -> list[Workspace]:
    return [one for one in workspaces if one.status in _RUNNING]


def ended(workspaces: Sequence[Workspace], now: datetime) -> list[Workspace]:
    """Those whose build ended in the last half hour, however."""
    return [
        one
        for one in workspaces
        if one.status in (*_ENDED_WELL, "failed") and recent(one.job_completed_at or one.created_at, now)
    ]


def up(workspaces: Sequence[Workspace]) -> list[Workspace]:
    """Those that Coder has started and nobody has stopped."""
    return [one for one in workspaces if one.status == "running" and one.transition == "start"]


def owners(workspaces: Sequence[Workspace]) -> tuple[str, ...]:
    """Sorted, each once."""
    return tuple(sorted({one.owner for one in workspaces if one.owner}))


def person_count(workspaces: Sequence[Workspace]) -> int:
    """Of those who have a workspace that runs or is to run."""
    return len({one.owner for one in workspaces if one.transition == "start" and one.status != "canceled"})


@dataclass(frozen=True, slots=True)
class Start:
    """One start, in seconds; None where a moment is missing or clocks disagree."""

    workspace: Workspace
    total_s: float
    """To ready; of one that is not ready yet, until now."""
    ready: bool
    queue_s: float | None
    provisioning_s: float | None
    image_s: float | None
    """From the end of Terraform until the agent is connected: the node, the image, the agent."""
    script_s: float | None


def starts(workspaces: Sequence[Workspace], now: datetime, late_after_s: float) -> list[Start]:
    """Starts of the last half hour: those that are ready, and those that should be."""
    found = []
    for one in workspaces:
        if one.transition != "start" or not recent(one.created_at, now) or one.status not in _STARTS:
            continue
        total_s = seconds_between(one.created_at, one.ready_at or now)
        if total_s is None or (one.ready_at is None and total_s < late_after_s):
            continue
        connected = [agent.first_connected_at for agent in one.agents if agent.first_connected_at is not None]
        connected_at = max(connected, default=None)
        found.append(
            Start(
                one,
                total_s,
                one.ready_at is not None,
                queue_s=seconds_between(one.created_at, one.job_started_at or _now(one, "pending", now)),
                provisioning_s=seconds_between(one.job_started_at, one.job_completed_at or _now(one, "starting", now)),
                image_s=seconds_between(one.job_completed_at, connected_at or _now(one, "running", now)),
                script_s=seconds_between(connected_at, one.ready_at or now),
            )
        )
    return found


_STARTS = ("pending", "starting", "running")


def _now(workspace: Workspace, status: str, now: datetime) -> datetime | None:
    """The stage that goes on ends now."""
    return now if workspace.status == status else None


def longest_stage(starts: Iterable[Start]) -> tuple[str, float] | None:
    """The stage that takes most of the time, and its share of the four."""
    sums = {"queue": 0.0, "provisioning": 0.0, "image, agent": 0.0, "script": 0.0}
    for start in starts:
        parts = (start.queue_s, start.provisioning_s, start.image_s, start.script_s)
        for name, part in zip(sums, parts, strict=True):
            sums[name] += part or 0.0
    whole = sum(sums.values())
    if not whole:
        return None
    stage = max(sums, key=lambda name: sums[name])
    return stage, sums[stage] / whole
