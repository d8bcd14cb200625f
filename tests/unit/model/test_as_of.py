"""What stood at one time is worked out from the journal; what came later is not there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fakes.noon import NOON
from workshop_tui.model.alert import Alert, AlertKey
from workshop_tui.model.as_of import alerts_as_of, incidents_as_of, items_as_of, records_as_of
from workshop_tui.model.incident import Incident, IncidentEntry, Severity
from workshop_tui.model.item import ItemStatus
from workshop_tui.model.journal import JournalEntry
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.record import Records, SentMessage
from workshop_tui.model.registration import RegistrationStatus
from workshop_tui.model.sign_in import Participant

MINUTE = timedelta(minutes=1)


def entry(
    minute: int,
    kind: str,
    subject: str,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> JournalEntry:
    return JournalEntry(minute, 1, NOON + minute * MINUTE, "ana", kind, subject, before or {}, after or {})


ITEM = (
    entry(1, "item.changed", "agenda", after={"status": "not-needed", "reason": "told by hand"}),
    entry(2, "incident.opened", "agenda"),
    entry(3, "item.changed", "agenda", after={"owner": "bo"}),
    entry(5, "item.changed", "agenda", after={"status": "open", "reason": ""}),
)


@pytest.mark.parametrize(
    ("minute", "stood"),
    [
        (0, None),
        (1, (ItemStatus.NOT_NEEDED, "told by hand", "", 1)),
        (4, (ItemStatus.NOT_NEEDED, "told by hand", "bo", 2)),
        (5, (ItemStatus.OPEN, "", "bo", 3)),
    ],
)
def test_an_item_is_what_was_said_of_it_until_then(minute: int, stood: object) -> None:
    state = items_as_of(ITEM, NOON + minute * MINUTE).get("agenda")
    assert (state and (state.status, state.reason, state.owner, state.revision)) == stood


INCIDENT = Incident(
    7,
    1,
    1,
    "Slow",
    Severity.P1,
    NOON + MINUTE,
    "ana",
    resolved_at=NOON + 9 * MINUTE,
    entries=tuple(
        IncidentEntry(NOON + minute * MINUTE, "ana", "", kind)
        for minute, kind in ((1, "opened"), (4, "resolved"), (6, "reopened"), (9, "resolved"))
    ),
)
INCIDENT_JOURNAL = (
    entry(3, "incident.severity", "7", {"severity": "P3"}, {"severity": "P2"}),
    entry(3, "incident.severity", "8", {"severity": "P0"}, {"severity": "P0"}),
    entry(5, "incident.severity", "7", {"severity": "P2"}, {"severity": "P1"}),
)


@pytest.mark.parametrize(
    ("minute", "stood"),
    [
        (0, []),
        (1, [("Slow", Severity.P3, True, 1)]),
        (3, [("Slow", Severity.P2, True, 1)]),
        (4, [("Slow", Severity.P2, False, 2)]),
        (6, [("Slow", Severity.P1, True, 3)]),
        (9, [("Slow", Severity.P1, False, 4)]),
    ],
)
def test_an_incident_has_the_title_severity_and_timeline_that_it_had(minute: int, stood: object) -> None:
    shown = incidents_as_of([INCIDENT], INCIDENT_JOURNAL, NOON + minute * MINUTE)
    assert [(one.title, one.severity, one.open, len(one.entries)) for one in shown] == stood


ALERT = Alert(
    3,
    AlertKey("node-storage", "ohio"),
    Outcome.FAIL,
    "Storage",
    "97 %",
    ("ana", "bo"),
    12,
    "",
    NOON + MINUTE,
    NOON,
    cleared_at=NOON + 9 * MINUTE,
    acknowledged_at=NOON + 6 * MINUTE,
    acknowledged_by="ana",
    word="mine",
    incident_id=7,
)
ALERT_JOURNAL = (
    entry(1, "alert.raised", "3", after={"outcome": "warn", "message": "80 %", "people": ["ana"]}),
    entry(2, "alert.acknowledged", "3", after={"word": "look"}),
    entry(4, "alert.changed", "3", after={"outcome": "fail", "message": "97 %", "people": ["ana", "bo"]}),
    entry(6, "alert.acknowledged", "3", after={"word": "mine"}),
    entry(8, "alert.linked", "3"),
)


@pytest.mark.parametrize(
    ("minute", "stood"),
    [
        (0, []),
        (1, [(Outcome.WARN, "80 %", ("ana",), "", None, True)]),
        (2, [(Outcome.WARN, "80 %", ("ana",), "look", None, True)]),
        (4, [(Outcome.FAIL, "97 %", ("ana", "bo"), "", None, True)]),
        (6, [(Outcome.FAIL, "97 %", ("ana", "bo"), "mine", None, True)]),
        (8, [(Outcome.FAIL, "97 %", ("ana", "bo"), "mine", 7, True)]),
        (9, [(Outcome.FAIL, "97 %", ("ana", "bo"), "mine", 7, False)]),
    ],
)
def test_an_alert_is_as_bad_as_it_was_and_asks_for_eyes_again_when_it_gets_worse(minute: int, stood: object) -> None:
    shown = alerts_as_of([ALERT], ALERT_JOURNAL, NOON + minute * MINUTE)
    assert [(a.outcome, a.message, a.people, a.word, a.incident_id, a.open) for a in shown] == stood


@pytest.mark.parametrize(("minute", "known", "sent"), [(0, False, 0), (2, True, 0), (3, True, 1)])
def test_people_and_messages_are_told_only_from_when_they_were_there(minute: int, known: bool, sent: int) -> None:
    records = Records(
        people=((RegistrationStatus.REGISTERED, 12),),
        people_changed_at=NOON + 2 * MINUTE,
        sent=(SentMessage("agenda", "text", NOON, "ana", NOON + 3 * MINUTE),),
        participants=(Participant("ana", "ana@example.test", ""),),
    )
    then = records_as_of(records, NOON + minute * MINUTE)
    assert then.count(RegistrationStatus.REGISTERED) == (12 if known else 0)
    assert bool(then.participants) is known
    assert len(then.sent) == sent
