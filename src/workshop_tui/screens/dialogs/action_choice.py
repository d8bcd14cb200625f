"""Which of several actions; then the dialog that shows it and asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workshop_tui.model.platform_action import PlatformAction
from workshop_tui.screens.dialogs.choice import Choice
from workshop_tui.screens.dialogs.platform_action import PlatformActionDialog

if TYPE_CHECKING:
    from textual.app import App

    from workshop_tui.session.live import Runtime


def ask_for_action(app: App[None], runtime: Runtime, actions: Sequence[PlatformAction], rerun: Sequence[str]) -> None:
    """`rerun`: checks to ask again once it is done."""
    if len(actions) == 1:
        app.push_screen(PlatformActionDialog(runtime, actions[0], rerun))
        return
    by_key = {str(number): action for number, action in enumerate(actions, 1)}

    def decided(key: str | None) -> None:
        if key is not None:
            app.push_screen(PlatformActionDialog(runtime, by_key[key], rerun))

    options = [(key, f"{action.target}: {action.effect}") for key, action in by_key.items()]
    app.push_screen(Choice("Which change of the platform?", options), decided)
