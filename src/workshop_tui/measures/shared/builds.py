"""Workspaces' latest builds, as the measures of builds, agents and starts look at them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from workshop_tui.measures.shared.window import CLOCKS_DIFFER, WINDOW, recent
from workshop_tui.model.coder import STAGES, StartTook, Workspace, start_took

_RUNNING = ("starting", "stopping", "canceling", "deleting")
_ENDED_WELL = ("running", "stopped", "deleted", "canceled")


def of_people(workspaces: Sequence[Workspace]) -> list[Workspace]:
    """Without those that are made ahead of need: nobody waits for them or works in them."""
    return [one for one in workspaces if not one.prebuild]


def queued(workspaces: Sequence[Workspace]) -> list[Workspace]:
    """That somebody waits for."""
    return [one for one in of_people(workspaces) if one.status == "pending"]


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
    """People's that Coder has started and nobody has stopped."""
    return [one for one in of_people(workspaces) if one.status == "running" and one.transition == "start"]


def owners(workspaces: Sequence[Workspace]) -> tuple[str, ...]:
    """People, sorted, each once."""
    return tuple(sorted({one.owner for one in of_people(workspaces) if one.owner}))


def person_count(workspaces: Sequence[Workspace]) -> int:
    """Of those who have a workspace that runs or is to run."""
    return len({one.owner for one in of_people(workspaces) if one.transition == "start" and one.status != "canceled"})


class Start(NamedTuple):
    workspace: Workspace
    took: StartTook
    """Of one that is not ready yet, until now."""

    @property
    def ready(self) -> bool:
        return self.workspace.took is not None


GIVEN_UP_AFTER = timedelta(hours=4)
"""What runs so long and has not told that it is ready is not waited for any more."""
_STARTS = ("pending", "starting", "running")


def starts(workspaces: Sequence[Workspace], now: datetime, late_after_s: float) -> list[Start]:
    """People's that became ready of the last half hour's starts, and all that should be ready and are not.

    Neither are those whose start-up script failed, nor those whose agent restarted since.
    """
    found = []
    since = now - WINDOW
    for one in of_people(workspaces):
        if one.transition != "start" or one.created_at is None or one.status not in _STARTS:
            continue
        if one.took is not None:
            if since <= one.created_at <= now + CLOCKS_DIFFER:
                found.append(Start(one, one.took))
        elif _is_late(one, one.created_at, now, late_after_s) and (took := start_took(one, now)) is not None:
            found.append(Start(one, took))
    return found


def _is_late(one: Workspace, asked_at: datetime, now: datetime, late_after_s: float) -> bool:
    waited = now - asked_at
    given_up = one.status == "running" and waited > GIVEN_UP_AFTER
    return one.ready_at is None and not one.restarted and not given_up and waited.total_seconds() >= late_after_s


def longest_stage(starts: Iterable[Start]) -> tuple[str, float] | None:
    """The stage that takes most of the time, and its share of the four."""
    sums = [sum(stage) for stage in zip(*(start.took.stages_s for start in starts), strict=True)]
    whole = sum(sums)
    if not whole:
        return None
    most = max(sums)
    return STAGES[sums.index(most)], most / whole
