"""How long the gateway's key lives on."""

from __future__ import annotations

from datetime import datetime

from workshop_tui.measures.shared.answer import judged, nothing, unknown
from workshop_tui.measures.shared.limit import Limit, Step
from workshop_tui.measures.shared.measure import AlertRule, Measure, Unit
from workshop_tui.measures.shared.window import minutes
from workshop_tui.model.facts import Facts
from workshop_tui.model.gateway import GatewayKey, KeyState, rotation_period
from workshop_tui.model.hazard import next_in, opens_at
from workshop_tui.model.kinds import GATEWAY_KEY
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    """Hours to its expiry, negative after it; of one that only rotates, to the rotation."""
    key = facts.get(GATEWAY_KEY)
    taken_at = facts.taken_at(GATEWAY_KEY)
    if key is None or key.state in (KeyState.NO_DATABASE, KeyState.NOT_FOUND):
        reason = "the gateway keeps no keys" if key and key.state is KeyState.NO_DATABASE else "the key is not found"
        return unknown(MEASURE, region, taken_at, reason)
    if key.refused and key.state is not KeyState.EXPIRED:
        left = None if key.expires_at is None else (key.expires_at - facts.now).total_seconds() / 3600
        return MeasureValue(MEASURE.id, region.name, left, Outcome.FAIL, taken_at, f"the key {key.refused}")
    rotates_at = _rotation(key, facts.now)
    detail = f"rotates in {minutes((rotates_at - facts.now).total_seconds())}" if rotates_at else ""
    workshop = facts.workshop
    inside = rotates_at is not None and workshop is not None and opens_at(workshop) <= rotates_at <= workshop.ends_at
    if inside and rotates_at is not None:
        hours = (rotates_at - facts.now).total_seconds() / 3600
        return MeasureValue(MEASURE.id, region.name, hours, Outcome.FAIL, taken_at, f"{detail}, inside the workshop")
    if key.expires_at is None:
        expired = key.state is KeyState.EXPIRED
        ends = unknown(MEASURE, region, taken_at, "it has expired, it does not tell when")
        return ends if expired else nothing(MEASURE, region, taken_at, detail or "does not expire")
    hours = (key.expires_at - facts.now).total_seconds() / 3600
    return judged(MEASURE, facts, settings, region, hours, taken_at, detail)


def _rotation(key: GatewayKey, now: datetime) -> datetime | None:
    """The next one, as far as the gateway tells."""
    every = rotation_period(key.rotation_interval)
    if not key.auto_rotate or every is None or key.last_rotation_at is None:
        return None
    return next_in(key.last_rotation_at, every, now)


MEASURE = Measure(
    id="gateway-key-clock",
    title="Gateway key lives",
    unit=Unit.HOURS,
    why="When the key of the AI tools expires, and when it rotates next: a rotation inside the workshop restarts every "
    "workspace.",
    needs=(GATEWAY_KEY,),
    value=value,
    origin="the gateway",
    alert=AlertRule("gateway-refuses"),
    limit=lambda thresholds: Limit(
        Step(warn=24, fail=3),
        "ours: longer than a workshop; before it the guide wants 7 days",
        by_cue={"before": Step(warn=24 * (thresholds.gateway_key_days + 1), fail=24 * thresholds.gateway_key_days)},
        below=True,
    ),
    whole_platform=True,
)
