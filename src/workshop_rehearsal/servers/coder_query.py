"""The search text of Coder's lists: `key:value`, quoted values, and bare words."""

from __future__ import annotations

import re

PAGED = frozenset({"q", "limit", "offset", "after_id"})
"""Parameters of a list in pages."""
_TERM = re.compile(r'(?:([a-z0-9_-]+):)?("[^"]*"|\S+)')


class BadQueryError(Exception):
    """A key that the list does not know, or a parameter; answered with 400 and `validations`."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field
        self.detail = detail


class InvalidError(BadQueryError):
    """A field of a body that cannot be meant."""


def parse_query(text: str, *, keys: frozenset[str], bare: str) -> dict[str, str]:
    """Terms by key; bare words under `bare`. The text is lower-cased as Coder does. Raises `BadQueryError`."""
    terms: dict[str, str] = {}
    for key, value in _TERM.findall(text.lower()):
        name = key or bare
        if name not in keys:
            raise BadQueryError(name, f'Query param "{name}" is not a valid query param')
        terms[name] = value.strip('"')
    return terms


def check_parameters(given: list[str], known: frozenset[str]) -> None:
    """Raises `BadQueryError` for the first parameter that the list does not know."""
    for name in given:
        if name not in known:
            raise BadQueryError(name, f'Query param "{name}" is not a valid query param')


def page_bounds(limit: str, offset: str) -> tuple[int, int | None]:
    """Begin and end of the page; a limit of 0 or none has no end. Raises `BadQueryError`."""
    if not (limit or "0").isdecimal():
        raise BadQueryError("limit", 'Query param "limit" must be a valid integer')
    if not (offset or "0").isdecimal():
        raise BadQueryError("offset", 'Query param "offset" must be a valid integer')
    begin, count = int(offset or 0), int(limit or 0)
    return begin, begin + count if count else None
