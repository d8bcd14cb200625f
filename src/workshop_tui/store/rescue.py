"""Saves elsewhere what a lost database still gives, and what could not be saved in it."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from workshop_tui import paths
from workshop_tui.errors import StoreError, UserError
from workshop_tui.model.draft import BASE
from workshop_tui.store.columns import clean
from workshop_tui.store.store import Store
from workshop_tui.system.whole_file import write_new

if TYPE_CHECKING:
    from workshop_tui.session.live import Runtime


def place_for_copy(path: Path) -> Path:
    """Beside the lost file; where its folder takes no file any more, in the first other one that does. A free name."""
    folder = next((folder for folder in _folders(path) if _takes_files(folder)), path.parent)
    path = paths.beside(folder / path.name)
    while os.path.lexists(path) or os.path.lexists(path.with_suffix(".txt")):
        path = paths.beside(path)
    return path


def _folders(path: Path) -> Iterator[Path]:
    """The file's own, the home, the working directory, and the one for temporary files."""
    yield path.parent
    yield paths.in_home()
    with suppress(OSError):  # it was removed
        yield Path.cwd()
    with suppress(OSError):  # no folder takes any
        yield Path(tempfile.gettempdir())


def _takes_files(folder: Path) -> bool:
    return os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK)


async def rescue(runtime: Runtime, unsaved: Mapping[str, str], path: Path) -> str:
    """Write a new database at `path` with all that is stored or waits to be, and `unsaved` (place -> text) as drafts.

    Where the lost one cannot be read any more, the texts go into a text file beside it. Returns what was done, in one
    line that says how to go on. Raises `UserError` when not even that can be written.
    """
    try:
        await runtime.store.copy_to(path)
        other = await Store.open(path, clock=runtime.clock)
        try:
            for place, text in unsaved.items():
                await other.drafts.save(place, text)
            recorded = await _copy_waiting(runtime, other)
        finally:
            await other.close()
    except StoreError as error:
        texts = path.with_suffix(".txt")
        try:
            await asyncio.to_thread(write_texts, unsaved, texts)
        except UserError as failure:
            raise UserError(f"{failure}, and no copy: {error}") from None
        lost = f"; {waiting} are not" if (waiting := runtime.unsaved()) else ""
        return f"No copy could be made ({error}). What was typed and not saved is in {texts}{lost}."
    return f"Saved in {path}, with {_drafts(unsaved)}{recorded}. Leave with q and go on: workshop-tui --db {path}"


async def _copy_waiting(runtime: Runtime, other: Store) -> str:
    """What became of it, in words that go on with a sentence."""
    try:
        count = await runtime.copy_waiting(other)
    except StoreError as error:
        return f"; what waited to be recorded is not in it ({error})"
    return f" and {count} recorded {'value' if count == 1 else 'values'} that waited" if count else ""


def write_texts(unsaved: Mapping[str, str], path: Path) -> None:
    """Into a new file for this user alone, cleaned as in the store, each under its place. Raises `UserError`."""
    words = "\n\n".join(
        clean(f"[{place}]\n{text}") for place, text in unsaved.items() if text and not place.endswith(BASE)
    )
    try:
        write_new(path, f"{words}\n".encode())
    except OSError as failure:
        raise UserError(f"cannot write {path} ({failure.strerror})") from None


def _drafts(unsaved: Mapping[str, str]) -> str:
    count = sum(1 for place, text in unsaved.items() if text and not place.endswith(BASE))
    return f"{count} unsaved {'text' if count == 1 else 'texts'} as {'a draft' if count == 1 else 'drafts'}"
