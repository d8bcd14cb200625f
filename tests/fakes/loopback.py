"""An HTTP(S) server on loopback that answers as a test says, byte for byte if need be."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    method: str
    target: str
    headers: Mapping[str, str]
    """By lower-case name."""
    sni: str | None
    """The name that TLS was asked for."""
    body: bytes = b""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))


@dataclass(frozen=True)
class Says:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    hangs: bool = False
    """Sends all of this, promises one byte more and never sends it."""
    cut: bool = False
    """Sends all of this, promises one byte more and cuts the connection."""
    stream: AsyncGenerator[bytes, None] | None = None
    """The body, piece by piece as it comes; then `hangs` and `cut` happen before its end is told."""


Answer = Callable[[Asked], Says | None]
"""None: not a byte ever comes."""


@dataclass
class Loopback:
    port: int
    asked: list[Asked]

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def connections(serve: Serve, trust: ssl.SSLContext | None = None, at: str = "127.0.0.1") -> AsyncIterator[int]:
    """Serves each connection on the yielded port; what is still open at the end is cut."""
    serving: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving[task] = writer
        try:
            with contextlib.suppress(
                asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError, ssl.SSLError
            ):
                await serve(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(serve_one, at, 0, ssl=trust)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task, writer in serving.items():
            writer.transport.abort()
            task.cancel()
        await asyncio.gather(*serving)
        await asyncio.gather(*(writer.wait_closed() for writer in serving.values()), return_exceptions=True)


@asynccontextmanager
async def loopback(
    answer: Answer, trust: ssl.SSLContext | None = None, at: str = "127.0.0.1"
) -> AsyncIterator[Loopback]:
    """`at`: the address that it listens at."""
    asked: list[Asked] = []
    names: dict[ssl.SSLObject, str | None] = {}
    if trust is not None:
        trust.sni_callback = lambda session, name, _: names.__setitem__(session, name)  # type: ignore[assignment]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            request = await read_request(reader, names.get(writer.get_extra_info("ssl_object")))
            asked.append(request)
            says = answer(request)
            if says is None or not await _write(writer, says):
                await reader.read()
                return

    async with connections(serve, trust, at) as port:
        yield Loopback(port, asked)


async def read_request(reader: asyncio.StreamReader, sni: str | None) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method, target, headers, sni, body)


async def _write(writer: asyncio.StreamWriter, says: Says) -> bool:
    """Whether the connection may go on."""
    unfinished = says.hangs or says.cut
    if says.stream is None:
        headers = {"Content-Length": str(len(says.body) + unfinished), **says.headers}
    else:
        headers = {"Transfer-Encoding": "chunked", **says.headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"HTTP/1.1 {says.status} Said\r\n{lines}\r\n".encode("latin-1") + says.body)
    await writer.drain()
    if says.stream is not None:
        async with contextlib.aclosing(says.stream) as pieces:
            async for piece in pieces:
                writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                await writer.drain()
        if not unfinished:
            writer.write(b"0\r\n\r\n")
            await writer.drain()
    if says.cut:
        raise ConnectionAbortedError
    return not says.hangs
