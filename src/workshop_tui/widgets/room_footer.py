"""The footer of a room: made anew only when other keys apply, and holding none that it no longer shows."""

from __future__ import annotations

from typing import Any

from textual.widgets import Footer

from workshop_tui.widgets.closed_watchers import forget_closed_watchers


class RoomFooter(Footer):
    """Textual's would be made anew at each return to a room and each change of focus."""

    _shown: tuple[Any, ...] | None = None

    async def recompose(self) -> None:
        """Replace the keys if they differ from those that are shown."""
        if not self.is_attached:
            return
        shown = tuple(
            (binding, enabled, tooltip)
            for _, binding, enabled, tooltip in self.screen.active_bindings.values()
            if binding.show
        )
        if shown == self._shown:
            return
        self._shown = shown
        await super().recompose()
        forget_closed_watchers(self)
