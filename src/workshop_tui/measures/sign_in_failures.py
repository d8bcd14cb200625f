"""How often somebody was refused at the sign-in."""

from __future__ import annotations

from dataclasses import replace

from workshop_tui.measures.shared.answer import judged, unknown
from workshop_tui.measures.shared.limit import Limit, Step
from workshop_tui.measures.shared.measure import AlertRule, Measure, Unit
from workshop_tui.measures.shared.window import recent
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import SIGN_IN, SIGN_INS
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.source import SourceKey
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings

_LIMITED = "Coder limits sign-ins (429)"


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    """Of the last half hour; people are those whose last try failed.

    Tries whose end Coder does not tell are left out: the number is then the least, and never good.
    While Coder limits sign-ins from here, which refuses at least us, it fails whatever the log says. Coder's
    audit log has no row of somebody whom it refuses after an identity provider let them through.
    """
    offer, told, taken_at = facts.get(SIGN_IN), facts.get(SIGN_INS), facts.taken_at(SIGN_INS)
    limited = offer is not None and any(flow.limited for flow in offer.flows)
    if told is None and not limited:
        outcome, why = facts.missing.get(SourceKey(SIGN_INS.name), (Outcome.UNKNOWN, "no answer yet"))
        return MeasureValue(MEASURE.id, region.name, None, outcome, None, why)
    if told is None:
        return MeasureValue(MEASURE.id, region.name, 1.0, Outcome.FAIL, facts.taken_at(SIGN_IN), _LIMITED)
    everybody = [one for one in told.tries if recent(one.at, facts.now)]
    tries = [one for one in everybody if one.came_in is not None]
    untold = len(everybody) - len(tries)
    failed = sum(not one.came_in for one in tries)
    last = {one.username: one.came_in for one in tries if one.username}
    outside = tuple(sorted(name for name, came_in in last.items() if not came_in))
    words = ["at least"] if untold or (told.cut and len(everybody) == len(told.tries)) else []
    words += [f"{len(outside)} still outside"] if outside else []
    if offer is not None and any(way != "password" for way in offer.offered):
        words.append("passwords only")
    detail = ", ".join([_LIMITED, *words] if limited else words)
    found = judged(MEASURE, facts, settings, region, float(failed), taken_at, detail, outside, len(last))
    if limited:
        return replace(found, value=float(max(failed, 1)), outcome=Outcome.FAIL)
    if untold and found.outcome is Outcome.PASS:
        return unknown(
            MEASURE, region, taken_at, f"Coder does not tell how {untold} of {len(everybody)} sign-ins ended"
        )
    return found


MEASURE = Measure(
    id="sign-in-failures",
    title="Sign-ins refused",
    unit=Unit.COUNT,
    why="Who cannot sign in cannot take part: an account that is not in the organisation, or an identity provider that "
    "fails. Of the last 30 minutes, by Coder's audit log, which tells of passwords alone: who is refused after OIDC or "
    "GitHub shows in Coder's metrics, so let Prometheus tell (live.origin). Coder takes 60 requests a minute from one "
    "address: when it answers 429 from here, everybody behind this address waits.",
    needs=(SIGN_IN,),
    helps=(SIGN_INS,),
    value=value,
    origin="Coder's audit log",
    query="sum$by(increase(coderd_api_requests_processed_total"
    '{path=~".*/users/(login|oidc/callback|oauth2/github/callback).*",code=~"4..|5.."}[30m]))',
    alert=AlertRule(),
    limit=lambda _: Limit(Step(warn=1, fail=5), "targets: no authentication failure; one may be a slip (ours)"),
    whole_platform=True,
)
