"""Files that are written whole or not at all; what cannot be replaced (a pipe, a device) is written into."""

from __future__ import annotations

import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PRIVATE = 0o600
FOR_ALL = 0o666
"""Less what the person's umask takes."""

_OF_OURS = re.compile(r"/(?:proc/self|dev)/fd/([0-9]+)")
_MOST_LINKS = 40


def write_whole(path: Path, content: bytes, *, mode: int = PRIVATE) -> None:
    """A symbolic link stays one, and a file that was there keeps its permissions; `mode` is that of a new one.

    Raises `OSError`, with the old file as it was and nothing left beside it.
    """
    there = _status(path)
    number = _descriptor(path)
    if number is not None:
        with open(os.dup(number), "wb") as file:  # opened anew it would begin at its start again
            file.write(content)
        return
    if there is not None and not stat.S_ISREG(there.st_mode):
        path.write_bytes(content)
        return
    target = Path(os.path.realpath(path))
    with _beside(target, content, mode, there) as written:
        written.replace(target)
        _keep(target.parent)


def write_new(path: Path, content: bytes, *, mode: int = PRIVATE) -> None:
    """Raises `FileExistsError` where there is something already, else `OSError`, with nothing left."""
    if os.path.lexists(path):
        raise FileExistsError(None, "it is there already", str(path))
    with _beside(path, content, mode, None) as written:
        try:
            os.link(written, path)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            if os.path.lexists(path):
                raise FileExistsError(None, "it is there already", str(path)) from None
            written.replace(path)
        _keep(path.parent)


@contextmanager
def _beside(target: Path, content: bytes, mode: int, like: os.stat_result | None) -> Iterator[Path]:
    """A finished file in the target's folder, which is gone afterwards unless it was moved."""
    path = target.with_name(f".workshop-tui-{secrets.token_hex(6)}.new")
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode if like is None else PRIVATE)
    try:
        with open(number, "wb") as file:
            if like is not None:
                with suppress(OSError):  # only root may give a file away
                    os.fchown(number, like.st_uid, like.st_gid)
                os.fchmod(number, stat.S_IMODE(like.st_mode))
            file.write(content)
            file.flush()
            os.fsync(number)
        yield path
    finally:
        path.unlink(missing_ok=True)


def _status(path: Path) -> os.stat_result | None:
    """None where there is nothing, or a link to nothing."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _descriptor(path: Path) -> int | None:
    """The descriptor of ours that it names, like `/dev/stdout`: a shell may go on writing after us."""
    for _ in range(_MOST_LINKS):
        path = path.absolute()
        if found := _OF_OURS.fullmatch(str(path)):
            return int(found.group(1))
        if not path.is_symlink():
            return None
        path = path.parent / path.readlink()
    return None


def _keep(folder: Path) -> None:
    """The new name survives a power cut, where the system can say so of a folder."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(number)
        finally:
            os.close(number)
