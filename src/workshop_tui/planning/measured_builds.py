"""How long builds take, from what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from workshop_tui.model.capacity import Builds, PastWorkshop
from workshop_tui.model.coder import Workspace
from workshop_tui.model.smoke import SmokeRun
from workshop_tui.settings.settings import Settings

_NEWEST = 100


def builds_of(
    workspaces: Sequence[Workspace], smoke_runs: Sequence[SmokeRun], past: PastWorkshop | None, settings: Settings
) -> Builds:
    """Of the newest starts that Coder shows and of smoke tests; else the last workshop's; else the target."""
    shown = sorted(_shown(workspaces), reverse=True)[:_NEWEST]
    tested = [seconds for run in smoke_runs for stage, seconds in run.stages if stage == "provisioning" and seconds > 0]
    counts = [(len(shown), "start", "that Coder shows"), (len(tested), "smoke test", "")]
    said = [f"{count} {what}{'s' if count > 1 else ''} {more}".rstrip() for count, what, more in counts if count]
    if said:
        return Builds(tuple(sorted([seconds for _, seconds in shown] + tested)), ", ".join(said))
    if past is not None and past.build_p50_s:
        return Builds((past.build_p50_s,), f"half of them took less at the worst of {past.title}")
    return Builds((settings.thresholds.start_time_s,), "the target for a start, not measured")


def _shown(workspaces: Sequence[Workspace]) -> list[tuple[datetime, float]]:
    """(begin, seconds) of starts that went through."""
    found = []
    for one in workspaces:
        began_at, ended_at = one.job_started_at, one.job_completed_at
        if one.transition == "start" and one.status == "running" and began_at is not None and ended_at is not None:
            found.append((began_at, (ended_at - began_at).total_seconds()))
    return [(began_at, seconds) for began_at, seconds in found if seconds > 0]
