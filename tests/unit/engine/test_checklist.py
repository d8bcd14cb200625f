from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from workshop_tui.model.checklist import Checklist, ItemView, is_overdue
from workshop_tui.model.decision import Verdict
from workshop_tui.model.finding import CheckResult
from workshop_tui.model.guide import Guide, Item, Phase
from workshop_tui.model.item import ItemState, ItemStatus
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.workshop import Workshop
from workshop_tui.session.checklist import build_checklist

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
WORKSHOP = Workshop(
    id=1,
    title="December",
    starts_at=NOW + timedelta(days=2),
    duration=timedelta(minutes=75),
    expected_people=12,
    timezone="UTC",
    created_at=NOW,
)
GUIDE = Guide(
    title="Guide",
    phases=(
        Phase("before", "T-2 days", "T-2 d", timedelta(days=-2)),
        Phase("after", "After", "After", timedelta(hours=48)),
    ),
    items=(
        Item("key", "before", "Infrastructure", "Key", timedelta(days=-2), ("key-check",)),
        Item("talk", "before", "Content", "Talk", timedelta(days=-3)),
        Item("future", "before", "Infrastructure", "Future", timedelta(days=-2), ("not-written-yet",)),
        Item("thanks", "after", "Communication", "Thanks", timedelta(hours=48)),
    ),
    cues=(),
    metrics=(),
    key_metrics=(),
    retrospective=(),
    runbook=(),
    severities=(),
    origin="test",
)


def result(outcome: Outcome) -> CheckResult:
    return CheckResult("key-check", "The key is valid", outcome, (), NOW, 0.1, "because")


def checklist(outcome: Outcome | None, *states: ItemState) -> Checklist:
    results = {"key-check": result(outcome)} if outcome else {}
    return build_checklist(GUIDE, WORKSHOP, {s.item_id: s for s in states}, results, {"key-check"}, {})


def test_a_sensed_item_ticks_and_unticks_itself() -> None:
    passed, failed = checklist(Outcome.PASS).view("key"), checklist(Outcome.FAIL).view("key")
    assert passed is not None
    assert passed.settled
    assert failed is not None
    assert not failed.settled


def test_a_check_that_never_ran_is_unknown_and_blocks() -> None:
    found = checklist(None)
    view = found.view("key")
    assert view is not None
    assert view.outcome is Outcome.UNKNOWN
    assert found.readiness.verdict is Verdict.NO_GO


def test_with_nothing_configured_a_person_decides_every_line() -> None:
    found = checklist(Outcome.NOT_APPLICABLE)
    view = found.view("key")
    assert view is not None
    assert not view.is_sensed
    assert [view.item.id for view in found.readiness.open_items] == ["key", "talk", "future"]


def test_a_tick_made_before_a_check_could_decide_does_not_outvote_it() -> None:
    for sensed in (Outcome.PASS, Outcome.FAIL):
        view = checklist(sensed, ItemState("key", ItemStatus.DONE, changed_by="ana")).view("key")
        assert view is not None
        assert (view.outcome, view.overridden) == (sensed, False)


def mixed(recorded: Outcome | None, of_platform: Outcome | None) -> ItemView:
    """The line as a check of what is recorded and one of the platform decide it together."""
    found = {
        check_id: replace(result(outcome), check_id=check_id)
        for check_id, outcome in (("smoke", recorded), ("sign-in", of_platform), ("other", Outcome.PASS))
        if outcome is not None
    }
    guide = replace(GUIDE, items=(Item("test", "before", "Infrastructure", "Test", timedelta(), ("smoke", "sign-in")),))
    view = build_checklist(guide, WORKSHOP, {}, found, {"smoke", "sign-in", "other"}, {}, {"smoke"}).view("test")
    assert view is not None
    return view


@pytest.mark.parametrize(
    ("recorded", "of_platform", "sensed"),
    [
        (None, Outcome.PASS, None),
        (Outcome.NOT_APPLICABLE, Outcome.PASS, None),
        (Outcome.NOT_APPLICABLE, Outcome.WARN, None),
        (Outcome.NOT_APPLICABLE, None, None),
        (Outcome.NOT_APPLICABLE, Outcome.FAIL, Outcome.FAIL),
        (Outcome.NOT_APPLICABLE, Outcome.UNKNOWN, Outcome.UNKNOWN),
        (Outcome.PASS, Outcome.PASS, Outcome.PASS),
        (Outcome.PASS, Outcome.NOT_APPLICABLE, Outcome.PASS),
        (Outcome.PASS, Outcome.FAIL, Outcome.FAIL),
        (Outcome.PASS, None, Outcome.UNKNOWN),
        (Outcome.FAIL, Outcome.PASS, Outcome.FAIL),
    ],
)
def test_what_the_platform_shows_cannot_tick_a_line_of_which_half_was_never_done(
    recorded: Outcome | None, of_platform: Outcome | None, sensed: Outcome | None
) -> None:
    assert mixed(recorded, of_platform).sensed is sensed


def test_a_warning_does_not_stand_against_go() -> None:
    assert checklist(Outcome.WARN).readiness.verdict is Verdict.GO


def test_an_override_keeps_what_is_sensed_visible_and_no_longer_blocks() -> None:
    found = checklist(Outcome.FAIL, ItemState("key", ItemStatus.DONE, "checked by hand", changed_by="ana"))
    view = found.view("key")
    assert view is not None
    assert view.overridden
    assert view.outcome is Outcome.WAIVED
    assert view.sensed is Outcome.FAIL
    assert found.readiness.verdict is Verdict.GO


def test_an_item_whose_check_is_not_written_is_decided_by_a_person() -> None:
    view = checklist(Outcome.PASS).view("future")
    assert view is not None
    assert not view.is_sensed
    assert not view.settled


def test_items_after_the_workshop_are_due_from_its_end_and_move_with_it() -> None:
    view = checklist(Outcome.PASS).view("thanks")
    assert view is not None
    assert view.due_at == WORKSHOP.ends_at + timedelta(hours=48)


def test_an_open_item_past_its_time_is_overdue_unless_deferred() -> None:
    view = checklist(Outcome.PASS).view("talk")
    deferred = checklist(Outcome.PASS, ItemState("talk", ItemStatus.DEFERRED, "tomorrow")).view("talk")
    assert view is not None
    assert deferred is not None
    assert is_overdue(view, NOW)
    assert not is_overdue(deferred, NOW)


def test_the_cursor_finds_the_next_open_item_and_begins_again_at_the_top() -> None:
    found = checklist(Outcome.PASS)
    after_talk = found.next_open("talk")
    after_last = found.next_open("thanks")
    assert after_talk is not None
    assert after_talk.item.id == "future"
    assert after_last is not None
    assert after_last.item.id == "talk"


def test_open_hand_made_items_are_named_but_do_not_decide() -> None:
    readiness = checklist(Outcome.PASS).readiness
    assert readiness.verdict is Verdict.GO
    assert [view.item.id for view in readiness.open_items] == ["talk", "future"]
