"""One request, one decoded answer, or one `SourceError`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
import msgspec

from workshop_tui.clients import failure
from workshop_tui.clients.whole_answer import whole

Shape = TypeVar("Shape")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: httpx.Headers
    body: bytes

    def raise_for_status(self, what: str) -> None:
        """Raises `SourceError` for anything but 2xx."""
        error = failure.of_status(self.status, what, retry_after=self.headers.get("retry-after"))
        if error is not None:
            raise error


async def fetch(
    client: httpx.AsyncClient,
    path: str | httpx.URL,
    what: str,
    *,
    method: str = "GET",
    **request: Any,  # noqa: ANN401  # httpx's own
) -> Answer:
    """Any answer, whatever its status, whose body is at most 8 MiB and cheap to decode. Raises `SourceError`.

    A GET is sent once more when the connection ends before an answer: a server may close a kept one at any time.
    """
    try:
        try:
            return await _once(client, path, what, method, request)
        except (httpx.ReadError, httpx.RemoteProtocolError):
            if method != "GET":
                raise
            return await _once(client, path, what, method, request)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise failure.of_exception(error, what) from None


async def _once(
    client: httpx.AsyncClient, path: str | httpx.URL, what: str, method: str, request: dict[str, Any]
) -> Answer:
    async with client.stream(method, path, **request) as response:
        return Answer(response.status_code, response.headers, await whole(response.aiter_raw(), what))


async def fetch_json(
    client: httpx.AsyncClient,
    path: str | httpx.URL,
    shape: type[Shape],
    what: str,
    **request: Any,  # noqa: ANN401  # httpx's own
) -> Shape:
    """The decoded body of a 2xx answer. Raises `SourceError`."""
    answer = await fetch(client, path, what, **request)
    answer.raise_for_status(what)
    return decode(answer.body, shape, what)


def decode(body: bytes, shape: type[Shape], what: str) -> Shape:
    """Raises `SourceError` of kind malformed, without the body."""
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        raise failure.malformed(what, body, str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise failure.malformed(what, body, "half an answer, or not JSON") from None
