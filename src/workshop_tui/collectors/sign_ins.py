"""Who signed in at Coder or was refused, by its audit log."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from workshop_tui.clients.coder_audit import PAGE, CoderAudit
from workshop_tui.collectors.wire_time import parse_time
from workshop_tui.model.kinds import SIGN_INS
from workshop_tui.model.sign_in import SignIns, SignInTry
from workshop_tui.model.source import SourceKind

_REACH = timedelta(minutes=30)
"""Older ones than this before the newest are of no use to anybody."""
_MOST_PAGES = 5


@dataclass(frozen=True)
class SignInsSource:
    client: CoderAudit
    interval_s: float = 20
    timeout_s: float = 15
    region: None = None
    kind: SourceKind[SignIns] = SIGN_INS

    async def collect(self) -> SignIns:
        """One without a time tells nothing; one that a page repeats counts once."""
        found: dict[str, SignInTry] = {}
        for page in range(_MOST_PAGES):
            wires = await self.client.sign_ins(page * PAGE)
            for number, wire in enumerate(wires):
                if wire.action == "login" and (at := parse_time(wire.time)) is not None:
                    name = wire.user.username if wire.user else ""
                    found[wire.id or f"{page}.{number}"] = SignInTry(at, name, wire.status_code < 400)
            if len(wires) < PAGE or _reach(found.values()) > _REACH:
                return SignIns(_in_order(found), cut=False)
        return SignIns(_in_order(found), cut=True)


def _in_order(found: Mapping[str, SignInTry]) -> tuple[SignInTry, ...]:
    return tuple(sorted(found.values(), key=lambda one: one.at))


def _reach(tries: Collection[SignInTry]) -> timedelta:
    times = [one.at for one in tries]
    return max(times) - min(times) if times else timedelta()
