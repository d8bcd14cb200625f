"""Where a secret is, and how it is read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from pydantic import BaseModel, ConfigDict, model_validator

from workshop_tui.errors import UserError
from workshop_tui.quiet_command import run_quietly
from workshop_tui.secret import remember
from workshop_tui.toml_file import PathText

COMMAND_LIMIT_S = 8.0


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
                return read_file(Path(self.file).expanduser())
            except (OSError, UnicodeDecodeError) as error:
                reason = error.strerror if isinstance(error, OSError) else "not text"
                raise UserError(f"cannot read the secret from {self}: {reason}") from None
        return self._printed()

    def _printed(self) -> str:
        try:
            done = run_quietly(self.command or (), COMMAND_LIMIT_S)
            if done.exit_code == 0:
                return done.stdout.decode()
        except TimeoutError:
            raise UserError(
                f"the {self} that prints a secret did not end in {COMMAND_LIMIT_S:g} s: it must not ask at a terminal"
            ) from None
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"cannot run the {self} that prints a secret: {type(error).__name__}") from None
        raise UserError(f"the {self} that prints a secret ended with {done.exit_code}")


def read_file(path: Path) -> str:
    """Of a regular file: a pipe or a device would block, or never end. Raises `OSError`, `UnicodeDecodeError`."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "it is no regular file")
    except BaseException:
        os.close(descriptor)
        raise
    with open(descriptor, encoding="utf-8") as file:
        return file.read()
