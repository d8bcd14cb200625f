"""References to secrets, and the register that masks their values everywhere."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import urllib.parse
from pathlib import Path

from pydantic import BaseModel, ConfigDict, model_validator

from workshop_tui.errors import UserError
from workshop_tui.toml_file import PathText

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


class SecretReference(BaseModel):
    """Where a secret is: exactly one of `env`, `file`, `command`. Never the secret itself."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    env: str | None = None
    file: PathText | None = None
    command: tuple[str, ...] | None = None

    @model_validator(mode="before")
    @classmethod
    def _is_a_reference(cls, value: object) -> object:
        if isinstance(value, str):
            raise ValueError('a secret is never written here: use {env = "NAME"}, {file = "path"} or {command = [...]}')
        return value

    @model_validator(mode="after")
    def _exactly_one(self) -> SecretReference:
        if sum(place is not None for place in (self.env, self.file, self.command)) != 1:
            raise ValueError("expected exactly one of env, file, command")
        return self

    def __str__(self) -> str:
        if self.env is not None:
            return f"env {self.env}"
        if self.file is not None:
            return f"file {self.file}"
        return f"command {(self.command or ('',))[0]} …"

    def read(self) -> str:
        """The secret, without surrounding white space; blocking. Raises `UserError`, which never holds it."""
        secret = self._fetch().strip()
        if not secret:
            raise UserError(f"the secret from {self} is empty")
        remember(secret)
        return secret

    def _fetch(self) -> str:
        if self.env is not None:
            if self.env not in os.environ:
                raise UserError(f"environment variable {self.env} is not set")
            return os.environ[self.env]
        if self.file is not None:
            try:
                return Path(self.file).expanduser().read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                reason = error.strerror if isinstance(error, OSError) else "not text"
                raise UserError(f"cannot read the secret from {self}: {reason}") from None
        command = list(self.command or ())
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20, check=False
            )
        except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError) as error:
            raise UserError(f"cannot run the {self} that prints a secret: {type(error).__name__}") from None
        if done.returncode != 0:
            raise UserError(f"the {self} that prints a secret ended with {done.returncode}")
        return done.stdout


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
