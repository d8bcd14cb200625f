"""The workshop's window, drawn in the checklist room."""

from __future__ import annotations

from fakes.driving import until_text
from fakes.rooms import Stage


async def test_z_draws_what_falls_into_the_window(stage: Stage) -> None:
    stage.platform.key_days_left = 2
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "NO-GO")
        await pilot.press("z")
        await until_text(pilot, "Hazards", "gateway key expires", "✗", "Let the key outlive the workshop")
        await pilot.press("escape")
        await until_text(pilot, "Infrastructure validation")
