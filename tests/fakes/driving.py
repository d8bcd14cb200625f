"""Waits for what a person would see, never for a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual.pilot import Pilot

from workshop_tui.widgets.row_list import RowList


def screen_text(pilot: Pilot[None]) -> str:
    """All that stands on the screen, line by line."""
    compositor = pilot.app.screen._compositor
    return "\n".join("".join(segment.text for segment in line) for line in compositor.render_strips())


async def until(pilot: Pilot[None], seen: Callable[[], bool], *, within_s: float = 10) -> None:
    """Raises `TimeoutError` with the screen's text."""
    try:
        async with asyncio.timeout(within_s):
            while not seen():
                await pilot.pause(0.02)
    except TimeoutError:
        raise TimeoutError(f"never came; the screen was:\n{screen_text(pilot)}") from None


async def until_text(pilot: Pilot[None], *texts: str) -> None:
    await until(pilot, lambda: all(text in screen_text(pilot) for text in texts))


async def go_to(pilot: Pilot[None], key: str) -> None:
    """Put the cursor of the room's list on a row."""
    pilot.app.screen.query(RowList).first().cursor_key = key
    await pilot.pause()
