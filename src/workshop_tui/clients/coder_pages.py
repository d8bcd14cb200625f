"""Coder's long lists, page by page, until what was found is what Coder counts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol, TypeVar

from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.patience import part_came

_MOST_ROWS = 20_000
_MOST_READINGS = 3


class Row(Protocol):
    @property
    def id(self) -> str: ...


RowShape = TypeVar("RowShape", bound=Row)
Page = Callable[[int], Awaitable[tuple[Iterable[RowShape], int]]]
"""Offset -> the page's rows and the `count` of all that Coder tells with it; 0 where it does not count."""


async def whole_list(page: Page[RowShape], size: int, what: str) -> list[RowShape]:
    """Each row once. `size`: rows of a full page; `what`: their plural.

    Coder sorts by what changes, so that rows move to pages that were read already, and it leaves out rows that it
    cannot put together. A reading is whole when it has as many as Coder counts before and after it; the second and
    third also when with those of the earlier ones it has as many as there were before it, since what is made
    meanwhile comes without an end. Raises `SourceError`, also when three readings do not suffice.
    """
    seen: dict[str, RowShape] = {}
    counted = 0
    for reading in range(_MOST_READINGS):
        found, at_first, counted = await _read_once(page, size, what)
        if at_first == counted <= len(found):
            return list(found.values())
        seen |= found
        if reading and len(seen) >= at_first:
            return list(seen.values())
    raise SourceError(
        ErrorKind.MALFORMED,
        f"Coder counts {counted} {what} and shows {len(seen)}: those that are left out are not known; look at its log",
    )


async def _read_once(page: Page[RowShape], size: int, what: str) -> tuple[dict[str, RowShape], int, int]:
    """Rows by id, and what Coder counted with the first and with the last page."""
    found: dict[str, RowShape] = {}
    at_first = counted = 0
    for offset in range(0, _MOST_ROWS, size):
        rows, counted = await page(offset)
        part_came()
        here = {row.id: row for row in rows}
        found |= here
        at_first = at_first if offset else counted
        ends = offset + size >= counted if counted else len(here) < size
        if ends:
            return found, at_first, counted
    raise SourceError(ErrorKind.MALFORMED, f"Coder lists more than {_MOST_ROWS} {what}")
