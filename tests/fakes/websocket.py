"""A websocket server on loopback that says what a test says, byte for byte if need be."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from fakes.loopback import Asked, Loopback, connections, read_request

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CLOSE = 1, 2, 8
Talk = Callable[[Asked, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def frame(payload: bytes, opcode: int = BINARY) -> bytes:
    """One whole message of at most 64 KiB."""
    if len(payload) < 126:
        return bytes([0x80 | opcode, len(payload)]) + payload
    return bytes([0x80 | opcode, 126]) + len(payload).to_bytes(2, "big") + payload


def close_frame(code: int, reason: str) -> bytes:
    return frame(code.to_bytes(2, "big") + reason.encode(), CLOSE)


@asynccontextmanager
async def websocket(talk: Talk, trust: ssl.SSLContext | None = None, refusal: bytes = b"") -> AsyncIterator[Loopback]:
    """After the handshake `talk` has the connection; with a `refusal` that is the answer to the handshake."""
    asked: list[Asked] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await read_request(reader, None)
        asked.append(request)
        key = request.headers["sec-websocket-key"] + _GUID
        accept = base64.b64encode(hashlib.sha1(key.encode(), usedforsecurity=False).digest()).decode()
        head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        writer.write(refusal or f"{head}Sec-WebSocket-Accept: {accept}\r\n\r\n".encode())
        await writer.drain()
        if not refusal:
            await talk(request, reader, writer)

    async with connections(serve, trust) as port:
        yield Loopback(port, asked)
