"""Where a secret is, and how it is read."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from pydantic import BaseModel, ConfigDict, model_validator

from workshop_tui.errors import UserError
from workshop_tui.secret import remember
from workshop_tui.toml_file import PathText


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
