"""A SOCKS5 proxy on loopback that looks names up by itself, to one server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fakes.loopback import connections

REFUSED = 2
"""By its rules."""


@asynccontextmanager
async def socks(server_port: int, reply: int = 0) -> AsyncIterator[tuple[int, list[tuple[str, int]]]]:
    """(port, what was asked for). Whatever is asked for, it connects to this port of ours, unless `reply` refuses."""
    asked: list[tuple[str, int]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, methods = await reader.readexactly(2)
        await reader.readexactly(methods)
        writer.write(b"\x05\x00")
        _, _, _, kind = await reader.readexactly(4)
        if kind == 3:
            name = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        else:
            name = ".".join(str(part) for part in await reader.readexactly(4))
        asked.append((name, int.from_bytes(await reader.readexactly(2))))
        writer.write(bytes([5, reply, 0, 1, 127, 0, 0, 1, 0, 0]))
        await writer.drain()
        if reply:
            return
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", server_port)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_copy(reader, inner_writer))
                group.create_task(_copy(inner_reader, writer))
        finally:
            inner_writer.close()

    async with connections(serve) as port:
        yield port, asked


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()
