"""The key that people's AI tools use stays valid through the workshop.

What: Asks the gateway for the key's own expiry and rotation. Fails under the limit of days left (7), when it ends
before the workshop does, when it is expired, blocked, gone or has spent its budget, and when a known rotation falls
between onboarding and the end. A master key, or a gateway without a database, has no expiry that could be read:
unknown.

Why: On 30 September 2024 the key expired for seconds in the middle of the session, and its rotation restarted every
workspace.

Fix: Let the key outlive the workshop by a week, or make one that does and hand it to the templates; pause the rotation
until the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from workshop_tui.checks.shared.check import Check
from workshop_tui.checks.shared.gateway_key_remedy import make_key, raise_budget, renew_key
from workshop_tui.checks.shared.window_hazards import pause_rotation
from workshop_tui.model.duration import short
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.gateway import GatewayKey, KeyState, rotation_period
from workshop_tui.model.hazard import next_in, opens_at
from workshop_tui.model.kinds import GATEWAY_KEY
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.workshop import Workshop
from workshop_tui.settings.settings import Settings

_UNUSABLE_UNTIL_MADE_ANEW = (KeyState.BLOCKED, KeyState.NOT_FOUND)
_UNKNOWABLE = {
    KeyState.MASTER: "is the gateway's master key, which has no expiry: its rotation shows only as a changed secret",
    KeyState.NO_DATABASE: "cannot be looked up: the gateway keeps no database of keys",
}


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    key = facts.get(GATEWAY_KEY)
    if key is None:
        return
    name = key.alias or key.masked or "gateway key"
    evidence = _evidence(key, facts.now)
    remedy = renew_key(settings, facts.now, facts.workshop)
    if key.refused:
        if key.state in _UNUSABLE_UNTIL_MADE_ANEW:
            remedy = make_key(settings, facts.now, facts.workshop)
        elif key.state is not KeyState.EXPIRED:
            remedy = raise_budget(settings, key)
        yield Finding(name, Outcome.FAIL, f"the key {key.refused}", None, evidence, remedy)
        return
    if key.state in _UNKNOWABLE:
        advice = Remedy("Use a key of its own for the workshop, with an expiry, in a gateway that keeps its keys.")
        yield Finding(name, Outcome.UNKNOWN, f"the key {_UNKNOWABLE[key.state]}", None, evidence, advice)
        return
    yield _validity(key, name, facts, settings, evidence, remedy)
    if (rotation := _rotation(key, name, facts.workshop, settings)) is not None:
        yield rotation


def _validity(
    key: GatewayKey,
    name: str,
    facts: Facts,
    settings: Settings,
    evidence: tuple[tuple[str, str], ...],
    remedy: Remedy,
) -> Finding:
    if key.expires_at is None:
        return Finding(name, Outcome.PASS, "the key never expires", None, evidence)
    left = key.expires_at - facts.now
    days = settings.thresholds.gateway_key_days
    if left <= timedelta():
        return Finding(name, Outcome.FAIL, f"the key expired {short(left)} ago", None, evidence, remedy)
    workshop = facts.workshop
    if workshop is not None and facts.now < workshop.ends_at and key.expires_at <= workshop.ends_at:
        when = "during the workshop" if key.expires_at >= workshop.starts_at else "before the workshop"
        return Finding(name, Outcome.FAIL, f"the key expires {when}, in {short(left)}", None, evidence, remedy)
    if left < timedelta(days=days):
        urgent = [limit for limit in sorted(settings.thresholds.gateway_key_warn_days) if left < timedelta(days=limit)]
        hurry = f" (under {urgent[0]:g} d)" if urgent else ""
        rounded = "just under " if short(left) == f"{days:g} d" else ""
        message = f"the key has {rounded}{short(left)} left{hurry}, {days:g} d are needed"
        return Finding(name, Outcome.FAIL, message, None, evidence, remedy)
    return Finding(name, Outcome.PASS, f"{short(left)} left", None, evidence)


def _rotation(key: GatewayKey, name: str, workshop: Workshop | None, settings: Settings) -> Finding | None:
    """The first rotation that touches the window; None where none is known or none touches it."""
    period = rotation_period(key.rotation_interval)
    if not key.auto_rotate or workshop is None or key.last_rotation_at is None or period is None:
        return None
    due = next_in(key.last_rotation_at, period, opens_at(workshop))
    if due > workshop.ends_at:
        return None
    evidence = (
        ("last rotation", _time(key.last_rotation_at)),
        ("every", key.rotation_interval),
        ("falls at", _time(due)),
    )
    message = f"the key rotates at {due:%H:%M} UTC, inside the workshop: every workspace would restart"
    return Finding(f"{name} rotation", Outcome.FAIL, message, None, evidence, pause_rotation(settings))


def _evidence(key: GatewayKey, now: datetime) -> tuple[tuple[str, str], ...]:
    rows = [("alias", key.alias), ("key", key.masked), ("state", key.state.value)]
    if key.expires_at is not None:
        rows.append(("expires", _time(key.expires_at)))
    elif key.state is KeyState.VALID:
        rows.append(("expires", "never"))
    if key.auto_rotate:
        last = _time(key.last_rotation_at) if key.last_rotation_at else "unknown"
        rows.append(("rotates", f"every {key.rotation_interval or '?'}, last {last}"))
    if key.max_budget_usd is not None:
        rows.append(("budget", f"{key.spend_usd or 0:.2f} of {key.max_budget_usd:.2f} USD spent"))
    return tuple((name, value) for name, value in rows if value)


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


CHECK = Check(
    id="gateway-key-outlives-workshop",
    title="The gateway's key outlives the workshop",
    needs=(GATEWAY_KEY,),
    judge=judge,
)
