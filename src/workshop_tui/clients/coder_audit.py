"""Coder's audit log, as far as sign-ins go."""

from __future__ import annotations

import msgspec

from workshop_tui.clients.coder_connection import coder_client
from workshop_tui.clients.json_request import decode, fetch
from workshop_tui.clients.network import Network
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.settings.settings import Settings

_WHAT = "Coder's audit log"
PAGE = 200
ACTIONS = ("login", "register")
"""Of who comes again, and of who comes for the first time."""
_RIGHT = "the token may not read Coder's audit log: it needs the role Auditor, and Coder the licence for it"


class AuditUserWire(msgspec.Struct):
    username: str = ""


class AuditWire(msgspec.Struct):
    """The description says "logged in" of refusals too: the status is what counts."""

    id: str = ""
    time: str | None = None
    action: str = ""
    status_code: int | None = None
    user: AuditUserWire | None = None


class AuditPageWire(msgspec.Struct):
    audit_logs: list[AuditWire]


class CoderAudit:
    def __init__(self, settings: Settings, network: Network) -> None:
        self._client = coder_client(settings, network, timeout_s=10)

    async def sign_ins(self, action: str, offset: int = 0) -> list[AuditWire]:
        """Of one of `ACTIONS`, the newest first, `PAGE` at most.

        Refused ones only where the user is known, as for a wrong password: one whom an identity provider sends and
        Coder refuses leaves no row.

        Raises `SourceError`; without the right, which is missing.
        """
        query = {"q": f"resource_type:api_key action:{action}", "limit": PAGE, "offset": offset}
        answer = await fetch(self._client, "/api/v2/audit", _WHAT, params=query)
        if answer.status in (403, 404):
            raise SourceError(ErrorKind.FORBIDDEN, _RIGHT)
        answer.raise_for_status(_WHAT)
        return decode(answer.body, AuditPageWire, _WHAT).audit_logs

    async def close(self) -> None:
        await self._client.aclose()
