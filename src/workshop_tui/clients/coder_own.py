"""What Coder says of our own token, and of its licence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from workshop_tui.clients.coder_connection import coder_client
from workshop_tui.clients.credentials import coder_signature
from workshop_tui.clients.json_request import decode, fetch
from workshop_tui.clients.network import Network
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.settings.settings import Settings

_MOST_OF_A_REFUSAL = 1000
END_NOT_TOLD = "Coder does not tell when it ends"
_KEY = re.compile(r"([A-Za-z0-9]{10})-[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class MayRead:
    """Of all things of this kind, in one organisation or, without its id, everywhere."""

    resource: str
    organization_id: str = ""


class FeatureWire(msgspec.Struct):
    enabled: bool = False


class EntitlementsWire(msgspec.Struct):
    features: dict[str, FeatureWire] | None = None


class KeyWire(msgspec.Struct):
    expires_at: str | None = None
    login_type: str = ""


class CoderOwn:
    def __init__(self, settings: Settings, network: Network) -> None:
        self._signature = coder_signature(settings, network)
        self._client = coder_client(settings, network, timeout_s=10)

    async def allowed(self, questions: Sequence[MayRead]) -> dict[MayRead, bool]:
        """Asked of Coder itself, which changes nothing: a list alone leaves out silently what the token may not see.

        Raises `SourceError`, also where the server does not tell.
        """
        checks = {str(number): _check(question) for number, question in enumerate(questions)}
        answer = await fetch(self._client, "/api/v2/authcheck", "Coder", method="POST", json={"checks": checks})
        if answer.status in (400, 405):
            raise SourceError(
                ErrorKind.FORBIDDEN, f"Coder does not say what the token may read (authcheck answers {answer.status})"
            )
        answer.raise_for_status("Coder")
        said = decode(answer.body, dict[str, bool], "Coder")
        return {question: said.get(str(number), False) for number, question in enumerate(questions)}

    async def features(self) -> frozenset[str]:
        """Those that the licence switches on; none where the server has no enterprise code. Raises `SourceError`."""
        answer = await fetch(self._client, "/api/v2/entitlements", "Coder")
        if answer.status == 404:
            return frozenset()
        answer.raise_for_status("Coder")
        features = decode(answer.body, EntitlementsWire, "Coder").features or {}
        return frozenset(name for name, feature in features.items() if feature.enabled)

    async def key(self) -> KeyWire | None:
        """Our token's; None for a token that names no key.

        Raises `SourceError`; of kind not found, with `END_NOT_TOLD`, where Coder does not tell.
        """
        found = _KEY.fullmatch(await self._signature.value())
        if found is None:
            return None
        answer = await fetch(self._client, f"/api/v2/users/me/keys/{found[1]}", "Coder")
        if answer.status == 404 and b"Route not found" in answer.body[:_MOST_OF_A_REFUSAL]:
            raise SourceError(ErrorKind.NOT_FOUND, f"{END_NOT_TOLD}: it has no such route")
        if answer.status in (403, 404):
            raise SourceError(ErrorKind.NOT_FOUND, END_NOT_TOLD)
        answer.raise_for_status("Coder")
        return decode(answer.body, KeyWire, "Coder")

    async def close(self) -> None:
        await self._client.aclose()


def _check(question: MayRead) -> dict[str, object]:
    place = {"organization_id": question.organization_id} if question.organization_id else {}
    return {"object": {"resource_type": question.resource, **place}, "action": "read"}
