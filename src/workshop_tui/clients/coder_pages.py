"""Coder's long lists, page by page, until what was found is what Coder counts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol, TypeVar

from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.idle_timeout import part_came

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
    cannot put together. A reading is whole when it has exactly as many as Coder counts with each of its pages. The
    second and third are also whole when, with those of the earlier ones, they have as many as there were before and at
    most as many as after, since what is made meanwhile comes without an end. Where the count fell some rows are gone,
    nobody knows which: the readings before that count no longer. That one is deleted and another made between two
    pages shows in no count: the next asking tells it. Raises `SourceError`, also when three readings do not suffice.
    """
    seen: dict[str, RowShape] = {}
    before = 0
    for reading in range(_MOST_READINGS):
        found, counts = await _read_once(page, size, what)
        first, last = counts[0], counts[-1]
        if set(counts) in ({0}, {len(found)}):
            return list(found.values())
        grew = counts == sorted(counts)
        seen = seen | found if before <= first else found
        if reading and grew and first <= len(seen) <= last:
            return list(seen.values())
        seen, before = (seen if grew else {}), last
    if len(found) < last:
        told = (
            f"Coder counts {last} {what} and shows {len(found)}: those that are left out are not known; look at its log"
        )
    else:
        told = f"Coder's {what} changed during each of {_MOST_READINGS} readings: which there are is not known yet"
    raise SourceError(ErrorKind.MALFORMED, told)


async def _read_once(page: Page[RowShape], size: int, what: str) -> tuple[dict[str, RowShape], list[int]]:
    """Rows by id, and what Coder counted with each page."""
    found: dict[str, RowShape] = {}
    counts: list[int] = []
    for offset in range(0, _MOST_ROWS, size):
        rows, counted = await page(offset)
        part_came()
        here = {row.id: row for row in rows}
        found |= here
        counts.append(counted)
        ends = offset + size >= counted if counted else len(here) < size
        if ends:
            return found, counts
    raise SourceError(ErrorKind.MALFORMED, f"Coder lists more than {_MOST_ROWS} {what}")
