"""Which keys rooms and dialogs offer: in a replay nothing that writes or touches the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workshop_tui.session.live import Runtime

_ROOMS = {"new_incident", "settle", "rerun", "owner", "note", "undo", "act", "smoke", "acknowledge", "incident"}
_ROOMS |= {"ask_again", "severity", "resolve", "edit"}
_DIALOGS = {"confirm", "sent", "create", "change"}
_WRITES = frozenset(_ROOMS | _DIALOGS)
"""Names of actions."""


def offered(action: str, runtime: Runtime | None) -> bool:
    return runtime is None or not runtime.read_only or action not in _WRITES
