"""Which ways to sign in Coder offers, and where they lead."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from workshop_tui.clients.coder_sign_in import CoderSignIn
from workshop_tui.errors import SourceError
from workshop_tui.model.kinds import SIGN_IN
from workshop_tui.model.sign_in import SignInFlow, SignInOffer
from workshop_tui.model.source import SourceKind

_WITH_PROVIDER = ("oidc", "github")


@dataclass(frozen=True)
class SignInSource:
    client: CoderSignIn
    interval_s: float = 60
    timeout_s: float = 20
    region: None = None
    kind: SourceKind[SignInOffer] = SIGN_IN

    async def collect(self) -> SignInOffer:
        offered = await self.client.offered()
        flows = await asyncio.gather(*(self._flow(way) for way in offered if way in _WITH_PROVIDER))
        return SignInOffer(self.client.host, offered, tuple(flows))

    async def _flow(self, way: str) -> SignInFlow:
        """One that does not answer leaves the other to be judged."""
        try:
            begun = await self.client.begin(way)
        except SourceError as error:
            return SignInFlow(way, error=error.message)
        return SignInFlow(way, begun.status, begun.leads_to, by_device=way == "github" and begun.to_device_page)
