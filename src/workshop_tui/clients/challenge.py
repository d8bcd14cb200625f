"""What a server asks for in `WWW-Authenticate`: all its challenges, as RFC 9110 (11.6.1) writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PARAMETER = re.compile(rf'({_WORD})[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|({_WORD}))[ \t]*(?=,|$)')
_SCHEME = re.compile(rf"({_WORD})(?:[ \t]+([A-Za-z0-9._~+/-]+=*)[ \t]*(?=,|$)|[ \t]+|(?=,|$))")
_BETWEEN = re.compile(r"[ \t]*(?:,[ \t]*)*")


@dataclass(frozen=True, slots=True)
class Challenge:
    scheme: str
    """In lower case, e.g. `bearer`."""
    parameters: dict[str, str] = field(default_factory=dict)
    """By lower-case name, without quotes."""


def challenges(header: str) -> tuple[Challenge, ...]:
    """`header`: its value, or several joined by commas. Those before what cannot be read."""
    found: list[Challenge] = []
    at = _end(_BETWEEN.match(header))
    while at < len(header):
        if found and (parameter := _PARAMETER.match(header, at)):
            name, quoted, plain = parameter.groups()
            found[-1].parameters.setdefault(name.lower(), plain or re.sub(r"\\(.)", r"\1", quoted or ""))
            at = parameter.end()
        elif scheme := _SCHEME.match(header, at):
            found.append(Challenge(scheme[1].lower()))
            at = scheme.end()
        else:
            break
        at = _end(_BETWEEN.match(header, at))
    return tuple(found)


def _end(found: re.Match[str] | None) -> int:
    return found.end() if found else 0
