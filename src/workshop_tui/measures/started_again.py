"""How many workspaces were started again within a few minutes."""

from __future__ import annotations

from datetime import timedelta

from workshop_tui.measures.answer import judged
from workshop_tui.measures.builds import owners, person_count
from workshop_tui.measures.limit import Limit, Step
from workshop_tui.measures.measure import AlertRule, Measure, Unit
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import WORKSPACES
from workshop_tui.model.measure import MeasureValue
from workshop_tui.settings import Region, Settings

WITHIN = timedelta(minutes=5)


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    """Of those whose newest build is a start that is not their first."""
    every = facts.get(WORKSPACES) or ()
    again = [
        one
        for one in every
        if one.transition == "start"
        and one.build_number > 1
        and one.created_at is not None
        and one.created_at >= facts.now - WITHIN
    ]
    detail = f"of {sum(one.transition == 'start' for one in every)} in 5 min" if again else ""
    return judged(
        MEASURE,
        facts,
        settings,
        region,
        float(len(again)),
        facts.taken_at(WORKSPACES),
        detail,
        owners(again),
        person_count(every),
    )


MEASURE = Measure(
    id="started-again",
    title="Started again, 5 min",
    unit=Unit.COUNT,
    why="Workspaces that were built anew within five minutes though they had been there. One is its owner's doing; "
    "several at once are something else's, as the key's rotation, and people lose what they were at.",
    needs=(WORKSPACES,),
    value=value,
    order=29,
    origin="Coder",
    alert=AlertRule("workspaces-restart"),
    limit=lambda _: Limit(
        Step(warn=3, fail=5), "ours: three at once are hardly chance; on 30 September 2024 all were restarted"
    ),
    whole_platform=True,
)
