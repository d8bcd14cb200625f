"""A store and a workshop in it, as commands are given them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from workshop_tui.cli import event_loop
from workshop_tui.cli.opening import open_store, settings_or_none
from workshop_tui.cli.options import given
from workshop_tui.cli.say import say_document
from workshop_tui.errors import UserError
from workshop_tui.model.workshop import Workshop
from workshop_tui.system.whole_file import write_whole

if TYPE_CHECKING:
    from workshop_tui.settings.settings import Settings
    from workshop_tui.store.store import Store

Answer = TypeVar("Answer")


def with_store(
    context: click.Context,
    config_path: str | None,
    database_path: str | None,
    action: Callable[[Store, Settings | None], Awaitable[Answer]],
) -> Answer:
    """Open the store, do one thing, close it."""
    config, database = given(context, config_path, database_path)
    settings = settings_or_none(config)

    async def run() -> Answer:
        store = await open_store(settings, database)
        try:
            return await action(store, settings)
        finally:
            await store.close()

    return event_loop.run(run())


async def find_workshop(store: Store, wanted: str) -> Workshop:
    """By number, else by title. Raises `UserError`."""
    workshops = await store.workshops.all()
    found = [w for w in workshops if str(w.id) == wanted] or [w for w in workshops if w.title == wanted]
    if not found:
        known = ", ".join(f"{w.id} ({w.title})" for w in workshops) or "none yet"
        raise UserError(f'no workshop "{wanted}"; there are: {known}')
    if len(found) > 1:
        raise UserError(f'several workshops are called "{wanted}": use a number, {", ".join(str(w.id) for w in found)}')
    return found[0]


def write_file(path: Path, content: bytes) -> None:
    """Whole or not at all, readable by the person alone; `-` is standard output. Raises `UserError`."""
    if str(path) == "-":
        say_document(content)
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}; what was there is unchanged") from None
