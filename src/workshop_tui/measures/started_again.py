"""How many workspaces that ran were started again within a few minutes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from workshop_tui.measures.shared.answer import judged
from workshop_tui.measures.shared.builds import of_people, owners, person_count
from workshop_tui.measures.shared.limit import Limit, Step
from workshop_tui.measures.shared.measure import AlertRule, Measure, Unit
from workshop_tui.measures.shared.window import CLOCKS_DIFFER
from workshop_tui.model.coder import Workspace
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import WORKSPACES
from workshop_tui.model.measure import MeasureValue
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings

WITHIN = timedelta(minutes=5)
SOON_AFTER = timedelta(minutes=2)
"""A start this soon after the run before goes on with it; a later one is somebody who comes back."""
HUNDRED = 100
"""The limits are for so many workspaces or fewer, and grow with more: a few of a thousand are chance again."""


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    """Of those whose newest build is a start that ended, or soon followed, a run."""
    every = facts.get(WORKSPACES) or ()
    again = [one for one in of_people(every) if _was_interrupted(one, facts.now)]
    started = sum(one.transition == "start" for one in of_people(every))
    found = judged(
        MEASURE,
        facts,
        settings,
        region,
        len(again) / max(1.0, started / HUNDRED),
        facts.taken_at(WORKSPACES),
        f"of {started} in 5 min" if again else "",
        owners(again),
        person_count(every),
    )
    return found if found.value is None else replace(found, value=float(len(again)))


def _was_interrupted(workspace: Workspace, now: datetime) -> bool:
    """By its owner or by something else; Coder's own schedule starts what nobody used."""
    asked_at, ran_until = workspace.created_at, workspace.ran_until
    if workspace.transition != "start" or workspace.reason == "autostart" or asked_at is None or ran_until is None:
        return False
    return now - WITHIN <= asked_at <= now + CLOCKS_DIFFER and ran_until >= asked_at - SOON_AFTER


MEASURE = Measure(
    id="started-again",
    title="Started again, 5 min",
    unit=Unit.COUNT,
    why="Workspaces that ran and were started anew within five minutes. One is its owner's doing; several at once are "
    "something else's, as the key's rotation, and people lose what they were at. Seen while this program looks on.",
    needs=(WORKSPACES,),
    value=value,
    origin="Coder",
    alert=AlertRule("workspaces-restart"),
    limit=lambda _: Limit(
        Step(warn=3, fail=5),
        "ours, of up to 100 workspaces: three at once are hardly chance; on 30 September 2024 all were restarted",
    ),
    whole_platform=True,
)
