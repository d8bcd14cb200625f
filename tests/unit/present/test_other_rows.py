"""Workshops, signatures, remedies, messages, changes and sources as a person reads them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from fakes.noon import NOON
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.checklist import ItemView, Readiness
from workshop_tui.model.decision import Decision, Verdict
from workshop_tui.model.finding import CheckResult, Finding, Remedy
from workshop_tui.model.guide import Detail, Item
from workshop_tui.model.item import ItemState, ItemStatus
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.record import SentMessage
from workshop_tui.model.smoke import PlatformChange
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.model.workshop import Workshop
from workshop_tui.present.cell import Tone
from workshop_tui.present.decision import decision_lines
from workshop_tui.present.finding import finding_lines
from workshop_tui.present.item_detail import item_lines, remedy_actions, remedy_command
from workshop_tui.present.message import sent_cell
from workshop_tui.present.platform_changes import change_rows
from workshop_tui.present.source import source_lines
from workshop_tui.present.workshop import workshop_rows

MINUTE = timedelta(minutes=1)
WORKSHOP = Workshop(1, "December", NOON, 75 * MINUTE, 12, "Europe/Berlin", NOON)


def test_workshops_stand_newest_first_in_their_own_time_and_the_shown_one_is_marked() -> None:
    earlier = replace(WORKSHOP, id=2, title="May", starts_at=NOON - timedelta(days=200))
    rows = workshop_rows([earlier, WORKSHOP], 2, NOON - timedelta(hours=3))
    assert [[cell.text for cell in row.cells] for row in rows] == [
        ["", "December", "Thu 3 Dec 2026 13:00", "in 3 h", "12 people"],
        ["▸", "May", "Sun 17 May 2026 14:00", "200 d ago", "12 people"],
    ]
    assert [row.key for row in rows] == ["1", "2"]


def view(title: str, outcome: Outcome | None = None, *findings: Finding) -> ItemView:
    item = Item(title, "before", "Infrastructure", title, timedelta())
    if outcome is None:
        return ItemView(item, ItemState(title), NOON)
    results = (CheckResult("c", f"{title} is fine", outcome, findings, NOON, 0.1, "it expired"),) if findings else ()
    return ItemView(item, ItemState(title), NOON, results, outcome)


SCALE = "kubectl --context eu -n coder scale deployment/coder --replicas=2"
FAILS = Finding("key", Outcome.FAIL, "it expired", "ohio", (("end", "noon"), ("alias", "x")), Remedy("Renew.", SCALE))


def test_a_signature_names_what_stands_against_it_and_who_signed_before() -> None:
    hand_made = tuple(view(f"line {number}") for number in range(1, 11))
    readiness = Readiness(
        Verdict.NO_GO, (view("The key", Outcome.FAIL, FAILS), view("Routes", Outcome.UNKNOWN)), hand_made
    )
    signed = [
        Decision(n, 1, Verdict.GO, Verdict.NO_GO, (), "we watch it" if n == 4 else "", f"p{n}", NOON)
        for n in range(1, 5)
    ]
    lines = [line.text for line in decision_lines(readiness, signed, 20 * MINUTE, "ana", "UTC")]
    assert lines == [
        "The checklist says  ✗ NO-GO",
        "Blockers",
        "  ✗ The key — it expired",
        "  ? Routes — not asked yet",
        "Not settled by hand: 10 lines",
        *(f"  ☐ line {number}" for number in range(1, 9)),
        "  … and 2 more",
        "Checklist time  20 min (target: under 30 min)",
        "Signs as  ana",
        "Signed before  ✓ GO by p2, Thu 3 Dec 12:00",
        "Signed before  ✓ GO by p3, Thu 3 Dec 12:00",
        'Signed before  ✓ GO by p4, Thu 3 Dec 12:00: "we watch it"',
    ]


def test_a_signature_with_nothing_against_it_is_short() -> None:
    lines = decision_lines(Readiness(Verdict.GO, (), (view("one line"),)), [], None, "ana", "UTC")
    assert [line.text for line in lines] == [
        "The checklist says  ✓ GO",
        "Not settled by hand: 1 line",
        "  ☐ one line",
        "Checklist time  no mark yet (target: under 30 min)",
        "Signs as  ana",
    ]
    eight = tuple(view(f"line {number}") for number in range(8))
    texts = [line.text for line in decision_lines(Readiness(Verdict.GO, (), eight), [], None, "ana", "UTC")]
    assert not any("more" in text for text in texts)


@pytest.mark.parametrize(
    ("finding", "may_act", "texts"),
    [
        (
            FAILS,
            True,
            [
                "  ✗ ohio key  it expired",
                "    end    noon",
                "    alias  x",
                "    Fix Renew.",
                f"      $ {SCALE}",
                "      a does it, after a yes; C undoes it",
            ],
        ),
        (replace(FAILS, evidence=(), subject="key of ohio"), False, None),
        (replace(FAILS, outcome=Outcome.PASS, evidence=()), True, ["  ✓ ohio key  it expired"]),
        (
            replace(FAILS, outcome=Outcome.NOT_APPLICABLE, evidence=(), region=None),
            True,
            ["  – key  it expired", "    Do Renew.", f"      $ {SCALE}"],
        ),
        (
            replace(FAILS, evidence=(), remedy=Remedy("Look.", "a\nb")),
            True,
            ["  ✗ ohio key  it expired", "    Fix Look.", "      $ a", "      $ b"],
        ),
        (replace(FAILS, evidence=(), remedy=Remedy("Ask.")), True, ["  ✗ ohio key  it expired", "    Fix Ask."]),
        (replace(FAILS, evidence=(), remedy=None), True, ["  ✗ ohio key  it expired"]),
    ],
)
def test_a_finding_says_what_to_do_only_where_something_is_to_do(
    finding: Finding, may_act: bool, texts: list[str] | None
) -> None:
    lines = [line.text for line in finding_lines(finding, may_act=may_act)]
    assert lines == (texts or ["  ✗ key of ohio  it expired", "    Fix Renew.", f"      $ {SCALE}"])


def test_remedies_that_are_offered_come_from_the_worst_finding_first() -> None:
    other = replace(FAILS, outcome=Outcome.WARN, remedy=Remedy("x", SCALE.replace("=2", "=4")))
    fine = replace(FAILS, outcome=Outcome.PASS, remedy=Remedy("x", SCALE.replace("=2", "=8")))
    one = view("The key", Outcome.FAIL, fine, other, FAILS, FAILS)
    assert remedy_command(one) == SCALE
    assert [action.command for action in remedy_actions(one.results)] == [SCALE, SCALE.replace("=2", "=4")]
    assert remedy_command(view("The key", Outcome.PASS, fine)) is None
    assert remedy_actions(view("The key", Outcome.PASS, fine).results) == ()


def test_an_item_in_full_tells_what_decides_it_who_overrode_it_and_why_it_is_there() -> None:
    one = view("The key", Outcome.FAIL, replace(FAILS, evidence=(), remedy=None))
    state = ItemState("x", ItemStatus.DONE, "seen by hand", "bo", "first\nsecond", "ana", NOON)
    item = replace(one.item, help="It expires.", details=(Detail("look twice"),), message="two-days")
    texts = [line.text for line in item_lines(replace(one, state=state, item=item), NOON + 2 * MINUTE, "UTC")]
    assert texts == [
        "The key",
        "~ waived · decides itself · due Thu 3 Dec 12:00 (2 min ago)",
        "Marked done by ana 2 min ago over what is sensed: ✗ fail",
        "Reason  seen by hand",
        "Message  two-days: m shows it, copies it, notes it as sent",
        "Owner  bo",
        "Note   first",
        "       second",
        "",
        "✗ fail  The key is fine  2 min ago",
        "  ✗ ohio key  it expired",
        "",
        "Why  It expires.",
        "",
        "The validation list says",
        "  · look twice",
    ]
    by_hand = replace(view("Talk"), state=ItemState("x", ItemStatus.DEFERRED, changed_by="ana"))
    assert [line.text for line in item_lines(by_hand, NOON - MINUTE, "UTC")] == [
        "Talk",
        "☐ open · a person decides · due Thu 3 Dec 12:00 (in 60 s)",
        "Deferred by ana",
    ]
    assert item_lines(view("Talk"), NOON + 2 * MINUTE, "UTC")[1].text.endswith("(2 min ago)  overdue")


@pytest.mark.parametrize(
    ("told", "said", "tone"),
    [
        (None, "not sent yet", Tone.MUTED),
        (NOON, "sent by ana, Thu 3 Dec 13:00", Tone.PASS),
        (NOON - 60 * MINUTE, "it told Thu 3 Dec 12:00: the workshop was moved since", Tone.FAIL),
    ],
)
def test_a_message_that_told_another_time_is_no_longer_fine(told: datetime | None, said: str, tone: Tone) -> None:
    sent = None if told is None else SentMessage("two-days", "text", told, "ana", NOON)
    (piece,) = sent_cell(sent, WORKSHOP).pieces
    assert (piece.text, piece.tone) == (said, tone)


def test_a_change_of_which_no_answer_came_may_be_done() -> None:
    sent = PlatformChange(1, "deployment a", "scales it", "kubectl", "ana", NOON)
    done = replace(sent, id=2, done_at=NOON)
    rows = change_rows([sent, done], NOON + MINUTE)
    assert [[cell.text for cell in row.cells] for row in rows] == [
        ["60 s", "deployment a", "scales it", "by ana"],
        ["60 s", "deployment a", "scales it: no answer came, it may be done", "by ana"],
    ]
    assert [row.cells[2].pieces[0].tone for row in rows] == [Tone.PLAIN, Tone.WARN]


def test_sources_in_trouble_come_first_and_silence_is_not_green() -> None:
    key = SourceKey("pods", "ohio")
    refused = SourceError(ErrorKind.FORBIDDEN, "the cluster forbids it")
    cases: dict[str, tuple[Reading | None, str, Tone]] = {
        "new": (Reading(key, (), NOON - MINUTE), "● ", Tone.PASS),
        "silent": (Reading(key, (), NOON - 2 * MINUTE), "? ", Tone.UNKNOWN),
        "refused": (Reading(key, (), NOON - MINUTE, refused), "✗ ", Tone.FAIL),
        "never": (Reading(key, None, None, refused), "✗ ", Tone.FAIL),
        "waits": (Reading(key, None, None), "? ", Tone.UNKNOWN),
        "unasked": (None, "? ", Tone.UNKNOWN),
    }
    expected = [(SourceKey(name, "ohio"), name, MINUTE) for name in cases]
    readings = {SourceKey(name, "ohio"): reading for name, (reading, _, _) in cases.items() if reading}
    head, *lines = source_lines(expected, readings, NOON)
    assert head.text == "Sources"
    assert [line.text.split()[1] for line in lines] == ["silent", "refused", "never", "waits", "unasked", "new"]
    for line in lines:
        _, sign, tone = cases[line.text.split()[1]]
        assert (line.pieces[0].text.strip(), line.pieces[0].tone) == (sign.strip(), tone)
    ends = {line.text.split()[1]: line.text.split("ohio")[1].strip() for line in lines}
    assert ends == {
        "new": "60 s old",
        "silent": "silent for 2 min",
        "refused": "forbidden: the cluster forbids it, last answer 60 s ago",
        "never": "forbidden: the cluster forbids it, never answered",
        "waits": "waiting for the first answer",
        "unasked": "waiting for the first answer",
    }
