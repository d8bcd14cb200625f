"""A command inside a workspace, by the terminal that Coder's agent opens over a websocket."""

from __future__ import annotations

import asyncio
import re
import shlex
import socket
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult

from workshop_tui.clients import failure, redirects
from workshop_tui.clients.coder_connection import coder_plain_http
from workshop_tui.clients.credentials import CODER_HEADER, coder_signature, coder_url
from workshop_tui.clients.network import Network
from workshop_tui.clients.transport import refuse_plain_http
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.settings.settings import Settings

_WHAT = "the agent's terminal"
_ROWS, _COLUMNS = 24, 200
_HEAD_BYTES, _TAIL_BYTES = 8192, 1024
_CLOSE_WITHIN_S = 1.0
_STAYS_S = 20
"""A terminal whose command has ended forgets what it said: it ends a little later, or with its workspace."""
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_CLOSED = (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED)


@dataclass(frozen=True, slots=True)
class CommandEnd:
    exit_code: int
    first_line: str
    """Of what it printed, masked; empty when it printed nothing."""


class AgentTerminal:
    """Names, trust and limits are those of `network`, and the token is the one that all clients of Coder share."""

    def __init__(self, settings: Settings, network: Network) -> None:
        self._settings = settings
        self._network = network
        self._signature = coder_signature(settings, network)

    async def run(self, agent_id: str, command: str, timeout_s: float) -> CommandEnd:
        """`command` goes to `sh` inside. Raises `SourceError`, also when it does not end in time."""
        marker = f"wt-end-{uuid.uuid4().hex[:12]}"
        output = _Output(marker)
        try:
            async with asyncio.timeout(timeout_s):
                token = await self._signature.value()
                try:
                    return await self._ask(agent_id, command, output, token)
                except aiohttp.WSServerHandshakeError as error:
                    if error.status != 401 or (other := await self._signature.value(refused=token)) == token:
                        raise
                    return await self._ask(agent_id, command, output, other)
        except TimeoutError:
            said = f", it said: {output.first_line}" if output.first_line else ""
            message = f"{_WHAT}: the command did not end in {timeout_s:g} s{said}"
            raise SourceError(ErrorKind.TIMEOUT, message) from None
        except aiohttp.WSServerHandshakeError as error:
            told = failure.of_status(error.status, _WHAT)
            raise told or SourceError(ErrorKind.MALFORMED, f"{_WHAT} does not open as a websocket") from None
        except (aiohttp.ClientError, OSError) as error:
            raise failure.of_exception(error, _WHAT) from None

    async def _ask(self, agent_id: str, command: str, output: _Output, token: str) -> CommandEnd:
        url = httpx.URL(f"{coder_url(self._settings)}/api/v2/workspaceagents/{quote(agent_id, safe='')}/pty")
        proxy = self._network.proxy_for(url)
        addresses: tuple[str, ...] = (url.host,)
        if proxy is None:  # an address is checked too: aiohttp asks no resolver for one
            addresses = await self._network.resolve(url.host)
        if url.scheme != "https":
            refuse_plain_http(url.host, addresses, coder_plain_http(self._settings))
        query = {
            "reconnect": str(uuid.uuid4()),
            "height": str(_ROWS),
            "width": str(_COLUMNS),
            "command": f"sh -c {shlex.quote(_script(command, output.marker))}",
            "backend_type": "buffered",
        }
        connector = aiohttp.TCPConnector(
            resolver=_Resolver(self._network.resolve), use_dns_cache=False, ssl=await self._network.trust()
        )
        async with (
            aiohttp.ClientSession(connector=connector, trace_configs=[redirects.refused("Coder")]) as client,
            client.ws_connect(
                str(url),
                params=query,
                headers={CODER_HEADER: token},
                proxy=proxy,
                timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSE_WITHIN_S),
            ) as terminal,
        ):
            return await _until_end(terminal, output)


async def _until_end(terminal: aiohttp.ClientWebSocketResponse, output: _Output) -> CommandEnd:
    while True:
        message = await terminal.receive()
        if message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT):
            output.add(message.data if isinstance(message.data, bytes) else message.data.encode())
            if (exit_code := output.exit_code) is not None:
                return CommandEnd(exit_code, output.first_line)
        elif message.type in _CLOSED:
            reason = message.extra if isinstance(message.extra, str) else ""
            said = failure.one_line(reason) or output.first_line or "without a word"
            raise SourceError(ErrorKind.UNREACHABLE, f"{_WHAT} closed before the command ended: {said}")
        elif message.type is aiohttp.WSMsgType.ERROR:
            raise SourceError(ErrorKind.MALFORMED, f"{_WHAT} does not speak as a websocket does")


class _Output:
    """The beginning and the end of what a terminal says."""

    def __init__(self, marker: str) -> None:
        self.marker = marker
        self._head = b""
        self._tail = b""
        self._end = re.compile(rb"^" + marker.encode() + rb" (\d{1,3})[\r\n]", re.MULTILINE)

    def add(self, data: bytes) -> None:
        self._head += data[: _HEAD_BYTES - len(self._head)]
        self._tail = (self._tail + data)[-_TAIL_BYTES - len(data) :]

    @property
    def exit_code(self) -> int | None:
        """None until the command has ended."""
        found = self._end.search(_without_escapes(self._tail))
        return int(found[1]) if found else None

    @property
    def first_line(self) -> str:
        lines = _without_escapes(self._head).decode("utf-8", "replace").splitlines()
        return next((line for text in lines if (line := failure.one_line(text)) and self.marker not in line), "")


class _Resolver(AbstractResolver):
    def __init__(self, resolve: Callable[[str], Awaitable[tuple[str, ...]]]) -> None:
        self._resolve = resolve

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in await self._resolve(host)
        ]

    async def close(self) -> None:
        """Nothing is held open."""


def _script(command: str, marker: str) -> str:
    return f"( {command}\n) 2>&1; printf '\\n{marker} %s\\n' \"$?\"; sleep {_STAYS_S}"


def _without_escapes(output: bytes) -> bytes:
    return _ESCAPES.sub("", output.decode("utf-8", "replace")).encode()
