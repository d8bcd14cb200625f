"""The rule that would have seen the key of 30 September 2024 end, and rotate, in the middle of the session."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from workshop_tui.checks import gateway_key_outlives_workshop as check
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding
from workshop_tui.model.gateway import GatewayKey, KeyState
from workshop_tui.model.kinds import GATEWAY_KEY
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.model.workshop import Workshop
from workshop_tui.settings.settings import Settings

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
STARTS = NOW + 2 * DAY
ENDS = STARTS + timedelta(minutes=75)
WORKSHOP = Workshop(1, "December", STARTS, timedelta(minutes=75), 12, "UTC", NOW)
SETTINGS = Settings.model_validate(
    {
        "region": [{"name": "ohio", "role": "control-plane", "context": "us-east-2"}],
        "gateway": {"kind": "litellm", "url": "https://gateway.test", "key": {"env": "KEY"}},
    }
)


def judged(key: GatewayKey | None, workshop: Workshop | None = WORKSHOP, now: datetime = NOW) -> list[Finding]:
    where = SourceKey(GATEWAY_KEY.name, None)
    readings = {} if key is None else {where: Reading(where, key, now)}
    return list(check.judge(Facts(now, workshop, readings), SETTINGS))


def valid(expires_at: datetime | None = None, **changed: object) -> GatewayKey:
    return GatewayKey(KeyState.VALID, alias="workshop", masked="sk-...1234", expires_at=expires_at, **changed)  # type: ignore[arg-type]


def one(key: GatewayKey, workshop: Workshop | None = WORKSHOP, now: datetime = NOW) -> Finding:
    (found,) = judged(key, workshop, now)
    return found


@pytest.mark.parametrize(
    ("expires_at", "outcome", "message"),
    [
        (NOW - 3 * HOUR, Outcome.FAIL, "the key expired 3 h ago"),
        (NOW, Outcome.FAIL, "the key expired 0 s ago"),
        (STARTS - HOUR, Outcome.FAIL, "the key expires before the workshop, in 2 d"),
        (STARTS, Outcome.FAIL, "the key expires during the workshop, in 2 d"),
        (ENDS, Outcome.FAIL, "the key expires during the workshop, in 2 d"),
        (ENDS + SECOND, Outcome.FAIL, "the key has 2 d left (under 3 d), 7 d are needed"),
        (NOW + 7 * DAY - SECOND, Outcome.FAIL, "the key has just under 7 d left, 7 d are needed"),
        (NOW + 7 * DAY, Outcome.PASS, "7 d left"),
        (NOW + 30 * DAY, Outcome.PASS, "30 d left"),
        (None, Outcome.PASS, "the key never expires"),
    ],
)
def test_a_key_is_judged_by_its_end_and_the_workshops(
    expires_at: datetime | None, outcome: Outcome, message: str
) -> None:
    found = one(valid(expires_at))
    assert (found.outcome, found.message, found.subject) == (outcome, message, "workshop")
    assert (found.remedy is not None) == (outcome is Outcome.FAIL)
    assert dict(found.evidence)["expires"] == (f"{expires_at:%Y-%m-%d %H:%M} UTC" if expires_at else "never")


@pytest.mark.parametrize(
    ("left", "hurry"), [(timedelta(hours=23), " (under 1 d)"), (2 * DAY, " (under 3 d)"), (5 * DAY, "")]
)
def test_without_a_workshop_the_days_alone_decide_and_the_last_ones_are_named(left: timedelta, hurry: str) -> None:
    found = one(valid(NOW + left), None)
    assert found.outcome is Outcome.FAIL
    assert found.message.endswith(f"left{hurry}, 7 d are needed")


def test_after_the_workshop_the_days_decide_again() -> None:
    after = ENDS + HOUR
    assert one(valid(ENDS + 10 * DAY), now=after).outcome is Outcome.PASS
    assert "are needed" in one(valid(after + DAY), now=after).message


@pytest.mark.parametrize(
    ("state", "outcome", "said"),
    [
        (KeyState.EXPIRED, Outcome.FAIL, "has expired"),
        (KeyState.BLOCKED, Outcome.FAIL, "is blocked"),
        (KeyState.NOT_FOUND, Outcome.FAIL, "rotated or deleted"),
        (KeyState.MASTER, Outcome.UNKNOWN, "master key, which has no expiry"),
        (KeyState.NO_DATABASE, Outcome.UNKNOWN, "keeps no database of keys"),
    ],
)
def test_a_key_that_is_refused_fails_and_one_whose_end_cannot_be_read_is_unknown(
    state: KeyState, outcome: Outcome, said: str
) -> None:
    found = one(GatewayKey(state, masked="sk-...1234", expires_at=NOW + 90 * DAY))
    assert (found.outcome, found.subject) == (outcome, "sk-...1234")
    assert said in found.message
    assert found.remedy is not None


def test_an_expired_key_is_renewed_and_a_lost_one_made_anew() -> None:
    renewed, made = one(GatewayKey(KeyState.EXPIRED)), one(GatewayKey(KeyState.NOT_FOUND))
    assert renewed.remedy is not None
    assert "/key/update" in (renewed.remedy.command or "")
    assert made.remedy is not None
    assert "/key/generate" in (made.remedy.command or "")
    assert renewed.subject == "gateway key"


def rotating(last: datetime | None, every: str, **changed: object) -> GatewayKey:
    return valid(NOW + 90 * DAY, auto_rotate=True, last_rotation_at=last, rotation_interval=every, **changed)


@pytest.mark.parametrize(
    ("last", "every", "at"),
    [
        (STARTS - 4 * HOUR, "4h", STARTS),  # inside
        (STARTS - 4 * HOUR - timedelta(minutes=10), "4h", STARTS - timedelta(minutes=10)),  # while people come in
        (ENDS - 30 * DAY, "30d", ENDS),  # at its very end
        (STARTS - 23 * HOUR, "4h", STARTS + HOUR),  # several periods later
    ],
)
def test_a_rotation_that_touches_the_session_fails(last: datetime, every: str, at: datetime) -> None:
    validity, rotation = judged(rotating(last, every))
    assert validity.outcome is Outcome.PASS
    assert (rotation.outcome, rotation.subject) == (Outcome.FAIL, "workshop rotation")
    assert rotation.message == f"the key rotates at {at:%H:%M} UTC, inside the workshop: every workspace would restart"
    assert ("falls at", f"{at:%Y-%m-%d %H:%M} UTC") in rotation.evidence
    assert rotation.remedy is not None
    assert "--replicas=0" in (rotation.remedy.command or "")


@pytest.mark.parametrize(
    "key",
    [
        rotating(ENDS - 30 * DAY + timedelta(minutes=1), "30d"),  # a minute after its end
        valid(last_rotation_at=STARTS - 4 * HOUR, rotation_interval="4h"),  # never rotates
        rotating(None, "4h"),
        rotating(STARTS - 4 * HOUR, "whenever"),
    ],
    ids=["after the end", "not rotated", "last rotation unknown", "period unknown"],
)
def test_no_rotation_inside_the_session_no_finding(key: GatewayKey) -> None:
    assert [found.outcome for found in judged(key)] == [Outcome.PASS]


def test_without_a_workshop_no_rotation_is_inside_one() -> None:
    assert len(judged(rotating(STARTS - 4 * HOUR, "4h"), None)) == 1


def test_what_is_known_of_rotation_stands_in_the_evidence() -> None:
    assert dict(judged(rotating(None, "4h"))[0].evidence)["rotates"] == "every 4h, last unknown"
    known = dict(judged(rotating(NOW - HOUR, ""))[0].evidence)["rotates"]
    assert known == f"every ?, last {NOW - HOUR:%Y-%m-%d %H:%M} UTC"


def test_without_an_answer_of_the_gateway_nothing_is_said() -> None:
    assert judged(None) == []
