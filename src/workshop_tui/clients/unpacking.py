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
_MOST_PADDING_BYTES = 64 * 1024
"""Zero bytes after what is packed, as those who write in blocks send them; endless ones would count for no limit."""
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
            if piece:
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
        self._stream = zlib.decompressobj()
        self._under_way = self._any_read = False
        self._begun = b""
        """Too few bytes to tell a format."""
        self._padding_bytes = 0

    @property
    def ended(self) -> bool:
        return not self._under_way and not self._begun

    def pieces(self, data: bytes, who: str) -> Iterator[bytes]:
        """Some are empty: they took their time nevertheless."""
        more = False
        while data or more:
            if not self._under_way:  # several gzip members are one body
                data = self._begin(self._begun + data, who)
                if not self._under_way:
                    return
            try:
                piece = self._stream.decompress(data, _PIECE_BYTES)
            except zlib.error:
                raise _not_packed(who) from None
            self._under_way = not self._stream.eof
            data = self._stream.unconsumed_tail if self._under_way else self._stream.unused_data
            if self._under_way and data and not piece:
                raise _not_packed(who)
            more = self._under_way and len(piece) == _PIECE_BYTES  # the rest may wait inside, all its input read
            yield piece

    def _begin(self, data: bytes, who: str) -> bytes:
        if self._any_read:
            unpadded = data.lstrip(b"\0")
            self._padding_bytes += len(data) - len(unpadded)
            data = unpadded
            if self._padding_bytes > _MOST_PADDING_BYTES:
                raise _not_packed(who)
        self._begun = data if len(data) < 2 else b""
        if self._begun or not data:
            return b""
        marked = data.startswith(b"\x1f\x8b") or (data[0] & 0x8F == 0x08 and int.from_bytes(data[:2]) % 31 == 0)
        if self._any_read and not marked:
            raise _not_packed(who)
        self._stream = zlib.decompressobj(zlib.MAX_WBITS | 32 if marked else -zlib.MAX_WBITS)
        self._under_way = self._any_read = True
        return data


def _not_packed(who: str) -> SourceError:
    return SourceError(ErrorKind.MALFORMED, f"{who} answers with what cannot be unpacked")
