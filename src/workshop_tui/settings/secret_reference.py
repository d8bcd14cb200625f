"""Where a secret is, and how it is read."""

from __future__ import annotations

import os
import re
import select
import shutil
import stat
import threading
import time
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, PrivateAttr, model_validator

from workshop_tui.errors import UserError
from workshop_tui.redaction import mask, remember
from workshop_tui.settings.toml_file import PathText
from workshop_tui.system.quiet_command import run_quietly

COMMAND_LIMIT_S = 8.0
PIPE_LIMIT_S = 8.0
_MOST_OF_A_PIPE = 2**20
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
_LONG_WORD = re.compile(r"[A-Za-z0-9+=]{16,}")


class SecretReference(BaseModel):
    """Where a secret is: exactly one of `env`, `file`, `command`. Never the secret itself."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    env: str | None = None
    file: PathText | None = None
    command: tuple[str, ...] | None = None
    _has_separator: bool = PrivateAttr(default=False)

    @model_validator(mode="wrap")
    @classmethod
    def _is_a_reference(cls, value: object, handler: ModelWrapValidatorHandler[SecretReference]) -> SecretReference:
        if isinstance(value, str):
            raise ValueError('a secret is never written here: use {env = "NAME"}, {file = "path"} or {command = [...]}')
        made = handler(value)
        if isinstance(value, dict):  # before its path counts from a folder
            made._has_separator = os.sep in str(value.get("file"))
        return made

    @model_validator(mode="after")
    def _exactly_one(self) -> SecretReference:
        if sum(place is not None for place in (self.env, self.file, self.command)) != 1:
            raise ValueError("expected exactly one of env, file, command")
        return self

    @property
    def shown(self) -> str | None:
        """Its variable, path or program; None where a secret may have been put in their place. Looks at the disk."""
        if self.env is not None:
            return self.env if self.env in os.environ or _is_a_name(self.env) else None
        if self.file is not None:
            there = os.path.lexists(os.path.expanduser(self.file))
            return self.file if there or (self._has_separator and not _may_be_a_secret(self.file)) else None
        program = (self.command or ("",))[0]
        is_path = os.sep in program and not _may_be_a_secret(program)
        return program if is_path or shutil.which(program) is not None else None

    def __str__(self) -> str:
        if self.env is not None:
            return f"env {self.shown or '…'}"
        if self.file is not None:
            return f"file {self.shown or '…'}"
        return f"command {f'{self.shown} …' if self.shown else '…'}"

    def __repr__(self) -> str:
        """In tracebacks too."""
        return f"<{self}>"

    def read(self) -> str:
        """The secret, without surrounding white space; blocking. Raises `UserError`, which never holds it."""
        secret = self._fetch().strip()
        if not secret:
            raise UserError(f"the secret from {self} is empty")
        remember(secret)
        return secret

    def _fetch(self) -> str:
        if self.env is not None:
            if self.env in os.environ:
                return os.environ[self.env]
            if (name := self.shown) is not None:
                raise UserError(f"environment variable {name} is not set")
            raise UserError("env is no name of a set environment variable: give a name like MY_TOKEN, not the secret")
        if self.file is not None:
            try:
                return _read_once(Path(self.file).expanduser())
            except TimeoutError:
                raise UserError(f"nothing came from the pipe of {self} in {PIPE_LIMIT_S:g} s") from None
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


def _is_a_name(text: str) -> bool:
    return _VARIABLE.fullmatch(text) is not None and mask(text) == text


def _may_be_a_secret(text: str) -> bool:
    mixed = (re.search("[0-9]", word) and re.search("[A-Za-z]", word) for word in _LONG_WORD.findall(text))
    return mask(text) != text or any(mixed)


_pipes: dict[tuple[int, int], str] = {}
"""What was read, by device and inode: a pipe of a shell (`<(command)`) gives what it holds once."""
_reading_a_pipe = threading.Lock()


def _read_once(path: Path) -> str:
    """Blocking: a pipe for `PIPE_LIMIT_S`, and only once. Raises `OSError`, `UnicodeDecodeError`, `TimeoutError`."""
    found = path.stat()
    if not stat.S_ISFIFO(found.st_mode):
        return read_file(path)
    if not _reading_a_pipe.acquire(timeout=PIPE_LIMIT_S):
        raise TimeoutError
    try:
        pipe = (found.st_dev, found.st_ino)
        if pipe not in _pipes:
            _pipes[pipe] = read_pipe(path, PIPE_LIMIT_S)
        return _pipes[pipe]
    finally:
        _reading_a_pipe.release()


def read_pipe(path: Path, limit_s: float) -> str:
    """What somebody writes to it. Blocking; raises `OSError`, `UnicodeDecodeError`, `TimeoutError`."""
    until_s, found = time.monotonic() + limit_s, bytearray()
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        while len(found) < _MOST_OF_A_PIPE:
            if not select.select([descriptor], [], [], max(until_s - time.monotonic(), 0))[0]:
                raise TimeoutError
            piece = os.read(descriptor, 65536)
            if not piece:
                break
            found += piece
    finally:
        os.close(descriptor)
    return found.decode()


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
