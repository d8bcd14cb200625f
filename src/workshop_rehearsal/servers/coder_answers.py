"""Answers in the shapes of Coder's API."""

from __future__ import annotations

from typing import Any

import msgspec
from aiohttp import web

from workshop_rehearsal.servers.coder_query import BadQueryError


async def read_body(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        raise BadQueryError("body", "expected JSON") from None
    if not isinstance(body, dict):
        raise BadQueryError("body", "expected an object")
    return body


def encoded(status: int, document: object) -> web.Response:
    return web.Response(status=status, body=msgspec.json.encode(document), content_type="application/json")


def message(status: int, text: str, *, detail: str = "") -> web.Response:
    return encoded(status, {"message": text, **({"detail": detail} if detail else {})})


def not_found() -> web.Response:
    return message(404, "Resource not found or you do not have access to this resource")
