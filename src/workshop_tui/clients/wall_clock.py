"""The wall clocks of servers, as the `Date` of any answer of theirs tells them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

from workshop_tui.clients.json_request import fetch
from workshop_tui.clients.network import Network

_OLDEST_S = 365 * 86_400


class DateClient:
    """Sends no secret: a refusal has a date too."""

    def __init__(self, network: Network) -> None:
        self._client = network.client(timeout_s=5)

    async def headers(self, url: str, what: str) -> Mapping[str, str]:
        """Of any answer, by lower-case name. Raises `SourceError`."""
        return (await fetch(self._client, url, what)).headers

    async def close(self) -> None:
        await self._client.aclose()


def told_at_s(headers: Mapping[str, str]) -> float | None:
    """Seconds since 1970 by the server's clock; None when it tells no time. What a cache kept is as old as it says."""
    try:
        date = parsedate_to_datetime(headers["date"])
        age_s = int(headers.get("age") or 0)
        told_s = date.replace(tzinfo=date.tzinfo or UTC).timestamp()
    except (KeyError, ValueError, OverflowError, TypeError):
        return None
    return told_s + age_s if 0 <= age_s <= _OLDEST_S else None
