"""Which of several deeds; then the dialog that shows it and asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workshop_tui.model.deed import Deed
from workshop_tui.screens.dialogs.choice import Choice
from workshop_tui.screens.dialogs.platform_deed import PlatformDeed

if TYPE_CHECKING:
    from textual.app import App

    from workshop_tui.session.live import Runtime


def ask_for_deed(app: App[None], runtime: Runtime, deeds: Sequence[Deed], rerun: Sequence[str]) -> None:
    """`rerun`: checks to ask again once it is done."""
    if len(deeds) == 1:
        app.push_screen(PlatformDeed(runtime, deeds[0], rerun))
        return
    by_key = {str(number): deed for number, deed in enumerate(deeds, 1)}

    def decided(key: str | None) -> None:
        if key is not None:
            app.push_screen(PlatformDeed(runtime, by_key[key], rerun))

    options = [(key, f"{deed.target}: {deed.effect}") for key, deed in by_key.items()]
    app.push_screen(Choice("Which change of the platform?", options), decided)
