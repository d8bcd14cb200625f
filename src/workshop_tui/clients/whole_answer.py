"""The body of one answer, read only as far as it may cost: in bytes, and in what they become when they are decoded."""

from __future__ import annotations

import io
from collections.abc import AsyncIterable

from workshop_tui.errors import ErrorKind, SourceError

MOST_BYTES = 8 * 2**20
"""Of one answer when it is unpacked; of pods, a page of a hundred has 0.7 MB."""
_MOST_COST_BYTES = 64 * 2**20
_CHEAP_BYTES = 2**20
"""Whatever stands in so much becomes at most forty times as much."""
_PART_BYTES = 192
"""What msgspec makes at most for an object, or for one more entry of a list or an object (measured)."""
_SLICE_BYTES = 256 * 1024
_MOST_PIECES = 50_000
"""A server that sends byte by byte costs seconds of our time and little of its own."""


class TooLarge(SourceError):  # noqa: N818  # says what it is, as `Expired` does
    """An answer that costs more than 64 MiB: less may be asked for at once."""


async def whole(pieces: AsyncIterable[bytes], who: str) -> bytes:
    """All of it, fit to be decoded. Raises `TooLarge`."""
    found = io.BytesIO()  # gives what it holds without a second copy
    count = 0
    async for piece in pieces:
        count += 1
        if found.tell() + len(piece) > MOST_BYTES:
            raise TooLarge(ErrorKind.MALFORMED, f"{who} answers with more than {MOST_BYTES >> 20} MiB")
        refuse_crumbs(count, who)
        found.write(piece)
    body = found.getvalue()
    if costs_too_much(body):
        raise too_costly(len(body), who)
    return body


def refuse_crumbs(pieces: int, who: str) -> None:
    """Raises `SourceError` for an answer, or an event, that came in so many pieces."""
    if pieces > _MOST_PIECES:
        raise SourceError(ErrorKind.MALFORMED, f"{who} answers in more than {_MOST_PIECES} pieces")


def costs_too_much(body: bytes) -> bool:
    """Whether a JSON text would take more than 64 MiB when it is decoded."""
    if len(body) <= _CHEAP_BYTES:
        return False
    wide = not body.isascii() or rb"\u" in body  # one sign beyond the usual makes each of its text four bytes
    cost_bytes = len(body) * (5 if wide else 2)
    for start in range(0, len(body), _SLICE_BYTES):
        piece = body[start : start + _SLICE_BYTES]
        cost_bytes += (piece.count(b"{") + piece.count(b",")) * _PART_BYTES
        if cost_bytes > _MOST_COST_BYTES:
            return True
    return False


def too_costly(size_bytes: int, who: str) -> TooLarge:
    message = f"{who} answers with {size_bytes >> 20} MiB that would take more than {_MOST_COST_BYTES >> 20} MiB"
    return TooLarge(ErrorKind.MALFORMED, message)
