"""A message to participants: read it, copy it, write it to a file, say that it was sent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label

from workshop_tui.errors import WorkshopError
from workshop_tui.present.cell import Tone, cell
from workshop_tui.present.message import sent_cell
from workshop_tui.screens.offered import offered
from workshop_tui.session.messages import Message, messages_of, note_sent, write_message
from workshop_tui.widgets.detail_pane import DetailPane
from workshop_tui.widgets.tones import to_content

if TYPE_CHECKING:
    from workshop_tui.session.live import Runtime


class Messages(ModalScreen[None]):
    CSS_PATH = "modal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,m,q", "dismiss(None)", "Close", id="messages.close"),
        Binding("right_square_bracket", "step(1)", "Next", key_display="]", id="messages.next"),
        Binding("left_square_bracket", "step(-1)", "Previous", key_display="[", id="messages.previous"),
        Binding("c", "copy", "Copy", id="messages.copy"),
        Binding("f", "write", "Write to a file", id="messages.write"),
        Binding("s", "sent", "I sent it", id="messages.sent"),
    ]

    def __init__(self, runtime: Runtime, name: str) -> None:
        super().__init__()
        self._runtime = runtime
        self._name = name
        self._messages: tuple[Message, ...] = ()
        self._asked: str = ""
        """The message for which `s` was pressed once."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return offered(action, self._runtime) and super().check_action(action, parameters)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label("Messages", classes="title", markup=False)
            yield Label("", id="sent", markup=False)
            yield DetailPane()
            sent = "s I sent it · " if offered("sent", self._runtime) else ""
            yield Label(f"[ ] other message · c copy · f to a file · {sent}esc leaves", classes="hint", markup=False)

    async def on_mount(self) -> None:
        self.query_one(DetailPane).focus()
        await self._load()

    async def _load(self) -> None:
        try:
            self._messages = await messages_of(self._runtime)
        except WorkshopError as error:
            self.query_one(DetailPane).show([cell(str(error), Tone.FAIL)])
            return
        self._show()

    @property
    def _message(self) -> Message | None:
        first = self._messages[0] if self._messages else None
        return next((message for message in self._messages if message.name == self._name), first)

    def _show(self) -> None:
        message, workshop = self._message, self._runtime.workshop
        if message is None or workshop is None:
            return
        place = f"{self._messages.index(message) + 1} of {len(self._messages)}"
        self.query_one(".title", Label).update(f"Message: {message.name}  {place}")
        if self._asked == message.name:
            said = cell(f"press s again to note that {self._runtime.person} has sent it", Tone.ACCENT)
        else:
            said = sent_cell(message.sent, workshop)
        self.query_one("#sent", Label).update(to_content(said))
        text = message.text or message.wrong
        tone = Tone.PLAIN if message.text else Tone.FAIL
        self.query_one(DetailPane).show([cell(line, tone) for line in text.splitlines()])

    def action_step(self, step: int) -> None:
        if message := self._message:
            at = self._messages.index(message)
            self._name, self._asked = self._messages[(at + step) % len(self._messages)].name, ""
            self.query_one(DetailPane).scroll_home(animate=False)
            self._show()

    def action_copy(self) -> None:
        if (message := self._message) and message.text:
            self.app.copy_to_clipboard(message.text)
            self.notify(f"Copied: {message.name}", timeout=3, markup=False)

    async def action_write(self) -> None:
        if (message := self._message) and message.text:
            try:
                path = await write_message(message, Path.cwd())
            except WorkshopError as error:
                self.notify(str(error), severity="error", markup=False)
            else:
                self.notify(f"Written: {path}", timeout=8, markup=False)

    async def action_sent(self) -> None:
        message = self._message
        if message is None or not message.text:
            return
        if self._asked != message.name:
            self._asked = message.name
            self._show()
            return
        self._asked = ""
        try:
            await note_sent(self._runtime, message)
        except WorkshopError as error:
            self.notify(f"Not saved: {error}", severity="error", timeout=15, markup=False)
        await self._load()
