"""Two lines on top of every room: where we are, how it stands, where to look."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from workshop_tui.model.attention import StripView
from workshop_tui.present.strip import first_line, second_line
from workshop_tui.widgets.tones import to_content


class StatusStrip(Widget):
    DEFAULT_CSS = """
    StatusStrip {
        dock: top;
        height: 2;
        padding: 0 1;
        background: $surface;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    """

    view: reactive[StripView | None] = reactive(None, repaint=False)

    _shown: Content | None = None

    def watch_view(self) -> None:
        if (content := self._content()) != self._shown:
            self._shown = content
            self.refresh()

    def on_resize(self) -> None:
        self.watch_view()

    def _content(self) -> Content:
        if self.view is None:
            return Content("workshop-tui  opening…")
        width = self.content_size.width or 80
        lines = (first_line(self.view, width), second_line(self.view, width))
        return Content("\n").join(to_content(line) for line in lines)

    def render(self) -> Content:
        return self._shown or self._content()
