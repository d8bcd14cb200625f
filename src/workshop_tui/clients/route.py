"""Probes one host name stage by stage, and tells whether Coder itself answered."""

from __future__ import annotations

import asyncio
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from workshop_tui.clients import failure
from workshop_tui.clients.network import Network
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.route import RouteProbe, RouteRole, RouteStage

PROBE_LABEL = "workshop-probe"
"""No app's host can look like this: Coder answers it with 400 and a page of its own."""
_PAGE_OF_CODER = "Invalid Application URL"
_SIGN_IN = "/api/v2/applications/auth-redirect"
_PAGES_FOR_NO_APP = (
    "Application Not Found",
    "Application Unavailable",
    "Workspace Offline",
    "Head to the Dashboard",
    _PAGE_OF_CODER,
)
"""Titles of Coder's own pages in place of an app."""
_MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: httpx.Headers
    text: str
    certificate_expires_at: datetime | None


class _Reached:
    """Hears from the connection how far it came: a time-out alone does not tell."""

    def __init__(self) -> None:
        self.stage = RouteStage.CONNECT

    async def trace(self, event: str, _told: dict[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            self.stage = RouteStage.TLS
        elif event == "connection.start_tls.complete":
            self.stage = RouteStage.HTTP


class RouteClient:
    """A new connection for each probe: a kept one would hide what a participant meets."""

    def __init__(self, network: Network, timeout_s: float = 4) -> None:
        """`timeout_s`: for the name, and again for the answer; connection and TLS have 45 % of it each."""
        self._network = network
        self._timeout_s = timeout_s

    async def probe(self, role: RouteRole, host: str, port: int) -> RouteProbe:
        """Never raises for what the probe finds; a rehearsal's guard does raise `SourceError`."""
        try:
            async with asyncio.timeout(self._timeout_s):
                addresses = await self._network.resolve(host)
        except (SourceError, TimeoutError) as error:
            told = failure.of_exception(error, f"the name server of {host}")
            if told.kind is ErrorKind.NOT_CONFIGURED:
                raise told from None
            return RouteProbe(role, host, RouteStage.DNS, told.message)
        began = time.monotonic()
        reached = _Reached()
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await self._ask(role, host, port, reached)
        except (httpx.HTTPError, OSError, TimeoutError, SourceError) as error:
            told = failure.of_exception(error, host)
            if told.kind is ErrorKind.NOT_CONFIGURED:
                raise told from None
            return RouteProbe(role, host, reached.stage, told.message, addresses)
        judge = judged_app if role in (RouteRole.APP, RouteRole.PUBLIC_APP) else judged
        stage, detail = judge(role, answer.status, answer.headers, answer.text)
        return RouteProbe(
            role,
            host,
            stage,
            detail,
            addresses,
            answer.status,
            answer.headers.get("x-coder-build-version", ""),
            answer.certificate_expires_at,
            time.monotonic() - began,
        )

    async def _ask(self, role: RouteRole, host: str, port: int, reached: _Reached) -> _Answer:
        path = "/healthz" if role is RouteRole.DOMAIN else "/"
        url = f"https://{host}:{port}{path}"
        # httpx leaves the socket open when it is cancelled during TLS: its own limit must come before ours
        steps = httpx.Timeout(self._timeout_s, connect=self._timeout_s * 0.45)
        async with (
            self._network.client(direct=True) as client,
            client.stream("GET", url, timeout=steps, extensions={"trace": reached.trace}) as response,
        ):
            expires_at = _certificate_end(response)
            body = b""
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > _MOST_BYTES:
                    break
            return _Answer(response.status_code, response.headers, body.decode("utf-8", "replace"), expires_at)


def judged(role: RouteRole, status: int, headers: httpx.Headers, text: str) -> tuple[RouteStage, str]:
    """How far it came, and one line that says why."""
    from_coder = "x-coder-build-version" in headers
    if role is RouteRole.DOMAIN:
        if status == 200 and text.strip() == "OK":
            return RouteStage.CODER, "healthy"
        if status == 200:
            return RouteStage.HTTP, "answers 200, but not as Coder does"
        who = "Coder answers" if from_coder else "answers"
        return RouteStage.HTTP, f"{who} {status} to its health page"
    if status == 400 and (from_coder or _PAGE_OF_CODER in text):
        return RouteStage.CODER, "reaches Coder"
    if from_coder and status in (303, 307, 404):
        return RouteStage.CODER, f"reaches Coder ({status})"
    return RouteStage.HTTP, f"answers {status}, but not from Coder"


def judged_app(role: RouteRole, status: int, headers: httpx.Headers, text: str) -> tuple[RouteStage, str]:
    """Nobody is signed in: Coder sends to its sign-in for the app, unless the app is public."""
    where = urlsplit(headers.get("location", "")) if 300 <= status < 400 else urlsplit("")
    page = next((title for title in _PAGES_FOR_NO_APP if title in text), "")
    if where.path.endswith(_SIGN_IN):
        return RouteStage.CODER, "asks to sign in"
    if page:
        return RouteStage.HTTP, f'answers {status}, "{page}"'
    if status == 404 or status >= 500:
        return RouteStage.HTTP, f"answers {status}"
    if role is RouteRole.PUBLIC_APP:
        return RouteStage.CODER, f"answers {status}"
    elsewhere = f"redirects to {where.hostname or 'another page'}" if 300 <= status < 400 else f"answers {status}"
    return RouteStage.HTTP, f"{elsewhere}, but does not ask to sign in to Coder: something else answers"


def _certificate_end(response: httpx.Response) -> datetime | None:
    stream = response.extensions.get("network_stream")
    session = stream.get_extra_info("ssl_object") if stream is not None else None
    certificate = session.getpeercert() if session is not None else None
    if not certificate or "notAfter" not in certificate:
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
