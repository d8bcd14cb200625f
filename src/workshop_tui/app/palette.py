"""The command palette lists what the keys do: one table serves both."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual.binding import ActiveBinding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content


class BoundCommands(Provider):
    """Every key of the open room that has a tooltip."""

    def _commands(self) -> list[tuple[str, str, Callable[[], object]]]:
        seen: dict[str, ActiveBinding] = {}
        for active in self.screen.active_bindings.values():
            if active.binding.tooltip and active.enabled:
                seen.setdefault(active.binding.id or active.binding.action, active)
        return [
            (
                active.binding.tooltip,
                self.app.get_key_display(active.binding),
                partial(self.app.run_action, active.binding.action, default_namespace=active.node),
            )
            for active in seen.values()
        ]

    async def discover(self) -> Hits:
        for title, key, run in self._commands():
            yield DiscoveryHit(Content(title), run, text=title, help=f"key {key}")

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for title, key, run in self._commands():
            if (score := matcher.match(title)) > 0:
                yield Hit(score, matcher.highlight(title), run, text=title, help=f"key {key}")
