"""A compressed answer, unpacked piece by piece: a few kilobytes that would become gigabytes cost one piece."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterable, AsyncIterator, Iterator

from workshop_tui.errors import ErrorKind, SourceError

ACCEPT_ENCODING = "gzip, deflate"
_PIECE_BYTES = 64 * 1024
_AT_ONCE_BYTES = 2**20
"""As much unpacks in a few milliseconds: then others have their turn."""
_LEAST_BYTES = 4 * 1024
"""A smaller piece takes as long as one of this size."""
_KNOWN = ("", "identity", "gzip", "x-gzip", "deflate")


async def unpacked(chunks: AsyncIterable[bytes], encoding: str, who: str) -> AsyncIterator[bytes]:
    """Pieces of at most 64 KiB. `encoding`: of the header. Raises `SourceError` for one that was not asked for.

    So one answer is packed once at most: no server has a reason to pack what is packed.
    """
    coding = encoding.strip().lower()
    if coding not in _KNOWN:
        shown = "".join(sign for sign in coding if sign.isprintable())[:40]
        raise SourceError(ErrorKind.MALFORMED, f"{who} answers packed as nobody asked for ({shown})")
    unpacker = None if coding in ("", "identity") else _Unpacker()
    since_pause = 0
    async for chunk in chunks:
        for piece in (chunk,) if unpacker is None else unpacker.pieces(chunk, who):
            yield piece
            since_pause += max(len(piece), _LEAST_BYTES)
            if since_pause >= _AT_ONCE_BYTES:
                since_pause = 0
                await asyncio.sleep(0)
    if unpacker is not None and not unpacker.ended:
        raise SourceError(ErrorKind.UNREACHABLE, f"{who} cut its packed answer short")


class _Unpacker:
    """gzip and zlib by their own marks; deflate without any, as some servers send it."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(zlib.MAX_WBITS | 32)
        self._began = False
        self.ended = True

    def pieces(self, data: bytes, who: str) -> Iterator[bytes]:
        while data:
            if self._stream.eof:  # several gzip members are one body
                self._stream = zlib.decompressobj(zlib.MAX_WBITS | 32)
            try:
                piece = self._stream.decompress(data, _PIECE_BYTES)
            except zlib.error:
                if self._began:
                    raise SourceError(ErrorKind.MALFORMED, f"{who} answers with what cannot be unpacked") from None
                self._stream, self._began = zlib.decompressobj(-zlib.MAX_WBITS), True
                continue
            self._began, self.ended = True, self._stream.eof
            data = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail
            if piece:
                yield piece
            elif data and not self._stream.eof:
                raise SourceError(ErrorKind.MALFORMED, f"{who} answers with what cannot be unpacked")
