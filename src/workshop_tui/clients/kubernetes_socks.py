"""Clusters behind a SOCKS proxy, which a kubeconfig names as `proxy-url`, or the environment."""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp_socks import ProxyConnectionError, ProxyConnector, ProxyError, ProxyTimeoutError

from workshop_tui.clients.kubernetes_aio import Configuration, RESTClientObject
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.redaction import remember

SOCKS_ERRORS = (ProxyConnectionError, ProxyError, ProxyTimeoutError)
_HTTP = ("http", "https")
_SOCKS = ("socks5", "socks5h")
_PORT = 1080
"""Where an address names none, as for kubectl."""


def socks_proxy(url: str | None, what: str) -> str | None:
    """The address where it is one of SOCKS; None for a proxy of HTTP or none. Raises `SourceError` for any other.

    `what`: where the address was written.
    """
    try:
        parts = urlsplit(url or "")
        scheme, host, port = parts.scheme.lower(), parts.hostname, parts.port
    except ValueError:
        scheme, host, port = "", None, None
    else:
        if parts.password:
            remember(parts.password)
    if not url or (scheme in _HTTP and host):
        return None
    if scheme not in _SOCKS or not host:
        message = f"{what} is no address of a proxy: expected http, https, socks5 or socks5h"
        raise SourceError(ErrorKind.NOT_CONFIGURED, message)
    address = parts.netloc if port is not None else f"{parts.netloc.rstrip(':')}:{_PORT}"
    return f"socks5://{address}"


class ThroughSocks(RESTClientObject):
    """Names are looked up by the proxy, as kubectl does with either word."""

    def __init__(self, configuration: Configuration, proxy: str) -> None:
        super().__init__(configuration)
        self._socks = proxy

    def _create_connector(self) -> ProxyConnector:
        return ProxyConnector.from_url(self._socks, rdns=True, ssl=self.ssl_context, limit=self.maxsize)
