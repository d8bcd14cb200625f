"""Coder's AI bridge, asked what only its running daemon can answer."""

from __future__ import annotations

import re
from dataclasses import dataclass

import msgspec

from workshop_tui.clients import failure
from workshop_tui.clients.coder_connection import coder_client
from workshop_tui.clients.credentials import coder_session, coder_url
from workshop_tui.clients.json_request import Answer, fetch
from workshop_tui.clients.network import Network
from workshop_tui.clients.sign_in import SecretHeader, bearer
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.settings.settings import Settings

_WHAT = "Coder's AI bridge"
_ROOTS = ("/api/v2/ai-gateway", "/api/v2/aibridge")
"""The newer name and the older one; a server that knows neither has no bridge, or is too old to be asked."""
_NOBODYS_ROUTE = "workshop-tui-readiness"
"""Of no provider: the daemon refuses it itself, at no cost, once it has let the token through."""
_MOST_OF_A_REFUSAL = 1000
_SAID = (
    (404, "route not supported: GET ", ""),
    (404, '"aibridged handler not mounted"', "the AI bridge is turned off on the server"),
    (403, " is a Premium feature.", "the licence has no AI bridge"),
    (503, "could not connect to coderd", "its daemon is not connected to Coder"),
    (500, "failed to acquire request handler", "its daemon cannot serve requests"),
    (500, "error checking user AI budget", "its daemon cannot check budgets, and so serves nobody"),
)
"""Status, words, and why it is then not ready; nothing for the one answer of a daemon that runs."""
_SPENT = re.compile(r"AI budget of (US\$\d+(?:\.\d+)?) exceeded")


@dataclass(frozen=True, slots=True)
class Readiness:
    trouble: str = ""
    """Why it is not ready; empty when it is."""
    warning: str = ""
    """What is wrong with our token's user alone."""


class _MessageWire(msgspec.Struct):
    message: str


class CoderBridge:
    """Its daemon takes the token where clients of models put their keys, not in Coder's own header."""

    def __init__(self, settings: Settings, network: Network) -> None:
        url = coder_url(settings) or ""

        def signature() -> SecretHeader:
            return SecretHeader("Authorization", lambda: bearer(coder_session(settings).token), refused=(401, 403))

        auth = network.signature(f"the AI bridge of Coder {url} {settings.coder.token}", signature)
        self._client = coder_client(settings, network, auth=auth)

    async def readiness(self) -> Readiness | None:
        """None from a server that has no such routes. Raises `SourceError`, also for an answer that tells neither."""
        for root in _ROOTS:
            answer = await fetch(self._client, f"{root}/{_NOBODYS_ROUTE}", _WHAT)
            if not (answer.status == 404 and _message(answer).rstrip(".") == "Route not found"):
                return _meaning(answer)
        return None

    async def close(self) -> None:
        await self._client.aclose()


def _meaning(answer: Answer) -> Readiness:
    """By status and words, as its source has them: other servers on the way answer 403, 404 and 503 too."""
    text = _text(answer)
    told = next((trouble for status, words, trouble in _SAID if status == answer.status and words in text), None)
    if told is not None:
        return Readiness(told)
    if answer.status == 403 and (found := _SPENT.search(text)):
        return Readiness(warning=f"the token's user has spent the AI budget of {found[1]}")
    if answer.status == 403 and text == "unauthorized":
        raise SourceError(ErrorKind.UNAUTHORIZED, f"{_WHAT} runs, but refuses our Coder token: renew it")
    answer.raise_for_status(_WHAT)
    raise failure.malformed(_WHAT, answer.body, f"{answer.status} where it has nothing")


def _text(answer: Answer) -> str:
    return answer.body[:_MOST_OF_A_REFUSAL].decode(errors="replace").strip()


def _message(answer: Answer) -> str:
    """Of an error of Coder itself; empty for any other."""
    try:
        return msgspec.json.decode(answer.body, type=_MessageWire).message
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
