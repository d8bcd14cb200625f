"""Lines of the checklist: how they stand, what decides them, what is said beside them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fakes.noon import NOON
from workshop_tui.model.checklist import Checklist, ItemView, PhaseView, Readiness
from workshop_tui.model.decision import Verdict
from workshop_tui.model.finding import CheckResult
from workshop_tui.model.guide import Item, Phase
from workshop_tui.model.item import ItemState, ItemStatus
from workshop_tui.model.outcome import Outcome
from workshop_tui.present.card import card_rows, card_standing
from workshop_tui.present.cell import Tone
from workshop_tui.present.checklist import checklist_rows, item_row, mark, phase_outcome, phase_rows, phase_tab

HOUR = timedelta(hours=1)
ITEM = Item("key", "before", "Infrastructure", "The gateway's key outlives the workshop", -HOUR, short="The key")
OPEN = ItemView(ITEM, ItemState("key"), NOON + HOUR)
LATE = replace(OPEN, due_at=NOON - HOUR)


def by_hand(status: ItemStatus, reason: str = "", view: ItemView = OPEN) -> ItemView:
    return replace(view, state=ItemState("key", status, reason, changed_by="ana", changed_at=NOON - 2 * HOUR))


def sensed(outcome: Outcome, *results: tuple[Outcome, str], view: ItemView = OPEN) -> ItemView:
    judged = tuple(
        CheckResult(said, said, of, (), NOON - timedelta(minutes=1 + number), 0.1, said)
        for number, (of, said) in enumerate(results)
    )
    return replace(view, sensed=outcome, results=judged)


FAILS = sensed(Outcome.FAIL, (Outcome.PASS, "fine"), (Outcome.FAIL, "it expired"))


@pytest.mark.parametrize(
    ("view", "sign", "said", "when"),
    [
        (OPEN, "☐ ○", "due in 60 min", ""),
        (LATE, "☐ ○", "overdue 60 min", ""),
        (replace(LATE, due_at=NOON), "☐ ○", "due now", ""),
        (replace(OPEN, state=ItemState("key", owner="bo")), "☐ ○", "bo · due in 60 min", ""),
        (by_hand(ItemStatus.DONE), "✓ ○", "done by ana", "2 h"),
        (by_hand(ItemStatus.NOT_NEEDED, "no AI"), "– ○", 'not needed by ana: "no AI"', "2 h"),
        (by_hand(ItemStatus.DEFERRED, "bo comes at 3"), "» ○", 'deferred by ana: "bo comes at 3"', "2 h"),
        (FAILS, "✗ ◉", "it expired", "2 min"),
        (replace(FAILS, state=ItemState("key", owner="bo")), "✗ ◉", "bo · it expired", "2 min"),
        (sensed(Outcome.PASS, (Outcome.PASS, "fine")), "✓ ◉", "fine", "60 s"),
        (sensed(Outcome.UNKNOWN), "? ◉", "not asked yet", ""),
        (by_hand(ItemStatus.DONE, "seen by hand", FAILS), "~ ◎", 'done by ana: "seen by hand"', "2 h"),
        (by_hand(ItemStatus.DONE, "", FAILS), "✗ ◉", "it expired", "2 min"),
        (replace(FAILS, running_since=NOON - timedelta(seconds=7)), "▶ ◉", "asking… 7 s", "2 min"),
    ],
)
def test_a_line_says_how_it_stands_and_who_or_what_decides_it(view: ItemView, sign: str, said: str, when: str) -> None:
    row = item_row(view, NOON)
    assert (row.key, [cell.text for cell in row.cells]) == ("key", [sign, "The key", said, when])


@pytest.mark.parametrize(
    ("view", "of_mark", "of_title", "of_said"),
    [
        (OPEN, Tone.PLAIN, Tone.PLAIN, Tone.MUTED),
        (LATE, Tone.PLAIN, Tone.PLAIN, Tone.WARN),
        (by_hand(ItemStatus.DONE), Tone.PASS, Tone.MUTED, Tone.MUTED),
        (by_hand(ItemStatus.DEFERRED, "x"), Tone.WAIVED, Tone.PLAIN, Tone.MUTED),
        (FAILS, Tone.FAIL, Tone.PLAIN, Tone.FAIL),
        (by_hand(ItemStatus.DONE, "seen", FAILS), Tone.WAIVED, Tone.PLAIN, Tone.WAIVED),
    ],
)
def test_only_what_passes_is_green_and_what_needs_a_person_stands_out(
    view: ItemView, of_mark: Tone, of_title: Tone, of_said: Tone
) -> None:
    _, title, said, _ = item_row(view, NOON).cells
    assert (mark(view).pieces[0].tone, title.pieces[-1].tone, said.pieces[-1].tone) == (of_mark, of_title, of_said)


def phase(*views: ItemView) -> PhaseView:
    return PhaseView(Phase("before", "T-2 days", "T-2 d", -HOUR), NOON + HOUR, views)


@pytest.mark.parametrize(
    ("views", "outcome", "tab"),
    [
        ((FAILS, sensed(Outcome.UNKNOWN), OPEN), Outcome.FAIL, "T-2 d ✗ 0/3"),
        ((sensed(Outcome.UNKNOWN), by_hand(ItemStatus.DONE)), Outcome.UNKNOWN, "T-2 d ? 1/2"),
        ((OPEN, by_hand(ItemStatus.DONE)), None, "T-2 d · 1/2"),
        ((LATE,), None, "T-2 d ! 0/1"),
        ((by_hand(ItemStatus.DONE), sensed(Outcome.WARN, (Outcome.WARN, "slow"))), Outcome.PASS, "T-2 d ✓ 2/2"),
        ((by_hand(ItemStatus.DONE, "seen", FAILS),), Outcome.PASS, "T-2 d ✓ 1/1"),
    ],
)
def test_a_phase_is_as_bad_as_its_worst_line_that_is_not_settled(
    views: tuple[ItemView, ...], outcome: Outcome | None, tab: str
) -> None:
    assert phase_outcome(phase(*views)) is outcome
    assert phase_tab(phase(*views), NOON).text == tab


def test_sections_have_a_heading_with_what_is_settled_and_when_it_is_due() -> None:
    people = replace(OPEN, item=replace(ITEM, id="talk", section="People", short=""))
    done = by_hand(ItemStatus.DONE)
    rows = phase_rows(phase(done, people, FAILS), NOON, "Europe/Berlin")
    assert [row.key for row in rows] == [
        "#gap/before/Infrastructure",
        "#before/Infrastructure",
        "key",
        "key",
        "#gap/before/People",
        "#before/People",
        "talk",
    ]
    assert [row.heading for row in rows] == [True, True, False, False, True, True, False]
    assert rows[1].cells[0].text == "T-2 days  Infrastructure  1/2  due in 60 min · Thu 3 Dec 14:00"
    assert rows[6].cells[1].text == ITEM.title
    settled = phase_rows(phase(done), NOON, "UTC")[1].cells[0]
    assert [piece.tone for piece in settled.pieces if piece.text == "1/1"] == [Tone.PASS]


def test_a_checklist_begins_with_a_heading_and_no_gap() -> None:
    whole = Checklist((phase(OPEN), phase(FAILS)), Readiness(Verdict.NO_GO, (FAILS,), (OPEN,)))
    rows = checklist_rows(whole, NOON, "UTC")
    assert [row.key for row in rows][:4] == [
        "#before/Infrastructure",
        "key",
        "#gap/before/Infrastructure",
        "#before/Infrastructure",
    ]


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (OPEN, "to confirm"),
        (by_hand(ItemStatus.DONE), "confirmed by ana"),
        (FAILS, "it expired"),
        (sensed(Outcome.UNKNOWN), "not asked yet"),
    ],
)
def test_a_line_of_the_card_says_what_is_left_to_do(view: ItemView, said: str) -> None:
    (row,) = card_rows([view])
    assert [cell.text for cell in row.cells][1:] == [ITEM.title, said]


@pytest.mark.parametrize(
    ("views", "said", "tone"),
    [
        ((), "0 of 0 confirmed", Tone.WARN),
        ((OPEN, by_hand(ItemStatus.DONE)), "1 of 2 confirmed", Tone.WARN),
        ((by_hand(ItemStatus.DONE),), "All confirmed: let people in.", Tone.PASS),
    ],
)
def test_people_are_let_in_only_when_each_line_of_the_card_is_confirmed(
    views: tuple[ItemView, ...], said: str, tone: Tone
) -> None:
    (piece,) = card_standing(views).pieces
    assert (piece.text, piece.tone) == (said, tone)


@pytest.mark.parametrize(
    ("after", "found"),
    [(None, "b"), ("a", "b"), ("b", "d"), ("c", "d"), ("d", "b"), ("nobody knows", "b")],
)
def test_the_next_open_line_is_looked_for_from_the_top_again(after: str | None, found: str) -> None:
    views = [replace(OPEN, item=replace(ITEM, id=name)) for name in "abcd"]
    views[0], views[2] = by_hand(ItemStatus.DONE, view=views[0]), by_hand(ItemStatus.NOT_NEEDED, view=views[2])
    whole = Checklist((phase(*views),), Readiness(Verdict.NO_GO, (), ()))
    following = whole.next_open(after)
    assert following is not None
    assert following.item.id == found
    assert Checklist((phase(views[0]),), Readiness(Verdict.GO, (), ())).next_open() is None
