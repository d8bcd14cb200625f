"""How often somebody was refused at the sign-in."""

from __future__ import annotations

from workshop_tui.measures.answer import judged
from workshop_tui.measures.limit import Limit, Step
from workshop_tui.measures.measure import AlertRule, Measure, Unit
from workshop_tui.measures.window import recent
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import SIGN_IN, SIGN_INS
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.sign_in import SignIns
from workshop_tui.settings import Region, Settings


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    """Of the last half hour; people are those whose last try failed.

    Coder's audit log has no row of somebody whom it refuses after an identity provider let them through.
    """
    told = facts.get(SIGN_INS) or SignIns()
    tries = [one for one in told.tries if recent(one.at, facts.now)]
    failed = sum(not one.came_in for one in tries)
    last = {one.username: one.came_in for one in tries if one.username}
    outside = tuple(sorted(name for name, came_in in last.items() if not came_in))
    words = ["at least"] if told.cut and len(tries) == len(told.tries) else []
    words += [f"{len(outside)} still outside"] if outside else []
    offer = facts.get(SIGN_IN)
    if offer is None or any(way != "password" for way in offer.offered):
        words.append("passwords only")
    detail = ", ".join(words)
    return judged(MEASURE, facts, settings, region, float(failed), facts.taken_at(SIGN_INS), detail, outside, len(last))


MEASURE = Measure(
    id="sign-in-failures",
    title="Sign-ins refused",
    unit=Unit.COUNT,
    why="Who cannot sign in cannot take part: an account that is not in the organisation, or an identity provider that "
    "fails. Of the last 30 minutes, by Coder's audit log, which tells of passwords alone: who is refused after OIDC or "
    "GitHub shows in Coder's metrics, so let Prometheus tell (live.origin).",
    needs=(SIGN_INS,),
    helps=(SIGN_IN,),
    value=value,
    order=36,
    origin="Coder's audit log",
    query="sum$by(increase(coderd_api_requests_processed_total"
    '{path=~".*/users/(login|oidc/callback|oauth2/github/callback).*",code=~"4..|5.."}[30m]))',
    alert=AlertRule(),
    limit=lambda _: Limit(Step(warn=1, fail=5), "targets: no authentication failure; one may be a slip (ours)"),
    whole_platform=True,
)
