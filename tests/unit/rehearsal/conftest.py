"""A platform on loopback for one test, and a client that knows only its settings file."""

from __future__ import annotations

import json
import ssl
import tomllib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import dns.asyncresolver
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from workshop_rehearsal.serve import Platform, PlatformOptions, serving


class NameserverResolver(AbstractResolver):
    """Asks only the platform's own DNS server."""

    def __init__(self, nameserver: str) -> None:
        address, port = nameserver.split(":")
        self._resolver = dns.asyncresolver.Resolver(configure=False)
        self._resolver.nameservers = [address]
        self._resolver.port = int(port)

    async def resolve(self, host, port=0, family=0) -> list[ResolveResult]:
        answer = await self._resolver.resolve(host, "A")
        return [
            ResolveResult(hostname=host, host=record.address, port=port, family=family, proto=0, flags=0)
            for record in answer
        ]

    async def close(self) -> None:
        """Nothing is held open."""


@dataclass
class Answer:
    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Wire:
    """What the settings file says, asked over the wire."""

    def __init__(self, platform: Platform, session: aiohttp.ClientSession) -> None:
        self.platform = platform
        self.session = session
        self.settings = tomllib.loads(platform.files.path.read_text())
        self.kubeconfig = json.loads(Path(self.settings["kubernetes"]["kubeconfig"]).read_text())

    async def get(self, url: str, **more: Any) -> Answer:
        return await self.ask("GET", url, **more)

    async def ask(self, method: str, url: str, **more: Any) -> Answer:
        async with self.session.request(method, url, allow_redirects=False, **more) as response:
            return Answer(response.status, response.headers, await response.read())

    def region(self, name: str) -> dict[str, Any]:
        return next(region for region in self.settings["region"] if region["name"] == name)

    def kubernetes_url(self, region: str, path: str) -> str:
        context = self.region(region)["context"]
        cluster = next(one["cluster"] for one in self.kubeconfig["clusters"] if one["name"] == context)
        return f"{cluster['server']}{path}"

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.kubeconfig['users'][0]['user']['token']}"}

    async def kubernetes(self, region: str, path: str, **params: str) -> Answer:
        return await self.get(self.kubernetes_url(region, path), params=params, headers=self.bearer)

    async def pods(self, region: str, **params: str) -> list[dict[str, Any]]:
        return (await self.kubernetes(region, "/api/v1/pods", **params)).json["items"]

    async def coder(self, path: str, **params: str) -> Answer:
        token = self.secret("coder", "token")
        url = f"{self.settings['coder']['url']}/api/v2{path}"
        return await self.get(url, params=params, headers={"Coder-Session-Token": token})

    def host(self, region: str, name: str, path: str = "/") -> str:
        return f"https://{name}:{self.region(region)['https_port']}{path}"

    def secret(self, section: str, key: str) -> str:
        return Path(self.settings[section][key]["file"]).read_text()

    async def gateway(self, path: str, method: str = "GET", **more: Any) -> Answer:
        headers = {"Authorization": f"Bearer {self.secret('gateway', 'key')}"}
        return await self.ask(method, f"{self.settings['gateway']['url']}{path}", headers=headers, **more)


Rehearse = Callable[..., AbstractAsyncContextManager[Wire]]


@pytest.fixture
def rehearse(tmp_path: Path) -> Rehearse:
    """`async with rehearse("calm", at="live") as wire:`; time stands still unless a speed is given."""

    @asynccontextmanager
    async def start(scenario: str, *, at: str = "T-2d", speed: float = 0, **more: Any) -> AsyncIterator[Wire]:
        options = PlatformOptions(scenario=scenario, at=at, speed=speed, config_path=tmp_path / "settings.toml")
        async with serving(replace(options, **more)) as platform:
            tls = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
            resolver = NameserverResolver(platform.reach.nameserver)
            connector = aiohttp.TCPConnector(ssl=tls, resolver=resolver)
            async with aiohttp.ClientSession(connector=connector) as session:
                yield Wire(platform, session)

    return start
