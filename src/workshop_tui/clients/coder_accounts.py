"""Who has an account at Coder, and what its own quota gives them."""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from workshop_tui.clients.coder_connection import coder_client
from workshop_tui.clients.coder_pages import whole_list
from workshop_tui.clients.json_request import decode, fetch, fetch_json
from workshop_tui.clients.network import Network
from workshop_tui.settings.settings import Settings

_PAGE = 200
_MOST_OF_A_REFUSAL = 1000


class UserWire(msgspec.Struct):
    id: str
    username: str
    email: str = ""
    status: str = ""
    organization_ids: list[str] | None = None


class UsersWire(msgspec.Struct):
    users: list[UserWire]
    count: int = 0


class QuotaWire(msgspec.Struct):
    credits_consumed: int
    budget: int


class CoderAccounts:
    def __init__(self, settings: Settings, network: Network) -> None:
        self._client = coder_client(settings, network, timeout_s=10)

    async def users(self) -> list[UserWire]:
        """All that the token sees, in pages. Raises `SourceError`."""

        async def page(offset: int) -> tuple[list[UserWire], int]:
            query = {"limit": _PAGE, "offset": offset}
            answer = await fetch_json(self._client, "/api/v2/users", UsersWire, "Coder", params=query)
            return answer.users, answer.count

        return await whole_list(page, _PAGE, "users")

    async def id_of(self, address: str) -> str | None:
        """Of the user with this e-mail address; None when the token sees none. Raises `SourceError`."""
        query = {"q": address, "limit": _PAGE}
        answer = await fetch_json(self._client, "/api/v2/users", UsersWire, "Coder", params=query)
        return next((user.id for user in answer.users if user.email.casefold() == address.casefold()), None)

    async def quota(self, organization_id: str, user: str) -> QuotaWire | None:
        """`user`: id, name or `me`. None: this server has no quotas, as without a licence.

        Raises `SourceError`; not found without the right, or when the user is not of the organisation.
        """
        path = f"/api/v2/organizations/{quote(organization_id, safe='')}/members/{quote(user, safe='')}/workspace-quota"
        answer = await fetch(self._client, path, "Coder's quota")
        if answer.status == 404 and b"Route not found" in answer.body[:_MOST_OF_A_REFUSAL]:
            return None
        answer.raise_for_status("Coder's quota")
        return decode(answer.body, QuotaWire, "Coder's quota")

    async def close(self) -> None:
        await self._client.aclose()
