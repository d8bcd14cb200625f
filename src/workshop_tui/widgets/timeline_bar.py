"""Three lines above the footer of a replay: where in the recording we are, and how to move there."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from workshop_tui.model.timeline import TimelineView
from workshop_tui.present.timeline import timeline_lines
from workshop_tui.widgets.tones import to_lines


class TimelineBar(Widget):
    DEFAULT_CSS = """
    TimelineBar {
        height: 3;
        padding: 0 1;
        background: $surface;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    """

    view: reactive[TimelineView | None] = reactive(None)

    def render(self) -> Content:
        if self.view is None:
            return Content("")
        return to_lines(timeline_lines(self.view, self.content_size.width or 80))
