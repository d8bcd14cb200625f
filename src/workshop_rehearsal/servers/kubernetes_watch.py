"""A watch: changes as lines of JSON, with bookmarks, until its time is over or its history is lost."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from aiohttp import web

from workshop_rehearsal.servers.object_store import Change, ExpiredError, ObjectStore, Stored
from workshop_rehearsal.servers.selector import Match
from workshop_rehearsal.world.objects import Kind

LINES_AT_ONCE = 500
STATE_ENDS = "k8s.io/initial-events-end"


@dataclass(frozen=True, slots=True)
class WatchRequest:
    kind: Kind
    body: Callable[[Stored], bytes]
    """An object with its kind."""
    matches: Match
    version: int
    """Changes after this are sent."""
    state_first: bool
    """Send what exists as ADDED first."""
    bookmarks: bool
    marks_end_of_state: bool
    kind_name: str
    api_version: str
    timeout_s: float
    bookmark_every_s: float


async def watch(request: web.Request, store: ObjectStore, wanted: WatchRequest) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.enable_chunked_encoding()
    # Whoever watches may leave at any moment: that is the end of the watch, not an error.
    with contextlib.suppress(ConnectionError):
        await response.prepare(request)
        await _send(response, store, wanted)
        await response.write_eof()
    return response


async def _send(response: web.StreamResponse, store: ObjectStore, wanted: WatchRequest) -> None:
    version = wanted.version
    if wanted.state_first:
        version = store.version
        state = [stored for stored in store.all(wanted.kind) if wanted.matches(stored.document)]
        for batch in range(0, len(state), LINES_AT_ONCE):
            lines = (_line(b"ADDED", wanted.body(stored)) for stored in state[batch : batch + LINES_AT_ONCE])
            await response.write(b"".join(lines))
        if wanted.marks_end_of_state:
            await response.write(_bookmark(wanted, version, {STATE_ENDS: "true"}))
    loop = asyncio.get_running_loop()
    ends = loop.time() + wanted.timeout_s
    next_bookmark = loop.time() + wanted.bookmark_every_s
    while (now := loop.time()) < ends:
        try:
            changes = store.since(wanted.kind, version)
        except ExpiredError:
            await response.write(_line(b"ERROR", _expired(version)))
            return
        version = store.version
        for batch in range(0, len(changes), LINES_AT_ONCE):
            if text := b"".join(_event(change, wanted) or b"" for change in changes[batch : batch + LINES_AT_ONCE]):
                await response.write(text)
        if wanted.bookmarks and now >= next_bookmark:
            await response.write(_bookmark(wanted, version, {}))
            next_bookmark = now + wanted.bookmark_every_s
        if store.version == version:
            await store.wait(max(0.0, min(ends, next_bookmark if wanted.bookmarks else ends) - loop.time()))


def _event(change: Change, wanted: WatchRequest) -> bytes | None:
    """As a selector sees it: what stops matching is DELETED, what begins to match is ADDED."""
    was = change.before is not None and wanted.matches(change.before.document)
    after = change.after
    if after is not None and wanted.matches(after.document):
        return _written(change, wanted, b"MODIFIED" if was else b"ADDED", after)
    last = after or change.before
    return _written(change, wanted, b"DELETED", last) if was and last is not None else None


def _written(change: Change, wanted: WatchRequest, type_: bytes, stored: Stored) -> bytes:
    line = change.lines.get(type_)
    if line is None:
        line = change.lines[type_] = _line(type_, wanted.body(stored))
    return line


def _bookmark(wanted: WatchRequest, version: int, annotations: dict[str, str]) -> bytes:
    metadata: dict[str, Any] = {"resourceVersion": str(version), "creationTimestamp": None}
    if annotations:
        metadata["annotations"] = annotations
    document = {"kind": wanted.kind_name, "apiVersion": wanted.api_version, "metadata": metadata}
    return _line(b"BOOKMARK", msgspec.json.encode(document))


def _expired(version: int) -> bytes:
    return msgspec.json.encode(
        {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": f"too old resource version: {version}",
            "reason": "Expired",
            "code": 410,
        }
    )


def _line(type_: bytes, body: bytes) -> bytes:
    return b'{"type":"' + type_ + b'","object":' + body + b"}\n"
