"""Room 1, on a real store with scripted sources."""

from __future__ import annotations

from datetime import timedelta

from fakes.driving import go_to, screen_text, until, until_text
from fakes.rooms import Stage
from workshop_tui.model.item import ItemStatus
from workshop_tui.model.outcome import Outcome
from workshop_tui.store.store import Store
from workshop_tui.widgets.row_list import RowList

KEY_ITEM = "gateway-key"
KEY_CHECK = "gateway-key-outlives-workshop"
MANUAL_ITEM = "workshop-materials"


async def test_a_sensed_item_ticks_itself_and_unticks_itself(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, lambda: outcome(stage, KEY_ITEM) is Outcome.PASS)
        stage.platform.key_days_left = 2
        await until(pilot, lambda: outcome(stage, KEY_ITEM) is Outcome.FAIL)
        await until_text(pilot, "NO-GO")


async def test_x_marks_a_hand_made_item_done_and_x_again_opens_it(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await go_to(pilot, MANUAL_ITEM)
        await pilot.press("x")
        await until(pilot, lambda: status(stage, MANUAL_ITEM) is ItemStatus.DONE)
        await until_text(pilot, "done by ana")
        await pilot.press("x")
        await until(pilot, lambda: status(stage, MANUAL_ITEM) is ItemStatus.OPEN)


async def test_not_needed_and_deferred_ask_for_a_reason_that_stays_visible(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await go_to(pilot, MANUAL_ITEM)
        await pilot.press("w", "enter")
        await until_text(pilot, "a reason is needed")
        await pilot.press(*"same as May", "enter")
        await until(pilot, lambda: status(stage, MANUAL_ITEM) is ItemStatus.NOT_NEEDED)
        await until_text(pilot, "same as May")
        await pilot.press("d")
        await pilot.press(*"friday", "enter")
        await until(pilot, lambda: status(stage, MANUAL_ITEM) is ItemStatus.DEFERRED)


async def test_a_sensed_item_is_overridden_only_with_a_reason_and_stays_marked(stage: Stage) -> None:
    stage.platform.key_days_left = 2
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, lambda: outcome(stage, KEY_ITEM) is Outcome.FAIL)
        await go_to(pilot, KEY_ITEM)
        await pilot.press("x")
        await until_text(pilot, "why?")
        await pilot.press(*"new key at noon", "enter")
        await until(pilot, lambda: outcome(stage, KEY_ITEM) is Outcome.WAIVED)
        await until_text(pilot, "◎", "new key at noon", "sensed: ✗ fail")
        await pilot.press("x")
        await until(pilot, lambda: outcome(stage, KEY_ITEM) is Outcome.FAIL)


async def test_a_waiver_lapses_when_the_check_passes_and_undo_does_not_bring_it_back(stage: Stage) -> None:
    stage.platform.key_days_left = 2
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, lambda: outcome(stage, KEY_ITEM) is Outcome.FAIL)
        await go_to(pilot, KEY_ITEM)
        await pilot.press("w")
        await pilot.press(*"other key", "enter")
        await until(pilot, lambda: outcome(stage, KEY_ITEM) is Outcome.WAIVED)
        stage.now += timedelta(minutes=1)
        stage.platform.key_days_left = 30
        await until(pilot, lambda: outcome(stage, KEY_ITEM) is Outcome.PASS)
        await pilot.press("h")
        await until_text(pilot, "the waiver lapsed", "other key")
        await pilot.press("escape", "u")
        await until_text(pilot, "Undone")
        assert outcome(stage, KEY_ITEM) is Outcome.PASS


