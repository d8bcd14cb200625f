"""Who signed in at Coder or was refused, by its audit log."""

from __future__ import annotations

from dataclasses import dataclass

from workshop_tui.clients.coder_audit import CoderAudit
from workshop_tui.collectors.wire_time import parse_time
from workshop_tui.model.kinds import SIGN_INS
from workshop_tui.model.sign_in import SignInTry
from workshop_tui.model.source import SourceKind


@dataclass(frozen=True)
class SignInsSource:
    client: CoderAudit
    interval_s: float = 20
    timeout_s: float = 15
    region: None = None
    kind: SourceKind[tuple[SignInTry, ...]] = SIGN_INS

    async def collect(self) -> tuple[SignInTry, ...]:
        """The oldest first; one without a time tells nothing."""
        found = [
            SignInTry(at, wire.user.username if wire.user else "", wire.status_code < 400)
            for wire in await self.client.sign_ins()
            if wire.action == "login" and (at := parse_time(wire.time)) is not None
        ]
        return tuple(sorted(found, key=lambda one: one.at))
