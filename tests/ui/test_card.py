"""The T-0 card, confirmed in the checklist room."""

from __future__ import annotations

from fakes.driving import go_to, screen_text, until, until_text
from fakes.rooms import Stage
from workshop_tui.model.item import ItemStatus
from workshop_tui.widgets.row_list import RowList


async def test_each_line_by_hand_is_confirmed_with_space_and_kept(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await pilot.press("t")
        await until_text(pilot, "T-0 card", "to confirm")
        await go_to(pilot, "card.roles")
        await pilot.press("space")
        await until_text(pilot, "confirmed by ana")
        assert pilot.app.screen.query_one(RowList).cursor_key == "card.entry"
        await go_to(pilot, "card.roles")
        await pilot.press("space")
        await until(pilot, lambda: "confirmed by ana" not in screen_text(pilot))
        await pilot.press("space")
        await until_text(pilot, "confirmed by ana")
    assert stage.runtime is not None
    assert stage.runtime.record is not None
    assert stage.runtime.record.items["card.roles"].status is ItemStatus.DONE


async def test_a_sensed_line_cannot_be_confirmed_by_hand(stage: Stage) -> None:
    stage.platform.key_days_left = 2
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "NO-GO")
        await pilot.press("t")
        await until_text(pilot, "T-0 card")
        await go_to(pilot, "card.gateway-key")
        await pilot.press("space")
        await until_text(pilot, "It decides itself")
        assert "card.gateway-key" not in stage_items(stage)


def stage_items(stage: Stage) -> dict[str, object]:
    assert stage.runtime is not None
    assert stage.runtime.record is not None
    return dict(stage.runtime.record.items)
