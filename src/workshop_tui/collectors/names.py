"""A region's names, looked up here and at a public name server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass

from workshop_tui.clients.network import Network
from workshop_tui.clients.route import PROBE_LABEL
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.kinds import NAMES
from workshop_tui.model.route import Lookup, NameAnswer
from workshop_tui.model.source import SourceKind
from workshop_tui.settings.region import Region


@dataclass(frozen=True)
class NamesSource:
    network: Network
    settings: Region
    interval_s: float = 60
    timeout_s: float = 12
    kind: SourceKind[tuple[NameAnswer, ...]] = NAMES

    @property
    def region(self) -> str:
        return self.settings.name

    async def collect(self) -> tuple[NameAnswer, ...]:
        wildcard = self.settings.wildcard
        hosts = [self.settings.domain, wildcard.replace("*", PROBE_LABEL, 1) if wildcard else None]
        return tuple(await asyncio.gather(*(self._one(host) for host in hosts if host is not None)))

    async def _one(self, host: str) -> NameAnswer:
        here, public = await asyncio.gather(
            _lookup(self.network.resolve(host)), _lookup(self.network.resolve_in_public(host))
        )
        return NameAnswer(host, here, public)


async def _lookup(asked: Awaitable[tuple[str, ...]]) -> Lookup:
    try:
        return Lookup(await asked)
    except SourceError as error:
        return Lookup(error=error.message, known=error.kind is not ErrorKind.TIMEOUT)
