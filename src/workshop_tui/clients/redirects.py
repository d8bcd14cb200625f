"""aiohttp follows redirects and takes our headers along: never to another place."""

from __future__ import annotations

from types import SimpleNamespace

import aiohttp

from workshop_tui.clients import failure


def refused(what: str) -> aiohttp.TraceConfig:
    """A session with it raises `SourceError` instead of following. `what`: e.g. `the API server`."""

    async def refuse(
        _session: aiohttp.ClientSession, _context: SimpleNamespace, told: aiohttp.TraceRequestRedirectParams
    ) -> None:
        raise failure.of_status(told.response.status, f"{what} at {told.url.host}") or AssertionError

    traces = aiohttp.TraceConfig()
    traces.on_request_redirect.append(refuse)
    return traces
