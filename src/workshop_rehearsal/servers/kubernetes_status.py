"""The `Status` that the API server answers with instead of an object."""

from __future__ import annotations

from typing import Any

from aiohttp import web


class Refused(Exception):  # noqa: N818  # the client was refused; nothing broke here
    """A request that the API server does not carry out."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status, self.reason, self.message = status, reason, message


def refusal(refused: Refused) -> web.Response:
    return failure(refused.status, refused.reason, refused.message)


def done(**details: Any) -> web.Response:  # noqa: ANN401  # JSON is anything
    body = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}
    return web.json_response(body)


def failure(status: int, reason: str, message: str) -> web.Response:
    """A `Status` body, as for every error."""
    body = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reason,
        "code": status,
    }
    return web.json_response(body, status=status)
