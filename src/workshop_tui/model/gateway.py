"""What we read of the AI gateway (LiteLLM first)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from workshop_tui.duration_text import read_duration


class KeyState(StrEnum):
    VALID = "valid"
    EXPIRED = "expired"
    BLOCKED = "blocked"
    SPENT = "spent"
    """A budget that it is under is spent: its own, or its user's, team's, organisation's."""
    NOT_FOUND = "not-found"
    """Rotated away or deleted."""
    MASTER = "master"
    """The proxy's own key: it has no expiry by design."""
    NO_DATABASE = "no-database"
    """The proxy keeps no keys, so nothing can expire; expiry cannot be known."""


@dataclass(frozen=True, slots=True)
class GatewayKey:
    """The key that the workshop's people use; never the key itself."""

    state: KeyState
    alias: str = ""
    masked: str = ""
    """e.g. `sk-...9Xw2`, as the gateway masks it."""
    expires_at: datetime | None = None
    """None: never, or unknown as `state` says."""
    max_budget_usd: float | None = None
    spend_usd: float | None = None
    auto_rotate: bool | None = None
    rotation_interval: str = ""
    last_rotation_at: datetime | None = None
    budget_of: str = ""
    """Whose budget is spent, in the gateway's word (`team`, `end user`); empty for the key's own."""

    @property
    def refused(self) -> str:
        """Why the gateway lets nobody work with it, to follow "the key"; empty when it does or cannot be known."""
        spent, most = self.spend_usd, self.max_budget_usd
        over = spent is not None and most is not None and spent >= most
        if self.state is KeyState.SPENT or (self.state is KeyState.VALID and over):
            told = f": {spent:.2f} of {most:.2f} USD" if spent is not None and most is not None else ""
            return f"has spent {f'the budget of its {self.budget_of}' if self.budget_of else 'its budget'}{told}"
        return _REFUSED.get(self.state, "")


_REFUSED = {
    KeyState.EXPIRED: "has expired",
    KeyState.BLOCKED: "is blocked",
    KeyState.NOT_FOUND: "does not exist any more: it was rotated or deleted",
}
_WITH_OR_WITHOUT = ("", "connected", "not connected")
"""What the gateway says of its database when nothing is wrong; it may have none."""
DATABASE_GONE = "the gateway cannot reach its database: look at the database"


def is_gone(database: str) -> bool:
    """`database`: what the gateway's readiness says of it."""
    return database.casefold() not in _WITH_OR_WITHOUT


@dataclass(frozen=True, slots=True)
class GatewayHealth:
    ready: bool
    database: str
    """As the gateway says: `connected`, `Not connected`, `disconnected`; empty when it does not say."""
    latency_s: float
    trouble: str = ""
    """Why it is not ready, in its own words; empty when it is."""
    warning: str = ""
    """What is wrong though it is ready."""

    @property
    def database_gone(self) -> bool:
        """Also where the gateway calls itself healthy: it may let requests through for a while without one."""
        return is_gone(self.database)

    @property
    def usable(self) -> bool:
        return self.ready and not self.database_gone


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    model: str
    error: str
    """Empty: it answered."""
    latency_s: float


@dataclass(frozen=True, slots=True)
class GatewayModels:
    listed: tuple[str, ...]
    """What the key may use; says nothing of the providers behind."""
    answers: tuple[ModelAnswer, ...] = ()
    """Of those that were asked for one token."""


def rotation_period(text: str) -> timedelta | None:
    """LiteLLM's `30s`, `45m`, `4h`, `30d`; None for anything else, and for none at all."""
    return read_duration(text.strip()) or None