async def test_undo_walks_back_through_what_was_done(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await go_to(pilot, MANUAL_ITEM)
        await pilot.press("o")
        await pilot.press(*"bo", "enter")
        await until_text(pilot, "bo ·")
        await pilot.press("x")
        await until(pilot, lambda: status(stage, MANUAL_ITEM) is ItemStatus.DONE)
        await pilot.press("u")
        await until(pilot, lambda: status(stage, MANUAL_ITEM) is ItemStatus.OPEN)
        await pilot.press("u")
        await until(pilot, lambda: state(stage, MANUAL_ITEM).owner == "")
        await pilot.press("u")
        await until_text(pilot, "Nothing is left to undo")


async def test_undo_says_what_stays_because_somebody_changed_it_since(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await go_to(pilot, MANUAL_ITEM)
        await pilot.press("x")
        await until(pilot, lambda: status(stage, MANUAL_ITEM) is ItemStatus.DONE)
        other = await Store.open(stage.database, clock=stage.clock)
        await other.items.change(1, MANUAL_ITEM, "bo", status=ItemStatus.NOT_NEEDED, reason="as in May")
        await other.close()
        await until(pilot, lambda: status(stage, MANUAL_ITEM) is ItemStatus.NOT_NEEDED)
        await pilot.press("u")
        await until_text(pilot, "status stays, since it was")
        assert status(stage, MANUAL_ITEM) is ItemStatus.NOT_NEEDED


async def test_a_note_is_on_disk_while_it_is_written(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await go_to(pilot, MANUAL_ITEM)
        await pilot.press("n")
        await until_text(pilot, "saved while you type")
        await pilot.press(*"slides are late")
        await until(pilot, lambda: state(stage, MANUAL_ITEM).note == "slides are late")
        await pilot.press("escape")
        await until_text(pilot, "slides are late")


async def test_a_half_typed_reason_comes_back_when_the_dialog_opens_again_after_a_crash(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await go_to(pilot, MANUAL_ITEM)
        await pilot.press("w")
        await pilot.press(*"half a rea")
        assert stage.runtime is not None
        drafts = stage.runtime.store.drafts
        for _ in range(200):
            if "half a rea" in (await drafts.all()).values():
                break
            await pilot.pause(0.02)
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await go_to(pilot, MANUAL_ITEM)
        await pilot.press("w")
        await until_text(pilot, "half a rea")


async def test_the_cursor_begins_at_the_next_open_item_and_a_dot_goes_on(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        rows = pilot.app.screen.query_one("#items", RowList)
        await until(pilot, lambda: rows.cursor_key is not None)
        first = rows.cursor_key
        assert stage.runtime is not None
        checklist = stage.runtime.checklist
        assert checklist is not None
        assert checklist.next_open() is not None
        await pilot.press("full_stop")
        second = checklist.next_open(first)
        assert second is not None
        assert rows.cursor_key == second.item.id


async def test_run_again_shows_what_is_being_asked_and_then_its_answer(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, lambda: outcome(stage, KEY_ITEM) is Outcome.PASS)
        stage.platform.key_days_left = 1
        await go_to(pilot, KEY_ITEM)
        await pilot.press("r")
        await until(pilot, lambda: outcome(stage, KEY_ITEM) is Outcome.FAIL)
        await pilot.press("F", "R")
        await until(pilot, lambda: not running(stage))


async def test_go_is_signed_with_who_when_and_why(stage: Stage) -> None:
    stage.platform.key_days_left = 2
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, lambda: outcome(stage, KEY_ITEM) is Outcome.FAIL)
        await pilot.press("g")
        await until_text(pilot, "Blockers", "Sign GO")
        await pilot.press("tab", "enter")
        await until_text(pilot, "say why you decide otherwise")
        await pilot.press(*"we renew it tonight", "tab", "enter")
        await until(pilot, lambda: len(decisions(stage)) == 1)
        (decision,) = decisions(stage)
        assert decision.signed_by == "ana"
        assert decision.reason == "we renew it tonight"
        assert decision.computed == "no-go"
        assert decision.verdict == "go"
        await until_text(pilot, "signed GO by ana")


async def test_the_dialog_says_what_changed_since_the_last_signature(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await pilot.press("g")
        await until_text(pilot, "The checklist says  ✓ GO")
        await pilot.press("tab", "enter")
        await until(pilot, lambda: len(decisions(stage)) == 1)
        stage.platform.key_days_left = 2
        await until(pilot, lambda: outcome(stage, KEY_ITEM) is Outcome.FAIL)
        await pilot.press("g")
        await until_text(pilot, "Since", "signed by ana", "✓ → ✗ The gateway's key outlives the workshop")


async def test_due_times_move_with_the_workshop(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        assert stage.runtime is not None
        record, checklist = stage.runtime.record, stage.runtime.checklist
        assert record is not None
        assert checklist is not None
        before = checklist.items[0].due_at
        await record.reschedule(starts_at=record.workshop.starts_at + timedelta(days=7))
        await pilot.pause()
        moved = stage.runtime.checklist
        assert moved is not None
        assert moved.items[0].due_at == before + timedelta(days=7)


async def test_at_80_columns_enter_shows_the_detail_and_escape_the_list(stage: Stage) -> None:
    stage.platform.key_days_left = 2
    async with stage.app().run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: outcome(stage, KEY_ITEM) is Outcome.FAIL)
        await go_to(pilot, KEY_ITEM)
        await pilot.press("enter")
        await until_text(pilot, "decides itself", "Fix")
        await pilot.press("escape")
        assert pilot.app.screen.query_one("#items").display


async def test_history_tells_who_changed_what(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await go_to(pilot, MANUAL_ITEM)
        await pilot.press("x")
        await until(pilot, lambda: status(stage, MANUAL_ITEM) is ItemStatus.DONE)
        await pilot.press("h")
        await until_text(pilot, "History", "ana  done")


async def test_names_with_brackets_and_emoji_are_shown_as_they_are(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await go_to(pilot, MANUAL_ITEM)
        await pilot.press("o")
        pilot.app.screen.query_one("Input").value = "[red]bo[/] 🎉"  # type: ignore[attr-defined]
        await pilot.press("enter")
        await until_text(pilot, "[red]bo[/] 🎉")


async def test_a_terminal_of_60_by_15_still_says_how_it_stands(stage: Stage) -> None:
    stage.platform.key_days_left = 2
    async with stage.app().run_test(size=(60, 15), notifications=True) as pilot:
        await until(pilot, lambda: outcome(stage, KEY_ITEM) is Outcome.FAIL)
        await until_text(pilot, "NO-GO")
        assert "✗" in screen_text(pilot)


def state(stage: Stage, item_id: str):
    assert stage.runtime is not None
    assert stage.runtime.checklist is not None
    view = stage.runtime.checklist.view(item_id)
    assert view is not None
    return view.state


def status(stage: Stage, item_id: str) -> ItemStatus:
    return state(stage, item_id).status


def outcome(stage: Stage, item_id: str) -> Outcome | None:
    checklist = stage.runtime.checklist if stage.runtime else None
    view = checklist.view(item_id) if checklist else None
    return view.outcome if view else None


def running(stage: Stage) -> bool:
    assert stage.runtime is not None
    return bool(stage.runtime.observation and stage.runtime.observation.running)


def decisions(stage: Stage):
    assert stage.runtime is not None
    assert stage.runtime.record is not None
    return stage.runtime.record.decisions
