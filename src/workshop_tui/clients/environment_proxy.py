"""The proxy that the environment names."""

from __future__ import annotations

import urllib.request


def environment_proxy(host: str, *names: str) -> str | None:
    """Its address by the first of these names that is set, `https` for HTTPS_PROXY; None: none for this host."""
    if urllib.request.proxy_bypass(host):
        return None
    proxies = urllib.request.getproxies()
    proxy = next(filter(None, map(proxies.get, names)), None)
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy
