"""The one seam of HTTP: names, trust, limits, and in a rehearsal nothing but this machine."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl

import dns.asyncresolver
import dns.exception
import httpx

from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.settings import Settings

MOST_BYTES = 32 * 2**20


class Network:
    """How this machine reaches others, as the settings say."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._loopback_only = settings.rehearsal is not None
        self._trust: ssl.SSLContext | None = None
        self._resolver = _resolver(settings.network.nameserver)

    @property
    def loopback_only(self) -> bool:
        return self._loopback_only

    def trust(self) -> ssl.SSLContext:
        """The system's authorities and the configured one. Raises `SourceError` when its file cannot be read."""
        if self._trust is None:
            context = ssl.create_default_context()
            if (ca_file := self._settings.network.ca_file) is not None:
                try:
                    context.load_verify_locations(ca_file)
                except (OSError, ssl.SSLError) as error:
                    reason = "holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror
                    raise SourceError(ErrorKind.NOT_CONFIGURED, f"network.ca_file {ca_file}: {reason}") from None
            self._trust = context
        return self._trust

    def client(
        self, *, base_url: str = "", headers: dict[str, str] | None = None, timeout_s: float = 5
    ) -> httpx.AsyncClient:
        """Follows no redirects; `headers` may hold secrets and are sent to `base_url` only by its caller."""
        return httpx.AsyncClient(
            base_url=base_url,
            headers=headers,
            timeout=timeout_s,
            follow_redirects=False,
            trust_env=False,
            transport=_Transport(self),
        )

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

    async def _look_up(self, host: str) -> tuple[str, ...]:
        if self._resolver is not None and host != "localhost":
            try:
                answer = await self._resolver.resolve(host, "A", lifetime=4)
            except dns.exception.Timeout:
                raise SourceError(ErrorKind.TIMEOUT, f"the name server did not answer for {host}") from None
            except dns.exception.DNSException as error:
                raise SourceError(ErrorKind.UNREACHABLE, f"{host} does not resolve ({type(error).__name__})") from None
            return tuple(str(record) for record in answer)
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except OSError:
            raise SourceError(ErrorKind.UNREACHABLE, f"{host} does not resolve") from None
        addresses = dict.fromkeys(str(entry[4][0]) for entry in found)
        return tuple(sorted(addresses, key=lambda address: ":" in address))


class _Transport(httpx.AsyncBaseTransport):
    """Connects to the address that we resolved; certificate and Host stay those of the name."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._inner: httpx.AsyncHTTPTransport | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._inner is None:
            self._inner = httpx.AsyncHTTPTransport(verify=self._network.trust(), trust_env=False)
        host = request.url.host
        addresses = await self._network.resolve(host)
        if addresses[0] != host:
            request.extensions = {**request.extensions, "sni_hostname": host}
            request.url = request.url.copy_with(host=addresses[0])
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        if self._inner is not None:
            await self._inner.aclose()


def _resolver(nameserver: str | None) -> dns.asyncresolver.Resolver | None:
    if nameserver is None:
        return None
    address, _, port = nameserver.partition(":") if nameserver.count(":") == 1 else (nameserver, "", "")
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.port = int(port or 53)
    resolver.nameservers = [address]
    return resolver
