"""How one request goes out: to which address, with which credential, and how its answer comes in."""

from __future__ import annotations

import ipaddress
import ssl
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Protocol

import httpx

from workshop_tui.clients import failure
from workshop_tui.clients.unpacking import unpacked
from workshop_tui.errors import ErrorKind, SourceError

_MOST_ADDRESSES = 4
_CREDENTIALS = ("authorization", "coder-session-token", "cookie")


@dataclass(frozen=True, slots=True)
class PlainHttp:
    """Whether a credential may go over http:// to another host than this machine."""

    setting: str
    """That allows it, e.g. `coder.allow_plain_http = true`."""
    allowed: bool = False


class Ways(Protocol):
    """What the transport needs of the network."""

    async def trust(self) -> ssl.SSLContext: ...
    async def resolve(self, host: str) -> tuple[str, ...]: ...
    def proxy_for(self, url: httpx.URL) -> str | None: ...


class Transport(httpx.AsyncBaseTransport):
    """Connects to the addresses that we resolved, one after another; certificate and Host stay those of the name."""

    def __init__(self, ways: Ways, plain_http: PlainHttp, *, direct: bool) -> None:
        self._ways = ways
        self._plain_http = plain_http
        self._direct = direct
        self._inner: dict[str | None, httpx.AsyncHTTPTransport] = {}
        """By proxy; None for none."""
        self._answered: dict[str, str] = {}
        """Host -> the address that could be connected to last: it is tried first."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        trust = await self._ways.trust()
        proxy = None if self._direct else self._ways.proxy_for(request.url)
        if proxy not in self._inner:
            self._inner[proxy] = _by_way_of(proxy, trust)
        inner, host = self._inner[proxy], request.url.host
        addresses = (host,) if proxy is not None else await self._ways.resolve(host)
        if request.url.scheme == "http" and any(name in request.headers for name in _CREDENTIALS):
            refuse_plain_http(host, addresses, self._plain_http)
        response = await (inner.handle_async_request(request) if proxy else self._connect(inner, request, addresses))
        if not isinstance(response.stream, httpx.AsyncByteStream):
            raise TypeError("an asynchronous transport gives asynchronous answers")
        encoding = ", ".join(response.headers.get_list("content-encoding"))
        if "content-encoding" in response.headers:
            del response.headers["content-encoding"]  # unpacked here, within limits
        response.stream = _Unpacked(response.stream, encoding, host)
        return response

    async def aclose(self) -> None:
        for inner in self._inner.values():
            await inner.aclose()

    async def _connect(
        self, inner: httpx.AsyncHTTPTransport, request: httpx.Request, addresses: tuple[str, ...]
    ) -> httpx.Response:
        """The time-out of connecting is shared fairly: a dead address leaves the next one its part."""
        host, timeout = request.url.host, request.extensions.get("timeout", {})
        order = sorted(_in_turn(addresses), key=lambda address: address != self._answered.get(host))[:_MOST_ADDRESSES]
        limit_s, began_s = timeout.get("connect"), time.monotonic()
        first: httpx.TransportError | None = None
        for left in range(len(order), 0, -1):
            address = order[-left]
            share = {} if limit_s is None else {"connect": (limit_s - (time.monotonic() - began_s)) / left}
            try:
                response = await inner.handle_async_request(_to(address, request, {**timeout, **share}))
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                first = first or error
                if left == 1 or failure.of_exception(error, host).kind is ErrorKind.TLS:
                    raise first from None
            else:
                self._answered = {host: address} if len(self._answered) > _MOST_ADDRESSES else self._answered
                self._answered[host] = address
                return response
        raise SourceError(ErrorKind.UNREACHABLE, f"{host} has no address")


def refuse_plain_http(host: str, addresses: tuple[str, ...], plain_http: PlainHttp) -> None:
    """For a request with a credential and without TLS. Raises `SourceError` unless it stays here or is allowed."""
    if not plain_http.allowed and not all(is_here(address) for address in addresses):
        message = f"{host} would get a credential without TLS: use https, or set {plain_http.setting}"
        raise SourceError(ErrorKind.NOT_CONFIGURED, message)


class _Unpacked(httpx.AsyncByteStream):
    def __init__(self, inner: httpx.AsyncByteStream, encoding: str, host: str) -> None:
        self._inner = inner
        self._encoding = encoding
        self._host = host

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in unpacked(self._inner, self._encoding, self._host):
            yield piece

    async def aclose(self) -> None:
        await self._inner.aclose()


def _to(address: str, request: httpx.Request, timeout: dict[str, float | None]) -> httpx.Request:
    extensions = {**request.extensions, "timeout": timeout}
    if address != request.url.host:
        extensions["sni_hostname"] = request.url.host
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions=extensions,
    )


def _in_turn(addresses: tuple[str, ...]) -> list[str]:
    """IPv4 and IPv6 by turns: when one of them is dead it is dead for all addresses."""
    families = ([one for one in addresses if ":" not in one], [one for one in addresses if ":" in one])
    return [one for pair in zip_longest(*families) for one in pair if one is not None]


def is_here(address: str) -> bool:
    try:
        return address == "localhost" or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _by_way_of(proxy: str | None, trust: ssl.SSLContext) -> httpx.AsyncHTTPTransport:
    try:
        return httpx.AsyncHTTPTransport(verify=trust, trust_env=False, proxy=proxy)
    except (ValueError, ImportError, httpx.InvalidURL):
        raise SourceError(
            ErrorKind.NOT_CONFIGURED, "the environment's proxy cannot be used: expected http://host:port"
        ) from None
