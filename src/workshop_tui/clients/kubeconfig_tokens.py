"""New tokens in a kubeconfig file, under the lock that kubectl takes; all else in the file stays as it is."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from workshop_tui.settings.secret_reference import read_file
from workshop_tui.system.last_resort import unfinished
from workshop_tui.system.whole_file import write_whole

_LOCK_WAIT_S = 3.0
_TO_CONFIG = ("user", "auth-provider", "config")


class KubectlLock:
    """The file beside a kubeconfig that kubectl makes, too, while it writes."""

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".lock")
        self._taken = False

    def take(self) -> None:
        """Blocking, for a few seconds. Raises `TimeoutError` with its path when another keeps it, and `OSError`."""
        until_s = time.monotonic() + _LOCK_WAIT_S
        while not self._taken:
            try:
                os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            except FileExistsError:
                if time.monotonic() >= until_s:
                    raise TimeoutError(str(self._path)) from None
                time.sleep(0.05)
            else:
                self._taken = True
                unfinished.add(self.close)

    def close(self) -> None:
        """Also called by the end of the program, which would leave it behind."""
        unfinished.discard(self.close)
        if self._taken:
            self._taken = False
            self._path.unlink(missing_ok=True)


def provider_config(path: Path, user: str) -> dict[str, Any]:
    """What the file says of the user's provider now. Raises `OSError`, `ValueError`, `KeyError`, `yaml.YAMLError`."""
    return _config_of(yaml.safe_load(read_file(path)), user)


def write_tokens(path: Path, user: str, tokens: Mapping[str, str]) -> None:
    """Blocking. Raises `OSError`, `ValueError`, `KeyError`, `yaml.YAMLError`."""
    write_whole(path, with_tokens(read_file(path), user, tokens).encode())


def with_tokens(text: str, user: str, tokens: Mapping[str, str]) -> str:
    """Comments and order stay too, where the tokens are written in one line each."""
    wanted = yaml.safe_load(text)
    _config_of(wanted, user).update(tokens)
    with suppress(LookupError, ValueError, TypeError, AttributeError, yaml.YAMLError):  # a merge has its keys elsewhere
        changed = _in_place(text, user, tokens)
        if yaml.safe_load(changed) == wanted:
            return changed
    return str(yaml.safe_dump(wanted, sort_keys=False, allow_unicode=True))


def _config_of(document: Any, user: str) -> dict[str, Any]:  # noqa: ANN401  # what a file holds
    entry = next((entry for entry in document["users"] if entry["name"] == user), None)
    if entry is None:
        raise KeyError(user)
    for key in _TO_CONFIG:
        entry = entry[key]
    if not isinstance(entry, dict):
        raise ValueError("its auth-provider has no config")
    return entry


def _in_place(text: str, user: str, tokens: Mapping[str, str]) -> str:
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    node = {_child(entry, "name").value: entry for entry in reversed(_child(node, "users").value)}[user]
    for key in _TO_CONFIG:
        node = _child(node, key)
    there = {key.value: value for key, value in node.value}
    first = node.value[0][0].start_mark
    between = ", " if node.flow_style else "\n" + " " * first.column
    edits = []
    for key, token in tokens.items():
        value = json.dumps(token)
        if key in there:
            edits.append((there[key].start_mark.index, there[key].end_mark.index, value))
        else:
            edits.append((first.index, first.index, f"{json.dumps(key)}: {value}{between}"))
    for start, end, value in sorted(edits, reverse=True):
        text = text[:start] + value + text[end:]
    return text


def _child(node: Any, key: str) -> Any:  # noqa: ANN401  # the library's nodes have no types
    return {name.value: value for name, value in node.value}[key]
