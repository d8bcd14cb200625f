"""The workshop's messages, rendered to be read, copied and sent by a person."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workshop_tui.errors import UserError
from workshop_tui.guide.message_files import message_file, message_names
from workshop_tui.model.record import SentMessage
from workshop_tui.model.workshop import Workshop
from workshop_tui.system.whole_file import write_new

if TYPE_CHECKING:
    from workshop_tui.session.live import Runtime


@dataclass(frozen=True, slots=True)
class Message:
    name: str
    text: str
    """Markdown; empty when its template is wrong."""
    wrong: str = ""
    """What is wrong with its template, with file and line."""
    sent: SentMessage | None = None
    """The last time that a person said they sent it."""


async def messages_of(runtime: Runtime) -> tuple[Message, ...]:
    """By name; none without a workshop. Raises `UserError` when a team's own directory cannot be read."""
    workshop = runtime.workshop
    if workshop is None:
        return ()
    rendered = await asyncio.to_thread(_render_all, runtime, workshop)
    sent = {message.name: message for message in await runtime.store.sent_messages.all(workshop.id)}
    return tuple(Message(name, text, wrong, sent.get(name)) for name, text, wrong in rendered)


async def note_sent(runtime: Runtime, message: Message) -> None:
    """The person says that they sent it; on disk when this returns. Raises `StoreError`."""
    if runtime.workshop is not None:
        await runtime.store.sent_messages.add(runtime.workshop, message.name, message.text, runtime.person)
        await runtime.records_changed()


async def write_message(message: Message, directory: Path) -> Path:
    """A new file `agenda.md`, or `agenda-2.md`: never over another. Raises `UserError`."""

    def write() -> Path:
        number = 1
        while True:
            path = directory / (f"{message.name}.md" if number == 1 else f"{message.name}-{number}.md")
            try:
                write_new(path, message.text.encode())
            except FileExistsError:
                number += 1
            except OSError as error:
                raise UserError(f"cannot write {path}: {error.strerror}") from None
            else:
                return path

    return await asyncio.to_thread(write)


def _render_all(runtime: Runtime, workshop: Workshop) -> list[tuple[str, str, str]]:
    from workshop_tui.report.messages import message_facts, render_message  # noqa: PLC0415  # loads jinja2

    settings = runtime.settings
    directory = Path(settings.messages_directory) if settings.messages_directory else None
    facts = message_facts(workshop, runtime.guide, settings.participant_zones, settings.links)
    found = []
    for name in message_names(directory):
        try:
            found.append((name, render_message(message_file(name, directory), facts), ""))
        except UserError as error:
            found.append((name, "", str(error)))
    return found
