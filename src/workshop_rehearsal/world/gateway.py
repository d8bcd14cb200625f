"""The AI gateway's key: its expiry, and the add-on that renews it and restarts every workspace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workshop_rehearsal.moment import parse_offset
from workshop_rehearsal.scenario import Key
from workshop_rehearsal.world.timeline import Timeline

DAY_S = 86_400.0


@dataclass(slots=True, eq=False)
class GatewayKey:
    """The key that people use. Rotation renews it in place: the secret stays, only its validity moves."""

    created_s: float
    expires_s: float
    rotation_days: int | None
    """None: no add-on rotates it."""
    rotates_s: float | None
    last_rotation_s: float | None


class Gateway:
    """`on_rotation` is told when the add-on renewed the key."""

    def __init__(self, timeline: Timeline, script: Key, on_rotation: Callable[[], None]) -> None:
        self._timeline = timeline
        self._after_s = script.rotates_after_s
        self._on_rotation = on_rotation
        expires_s = parse_offset(script.expires).total_seconds()
        created_s = parse_offset(script.created).total_seconds()
        rotates_s = None if self._after_s is None else expires_s + self._after_s
        self.key = GatewayKey(
            created_s,
            expires_s,
            None if rotates_s is None else script.rotation_days,
            rotates_s,
            None if rotates_s is None else rotates_s - script.rotation_days * DAY_S,
        )
        self._script = script
        self._plan = 0
        """Counts plans: an older one is void."""
        self._schedule()

    def extend(self, valid_s: float) -> None:
        """From now on so long."""
        self.key.expires_s = self._timeline.now_s + valid_s

    def pause_rotation(self) -> None:
        """The add-on ends, and withdraws its schedule from the key."""
        self.key.rotation_days = self.key.rotates_s = None
        self._plan += 1

    def resume_rotation(self) -> None:
        """The add-on runs again; what fell due meanwhile is done at once."""
        if self._after_s is None or self.key.rotates_s is not None:
            return
        self.key.rotation_days = self._script.rotation_days
        self.key.rotates_s = (self.key.last_rotation_s or self.key.created_s) + self._script.rotation_days * DAY_S
        self._schedule()

    def _schedule(self) -> None:
        self._plan += 1
        plan = self._plan
        if self.key.rotates_s is not None:
            self._timeline.at(self.key.rotates_s, lambda: self._rotate() if plan == self._plan else None)

    def _rotate(self) -> None:
        now_s = self._timeline.now_s
        validity_s = self._script.rotation_days * DAY_S
        self.key.last_rotation_s = now_s
        self.key.expires_s = now_s + validity_s - (self._after_s or 0.0)
        self.key.rotates_s = now_s + validity_s
        self._schedule()
        self._on_rotation()
