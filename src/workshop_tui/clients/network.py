"""The one seam of HTTP: names, trust, limits, and in a rehearsal nothing but this machine."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Callable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TypeVar, cast

import dns.asyncresolver
import dns.exception
import dns.resolver
import httpx

from workshop_tui.clients.environment_proxy import environment_proxy
from workshop_tui.clients.transport import PlainHttp, Transport
from workshop_tui.clients.unpacking import ACCEPT_ENCODING
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.settings.settings import Settings, name_server

Signature = TypeVar("Signature", bound=httpx.Auth)

_OTHER_FAMILY_S = 0.2
"""Once the IPv4 addresses are known, some name servers never answer for IPv6."""


class Network:
    """How this machine reaches others, as the settings say."""

    def __init__(self, settings: Settings, look_up_s: float = 4) -> None:
        """`look_up_s`: how long the configured name server may take for one question."""
        self._look_up_s = look_up_s
        self._ca_file = settings.network.ca_file
        self._loopback_only = settings.rehearsal is not None
        self._resolver = _resolver(settings.network.nameserver)
        self._public_resolver = _resolver(settings.network.public_nameserver)
        self._trust: ssl.SSLContext | None = None
        self._loading = asyncio.Lock()
        self._signatures: dict[str, httpx.Auth] = {}

    @property
    def loopback_only(self) -> bool:
        return self._loopback_only

    async def trust(self) -> ssl.SSLContext:
        """The system's authorities and the configured one. Raises `SourceError` when its file cannot be read."""
        async with self._loading:
            if self._trust is None:
                self._trust = await asyncio.to_thread(_load_trust, self._ca_file)
            return self._trust

    def client(
        self,
        *,
        base_url: str = "",
        headers: dict[str, str] | None = None,
        auth: httpx.Auth | None = None,
        timeout_s: float = 5,
        direct: bool = False,
        plain_http: PlainHttp | None = None,
    ) -> httpx.AsyncClient:
        """Follows no redirects and keeps no cookies. `timeout_s`: of each step.

        `direct`: not through the environment's proxy. `plain_http`: default, no credential goes out without TLS.
        """
        return httpx.AsyncClient(
            base_url=base_url,
            headers={"Accept-Encoding": ACCEPT_ENCODING, **(headers or {})},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            auth=auth,
            timeout=timeout_s,
            follow_redirects=False,
            trust_env=False,
            transport=Transport(self, plain_http or PlainHttp("an address with https://"), direct=direct),
        )

    def signature(self, server: str, make: Callable[[], Signature]) -> Signature:
        """The one that all clients of this server share, so that its secret is read once for all of them."""
        if server not in self._signatures:
            self._signatures[server] = make()
        return cast("Signature", self._signatures[server])

    def proxy_for(self, url: httpx.URL) -> str | None:
        """The environment's proxy; none in a rehearsal, nor where the settings name a name server."""
        if self._loopback_only or self._resolver is not None:
            return None
        return environment_proxy(url.host, url.scheme, "all")

    async def resolve(self, host: str) -> tuple[str, ...]:
        """Addresses of a name, IPv4 first. Raises `SourceError`, also for a forbidden address in a rehearsal."""
        try:
            ipaddress.ip_address(host)
            addresses: tuple[str, ...] = (host,)
        except ValueError:
            addresses = await self._look_up(host)
        if self._loopback_only:
            outside = [address for address in addresses if not ipaddress.ip_address(address).is_loopback]
            if outside:
                raise SourceError(
                    ErrorKind.NOT_CONFIGURED,
                    f"{host} is {outside[0]}: a rehearsal reaches nothing outside this machine",
                )
        return addresses

    async def resolve_in_public(self, host: str) -> tuple[str, ...]:
        """Addresses by the public name server of the settings; nothing is connected to. Raises `SourceError`."""
        if self._public_resolver is None:
            raise SourceError(ErrorKind.NOT_CONFIGURED, "network.public_nameserver is not set")
        if self._loopback_only and not _on_loopback(self._public_resolver):
            raise SourceError(ErrorKind.NOT_CONFIGURED, "a rehearsal asks no name server outside this machine")
        return await _ask(self._public_resolver, host, self._look_up_s)

    async def _look_up(self, host: str) -> tuple[str, ...]:
        if self._resolver is not None and host != "localhost":
            return await _ask(self._resolver, host, self._look_up_s)
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise SourceError(ErrorKind.UNREACHABLE, f"{host} does not resolve") from None
        addresses = dict.fromkeys(str(entry[4][0]) for entry in found)
        return tuple(sorted(addresses, key=lambda address: ":" in address))


def _load_trust(ca_file: str | None) -> ssl.SSLContext:
    """Blocking: the system's authorities take 70 ms to load."""
    context = ssl.create_default_context()
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError) as error:
            reason = "holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror
            raise SourceError(ErrorKind.NOT_CONFIGURED, f"network.ca_file {ca_file}: {reason}") from None
    return context


def _resolver(nameserver: str | None) -> dns.asyncresolver.Resolver | None:
    if nameserver is None:
        return None
    resolver = dns.asyncresolver.Resolver(configure=False)
    address, resolver.port = name_server(nameserver)
    resolver.nameservers = [address]
    return resolver


def _on_loopback(resolver: dns.asyncresolver.Resolver) -> bool:
    return all(ipaddress.ip_address(str(address)).is_loopback for address in resolver.nameservers)


async def _ask(resolver: dns.asyncresolver.Resolver, host: str, limit_s: float) -> tuple[str, ...]:
    ipv6 = asyncio.create_task(_records(resolver, host, "AAAA", limit_s))
    try:
        try:
            ipv4 = await _records(resolver, host, "A", limit_s)
        except dns.resolver.NoAnswer:
            return await ipv6
        await asyncio.wait((ipv6,), timeout=_OTHER_FAMILY_S)
        return ipv4 + (ipv6.result() if ipv6.done() and not ipv6.exception() else ())
    except dns.exception.Timeout:
        raise SourceError(ErrorKind.TIMEOUT, f"the name server did not answer for {host}") from None
    except dns.resolver.NXDOMAIN:
        raise SourceError(ErrorKind.UNREACHABLE, f"{host} does not exist in DNS: check the record") from None
    except dns.resolver.NoAnswer:
        raise SourceError(ErrorKind.UNREACHABLE, f"{host} has no address in DNS: check the record") from None
    except (dns.exception.DNSException, OSError) as error:
        raise SourceError(ErrorKind.UNREACHABLE, f"{host} does not resolve ({type(error).__name__})") from None
    finally:
        ipv6.cancel()
        await asyncio.wait((ipv6,))


async def _records(resolver: dns.asyncresolver.Resolver, host: str, kind: str, limit_s: float) -> tuple[str, ...]:
    return tuple(str(record) for record in await resolver.resolve(host, kind, lifetime=limit_s))
