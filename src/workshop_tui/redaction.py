"""The register of known secrets, which masks their values everywhere; loads in a millisecond."""

from __future__ import annotations

import base64
import copy
import json
import logging
import re
import urllib.parse
from collections.abc import Iterator

_HIDDEN = "••••"
_known: tuple[str, ...] = ()
"""Longest first, so that a secret inside another one does not leave the rest of it."""
_known_in_base64: tuple[str, ...] = ()
"""Patterns, longest first: each sign that addresses quote may stand quoted or not."""

_SHAPES = re.compile(
    r"""
      (?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{8,}                                      # gateway and provider keys
    | (?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?  # JWT
    | (?<![A-Za-z0-9-])[A-Za-z0-9]{10}-(?=[a-z]*[A-Z0-9])[A-Za-z0-9]{22}(?![A-Za-z0-9-])  # Coder session token
    | (?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])                  # AWS key id
    | (?<![A-Za-z0-9])(?:gh[pousr]_|github_pat_)[A-Za-z0-9_]{16,}               # GitHub token
    | (?<=hooks\.slack\.com/services/)[A-Za-z0-9/_-]+                           # the address is the secret
    | (?<=://)[^/?\#@\s"'<>]+(?=@)                                              # user information in an address
    | (?<=(?i:Bearer)[ ])(?![a-z]{1,19}(?![A-Za-z0-9._~+/=-]))[A-Za-z0-9._~+/=-]{8,}
    | (?<=(?i:Basic)[ ])(?![a-z]{1,19}(?![A-Za-z0-9._~+/=-]))[A-Za-z0-9._~+/=-]{8,}
    """,
    re.VERBOSE,
)

_QUOTED_OF_BASE64 = {"+": "(?:[+-]|%2[BbDd])", "/": "(?:[/_]|%2[Ff]|%5[Ff])"}
"""Both alphabets."""


def remember(secret: str) -> None:
    """From now on `mask` hides this text: as it is, and as addresses, JSON, logs and base64 carry it."""
    global _known, _known_in_base64  # noqa: PLW0603  # one process knows one set of secrets
    if len(secret) >= 6:
        cores = [_in_base64(secret.encode("utf-8", "surrogateescape"), before) for before in range(3)]
        plain = {core for core in cores if not _QUOTED_OF_BASE64.keys() & set(core)}
        _known = tuple(sorted({*_known, *_forms(secret), *plain}, key=lambda form: (-len(form), form)))
        patterns = {"".join(_QUOTED_OF_BASE64.get(sign, sign) for sign in core) for core in cores if core not in plain}
        _known_in_base64 = tuple(sorted({*_known_in_base64, *patterns}, key=lambda form: (-len(form), form)))


def mask(text: str) -> str:
    """The text without known secrets and without what looks like one; safe for screens, logs, evidence and exports."""
    for secret in _known:
        if secret in text:
            text = text.replace(secret, _HIDDEN)
    for pattern in _known_in_base64:
        text = re.sub(pattern, _HIDDEN, text)
    return _SHAPES.sub(_HIDDEN, text)


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield urllib.parse.quote_plus(secret)
    for safe in ("", "/"):
        quoted = urllib.parse.quote(secret, safe=safe)
        yield quoted
        yield re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), quoted)
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield repr(secret)[1:-1]


def _in_base64(secret: bytes, before: int) -> str:
    """The signs that tell of these bytes alone, where the count of bytes before them is `before` modulo 3.

    So it is found behind a user's name and within a document, padded or not.
    """
    encoded = base64.b64encode(bytes(before) + secret).decode()
    return encoded[(before * 8 + 5) // 6 : (before + len(secret)) * 8 // 6]


class MaskedFormatter(logging.Formatter):
    """Masks a record's message, its exception and its stack; the record itself stays as others find it."""

    def format(self, record: logging.LogRecord) -> str:
        own = copy.copy(record)
        try:
            own.getMessage()
        except (TypeError, ValueError, KeyError):
            own.msg, own.args = f"{record.msg} {record.args}", ()
        return mask(super().format(own))
