"""`workshop-tui workshops message`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from workshop_tui.cli.opening import guide_of
from workshop_tui.cli.options import store_options
from workshop_tui.cli.say import say
from workshop_tui.cli.workshop_store import find_workshop, with_store, write_file
from workshop_tui.errors import UserError
from workshop_tui.guide.message_files import message_file, message_names
from workshop_tui.settings.settings import Settings

if TYPE_CHECKING:
    from workshop_tui.store.store import Store


@click.command("message")
@store_options
@click.argument("workshop")
@click.argument("name", required=False)
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(dir_okay=False), help="Write it instead of printing it."
)
@click.option("--sent-by", metavar="PERSON", help="Note that this person has sent it; nothing is sent by itself.")
@click.pass_context
def message(
    context: click.Context,
    config_path: str | None,
    database_path: str | None,
    workshop: str,
    name: str | None,
    output: str | None,
    sent_by: str | None,
) -> None:
    """Print the message NAME of WORKSHOP; without NAME, list the messages and who sent them."""
    from workshop_tui.report.messages import message_facts, render_message  # noqa: PLC0415  # loads jinja2

    if sent_by is not None and not sent_by.strip():
        raise UserError("--sent-by: expected the name of the person who sent it")

    async def render(store: Store, given_settings: Settings | None) -> str:
        settings = given_settings or Settings()
        found = await find_workshop(store, workshop)
        directory = Path(settings.messages_directory) if settings.messages_directory else None
        if name is None:
            sent = {message.name: message for message in await store.sent_messages.all(found.id)}
            lines = [
                f"{known:<20}  sent by {sent[known].sent_by}, {sent[known].sent_at:%Y-%m-%d %H:%M} UTC"
                if known in sent
                else known
                for known in message_names(directory)
            ]
            return "\n".join(lines) + "\n"
        facts = message_facts(found, guide_of(given_settings), settings.participant_zones, settings.links)
        text = render_message(message_file(name, directory), facts)
        if output is not None and output != "-":
            write_file(Path(output), text.encode())
        if sent_by is not None:
            await store.sent_messages.add(found, name, text, sent_by.strip())
        return text

    if name is None and (output or sent_by):
        raise UserError("expected the NAME of a message with --output and --sent-by")
    text = with_store(context, config_path, database_path, render)
    if output is not None and output != "-":
        say(f"Wrote {output}")
    elif sent_by is None or output == "-":
        say(text, nl=False)
    if sent_by is not None:
        say(f'Noted: {sent_by.strip()} sent "{name}".', err=output == "-")
