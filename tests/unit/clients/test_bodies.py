"""No answer costs much more than its page needs, however it is packed, cut into pieces or headed."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.loopback import Says, loopback
from workshop_tui.clients.json_request import fetch
from workshop_tui.clients.network import Network
from workshop_tui.clients.unpacking import unpacked
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.settings.settings import Settings


async def through(body: bytes, encoding: str, step: int = 1000) -> bytes:
    async def chunks() -> AsyncIterator[bytes]:
        for at in range(0, len(body), step):
            yield body[at : at + step]

    pieces = [piece async for piece in unpacked(chunks(), encoding, "the server")]
    assert encoding in ("", "identity") or all(len(piece) <= 64 * 1024 for piece in pieces)
    return b"".join(pieces)


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


@given(st.binary(max_size=300_000), st.integers(1, 5000))
async def test_what_was_packed_is_unpacked_however_it_comes(body: bytes, step: int) -> None:
    assert await through(body, "identity", step) == body
    assert await through(gzip.compress(body, 1), "GZIP", step) == body
    assert await through(gzip.compress(body, 1) + gzip.compress(b"more", 1), "x-gzip", step) == body + b"more"
    assert await through(zlib.compress(body, 1), "deflate", step) == body
    assert await through(raw_deflate(body), "deflate", step) == body


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 131_072, 131_073, 1_000_000])
@pytest.mark.parametrize("pack", [raw_deflate, zlib.compress, gzip.compress])
@pytest.mark.parametrize("step", [1, 2, 10**6])
async def test_nothing_of_a_body_stays_behind_at_whatever_length_it_ends(
    size: int, pack: Callable[[bytes], bytes], step: int
) -> None:
    assert await through(pack(bytes(size)), "deflate", step) == bytes(size)


@pytest.mark.parametrize("step", [1, 7, 10**6])
async def test_padding_after_what_is_packed_is_no_part_of_it(step: int) -> None:
    for packed in (gzip.compress(b"{}"), zlib.compress(b"{}"), raw_deflate(b"{}")):
        assert await through(packed + bytes(512), "deflate", step) == b"{}"
    assert await through(gzip.compress(b"{") + bytes(9) + gzip.compress(b"}"), "gzip", step) == b"{}"


@pytest.mark.parametrize("after", [b"garbage", bytes(9) + b"garbage", bytes(2**17)], ids=["that", "padded", "endless"])
async def test_what_comes_after_the_packed_body_and_is_neither_packed_nor_padding_is_refused(after: bytes) -> None:
    with pytest.raises(SourceError, match="cannot be unpacked"):
        await through(gzip.compress(b"{}") + after, "gzip")


@pytest.mark.parametrize("begun", [b"\x1f", b"\x1f\x8b", gzip.compress(b"{}") + b"\x1f"])
async def test_a_packed_body_that_has_only_begun_is_cut_short(begun: bytes) -> None:
    with pytest.raises(SourceError, match="cut its packed answer short"):
        await through(begun, "gzip")


@pytest.mark.parametrize(
    ("body", "encoding", "kind", "words"),
    [
        (
            gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0),
            "gzip, gzip",
            ErrorKind.MALFORMED,
            "packed as nobody asked for",
        ),
        (b"{}", "br", ErrorKind.MALFORMED, "packed as nobody asked for (br)"),
        (b"{}", "zstd", ErrorKind.MALFORMED, "packed as nobody asked for (zstd)"),
        (b"{}\x00\xff" * 9, "gzip", ErrorKind.MALFORMED, "cannot be unpacked"),
        (gzip.compress(b"x" * 5000, mtime=0)[:-9], "gzip", ErrorKind.UNREACHABLE, "cut its packed answer short"),
    ],
    ids=["packed twice", "brotli", "Zstandard", "not packed", "cut short"],  # packed bytes hold the time
)
async def test_what_cannot_be_unpacked_is_one_line(body: bytes, encoding: str, kind: ErrorKind, words: str) -> None:
    async with (
        loopback(lambda _: Says(200, body, {"Content-Encoding": encoding})) as server,
        Network(Settings()).client() as client,
    ):
        with pytest.raises(SourceError) as caught:
            await fetch(client, f"http://{server.host}/", "the server")
    assert caught.value.kind is kind
    assert words in caught.value.message


async def test_a_server_is_asked_only_for_what_is_unpacked_within_limits() -> None:
    async with (
        loopback(lambda _: Says(200, gzip.compress(b"{}"), {"Content-Encoding": "gzip"})) as server,
        Network(Settings()).client() as client,
    ):
        assert (await fetch(client, f"http://{server.host}/", "the server")).body == b"{}"
    assert server.asked[0].headers["accept-encoding"] == "gzip, deflate"


async def test_a_cookie_is_neither_kept_nor_sent_back() -> None:
    async with (
        loopback(lambda _: Says(200, b"{}", {"Set-Cookie": "a=b"})) as server,
        Network(Settings()).client() as client,
    ):
        for _ in range(2):
            await fetch(client, f"http://{server.host}/", "the server")
    assert [asked.headers.get("cookie") for asked in server.asked] == [None, None]


async def test_gigabytes_in_a_few_kilobytes_come_in_small_pieces_and_only_as_they_are_read() -> None:
    bomb = gzip.compress(b"\0" * 2**26, 9) * 64
    read = 0

    async def chunks() -> AsyncIterator[bytes]:
        for at in range(0, len(bomb), 2**16):
            yield bomb[at : at + 2**16]

    tracemalloc.start()
    try:
        async for piece in unpacked(chunks(), "gzip", "the server"):
            read += len(piece)
            if read > 2**25:
                break
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2**20
