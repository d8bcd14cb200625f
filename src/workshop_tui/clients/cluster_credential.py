"""What a kubeconfig's user signs in with, got once for all contexts and sources of that user."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from workshop_tui.clients.shared_reading import SharedReading

_PAUSE_S = 5
_LONGEST_PAUSE_S = 60


@dataclass(frozen=True, slots=True)
class ClusterCredential:
    """A token, or a certificate and its key in PEM."""

    token: str = ""
    certificate: str = ""
    key: str = ""
    ends_at_s: float | None = None
    """Since 1970; None where nothing tells."""

    def __repr__(self) -> str:
        return "ClusterCredential(…)"

    @property
    def has_ended(self) -> bool:
        return self.ends_at_s is not None and self.ends_at_s <= time.time()


_readings: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, SharedReading[ClusterCredential]]] = (
    WeakKeyDictionary()
)
"""By user entry; those of another event loop cannot be waited for."""


async def shared_credential(
    user: str, get: Callable[[], Awaitable[ClusterCredential]], refused: ClusterCredential | None
) -> ClusterCredential:
    """That of the user entry that `user` identifies. `refused`: what was tried in vain.

    Raises the `SourceError` of `get`, which is remembered for a while: a person who does not answer is not asked again
    by every source.
    """
    of_loop = _readings.setdefault(asyncio.get_running_loop(), {})
    if user not in of_loop:
        of_loop[user] = SharedReading(get, pause_s=_PAUSE_S, longest_pause_s=_LONGEST_PAUSE_S)
    found = await of_loop[user].get(refused)
    return await of_loop[user].get(found) if found.has_ended else found
