"""Who signed in at Coder or was refused, by its audit log."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from workshop_tui.clients.coder_audit import ACTIONS, PAGE, CoderAudit
from workshop_tui.clients.coder_own import CoderOwn, MayRead
from workshop_tui.collectors.together import together
from workshop_tui.collectors.wire_time import parse_time
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.coder_rights import AUDIT_LOG
from workshop_tui.model.kinds import SIGN_INS
from workshop_tui.model.sign_in import SignIns, SignInTry
from workshop_tui.model.source import SourceKind

_REACH = timedelta(minutes=30)
"""Older ones than this before the newest are of no use to anybody."""
_MOST_PAGES = 5


@dataclass(frozen=True)
class SignInsSource:
    client: CoderAudit
    own: CoderOwn
    interval_s: float = 20
    timeout_s: float = 15
    region: None = None
    kind: SourceKind[SignIns] = SIGN_INS

    async def collect(self) -> SignIns:
        """One without a time tells nothing; one that a page repeats counts once."""
        await self._prove()
        parts = await together(self._of(action) for action in ACTIONS)
        tries = [one for part, _ in parts for one in part.values()]
        return SignIns(tuple(sorted(tries, key=lambda one: one.at)), cut=any(cut for _, cut in parts))

    async def _of(self, action: str) -> tuple[dict[str, SignInTry], bool]:
        """By id, and whether there were more than is read."""
        found: dict[str, SignInTry] = {}
        for page in range(_MOST_PAGES):
            wires = await self.client.sign_ins(action, page * PAGE)
            for number, wire in enumerate(wires):
                if wire.action == action and (at := parse_time(wire.time)) is not None:
                    name = wire.user.username if wire.user else ""
                    found[wire.id or f"{page}.{number}"] = SignInTry(at, name, _came_in(wire.status_code))
            if len(wires) < PAGE or _reach(found.values()) > _REACH:
                return found, False
        return found, True

    async def _prove(self) -> None:
        """Without the right or the licence the log is empty, as if nobody had been refused. Raises `SourceError`."""
        if not (await self.own.allowed([MayRead(AUDIT_LOG.resource)]))[MayRead(AUDIT_LOG.resource)]:
            raise SourceError(ErrorKind.FORBIDDEN, AUDIT_LOG.without())
        if "audit_log" not in await self.own.features():
            raise SourceError(ErrorKind.NOT_CONFIGURED, "Coder keeps no audit log: its licence does not include one")


def _came_in(status: int | None) -> bool | None:
    return None if not status else status < 400


def _reach(tries: Collection[SignInTry]) -> timedelta:
    times = [one.at for one in tries]
    return max(times) - min(times) if times else timedelta()
