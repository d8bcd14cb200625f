"""A query as tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workshop_rehearsal.servers.promql.failure import BadDataError

_TOKEN = re.compile(
    r"""(?P<space>\s+|\#[^\n]*)
    |(?P<duration>(?:\d+(?:ms|[smhdwy]))+(?![\w.]))
    |(?P<number>0x[0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<name>[A-Za-z_:][\w:]*)
    |(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)
    |(?P<operator>=~|!~|==|!=|>=|<=|[-+*/%^<>=(){}\[\],@:])""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    """`duration`, `number`, `name`, `text`, `operator`; `end` after the last."""
    text: str


def tokens_of(query: str) -> list[Token]:
    """Raises `BadDataError`."""
    found: list[Token] = []
    position = 0
    while position < len(query):
        match = _TOKEN.match(query, position)
        if match is None:
            raise BadDataError(f'1:{position + 1}: parse error: unexpected character: "{query[position]}"')
        position = match.end()
        if match.lastgroup != "space":
            found.append(Token(str(match.lastgroup), match[0]))
    return [*found, Token("end", "")]


def unquoted(text: str) -> str:
    inner = text[1:-1]
    return inner if text[0] == "`" else _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), inner)
