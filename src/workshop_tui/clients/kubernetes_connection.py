"""A connection to a cluster that many use at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workshop_tui.clients.cluster_credential import ClusterCredential


@dataclass(eq=False)
class Connection:
    """Others may still read from it after its token was refused, so the last one closes it."""

    client: Any
    credential: ClusterCredential | None
    users: int = 0
    retired: bool = False

    async def close_if_left(self) -> None:
        if self.retired and not self.users:
            await self.client.close()
