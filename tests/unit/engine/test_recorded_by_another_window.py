from __future__ import annotations

import asyncio
from pathlib import Path

from fakes.rooms import Stage
from workshop_tui.model.outcome import Outcome
from workshop_tui.session.live import Runtime
from workshop_tui.store.store import Store


def outcome(runtime: Runtime, item_id: str) -> Outcome | None:
    assert runtime.checklist is not None
    view = runtime.checklist.view(item_id)
    assert view is not None
    return view.outcome


async def test_an_agenda_noted_on_the_command_line_ticks_the_line_in_the_open_control_room(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "workshops.db")
    runtime = await stage.open()
    running = asyncio.create_task(runtime.run())
    told = asyncio.Event()
    runtime.subscribe(lambda _: told.set())
    other = await Store.open(stage.database, clock=stage.clock)
    try:
        assert runtime.workshop is not None
        assert outcome(runtime, "agenda") is None
        await other.sent_messages.add(runtime.workshop, "agenda", "text", "Ben")
        async with asyncio.timeout(10):
            while outcome(runtime, "agenda") is not Outcome.PASS:
                await told.wait()
                told.clear()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await other.close()
        await runtime.close()


async def test_what_was_recorded_before_is_judged_when_the_control_room_opens(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "workshops.db")
    runtime = await stage.open()
    assert runtime.workshop is not None
    await runtime.store.sent_messages.add(runtime.workshop, "agenda", "text", "Ben")
    await runtime.close()
    runtime = await stage.open()
    try:
        assert outcome(runtime, "agenda") is Outcome.PASS
    finally:
        await runtime.close()
