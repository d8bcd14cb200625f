"""Listening sockets on loopback, and applications that answer on them."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from contextlib import AsyncExitStack

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

LOOPBACK = "127.0.0.1"
SHUTDOWN_S = 0.1
"""For answers under way when the platform ends; watches are cut."""


def free_socket() -> socket.socket:
    """Bound to a free port, not yet listening."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((LOOPBACK, 0))
    return bound


def port_of(bound: socket.socket) -> int:
    return int(bound.getsockname()[1])


async def serve(
    stack: AsyncExitStack, app: web.Application, bound: socket.socket, tls: ssl.SSLContext | None = None
) -> None:
    """Answer until the stack closes."""
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=SHUTDOWN_S)
    stack.push_async_callback(runner.cleanup)
    await runner.setup()
    await web.SockSite(runner, bound, ssl_context=tls, backlog=512).start()


def up_to_date(catch_up: Callable[[], None], rtt_s: float) -> Middleware:
    """Before each answer the world moves to the present; `rtt_s` is how far away it pretends to be."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if rtt_s > 0:
            await asyncio.sleep(rtt_s)
        catch_up()
        return await handler(request)

    return middleware
