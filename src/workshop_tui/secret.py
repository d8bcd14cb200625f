"""The register of known secrets, which masks their values everywhere; loads in a millisecond."""

from __future__ import annotations

import logging
import re
import urllib.parse

_HIDDEN = "••••"
_known: tuple[str, ...] = ()
"""Longest first, so that a secret inside another one does not leave the rest of it."""

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


def remember(secret: str) -> None:
    """From now on `mask` hides this text, as it is and as addresses carry it."""
    global _known  # noqa: PLW0603  # one process knows one set of secrets
    if len(secret) >= 6:
        forms = {*_known, secret, urllib.parse.quote(secret, safe="")}
        _known = tuple(sorted(forms, key=lambda form: (-len(form), form)))


def mask(text: str) -> str:
    """The text without known secrets and without what looks like one; safe for screens, logs, evidence and exports."""
    for secret in _known:
        if secret in text:
            text = text.replace(secret, _HIDDEN)
    return _SHAPES.sub(_HIDDEN, text)


class SecretFilter(logging.Filter):
    """Masks a record's message, its exception and its stack; put it on each handler."""

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):
            message = f"{record.msg} {record.args}"
        record.msg, record.args = mask(message), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        record.exc_info = None
        if record.exc_text:
            record.exc_text = mask(record.exc_text)
        if record.stack_info:
            record.stack_info = mask(record.stack_info)
        return True
