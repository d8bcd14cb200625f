"""Signing in to a registry as its challenges ask: with a token of its sign-in, else with user and password."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

import httpx

from workshop_tui.clients.challenge import challenges
from workshop_tui.clients.credentials import read_secret
from workshop_tui.clients.json_request import fetch_json
from workshop_tui.clients.network import Network
from workshop_tui.clients.registry_wire import TokenWire
from workshop_tui.clients.sign_in import basic
from workshop_tui.clients.transport import PlainHttp
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.redaction import remember
from workshop_tui.settings.settings import Image

_DEFAULT_TOKEN_LIFE_S = 60
_LOGIN_LIFE_S = 3600


class RegistrySignIn:
    """For pulling one repository; keeps what it got while that lives."""

    def __init__(self, image: Image, network: Network) -> None:
        self._image = image
        self._network = network
        self._authorization = ""
        self._until_s = 0.0

    @property
    def headers(self) -> dict[str, str]:
        if self._authorization and time.monotonic() < self._until_s:
            return {"Authorization": self._authorization}
        return {}

    @property
    def plain_http(self) -> PlainHttp:
        """What an anonymous token opens is open to all."""
        login = self._image.login
        return PlainHttp(
            f"allow_plain_http = true in the login of {self._image.reference}", login is None or login.allow_plain_http
        )

    async def answer(self, header: str, repository: str, what: str) -> None:
        """`header`: all that `WWW-Authenticate` says. The strongest that we can answer counts. Raises `SourceError`."""
        asked = {challenge.scheme: challenge.parameters for challenge in reversed(challenges(header))}
        realm = asked.get("bearer", {}).get("realm", "")
        encrypted = realm.lower().startswith("https://")
        login = await self._login()
        if realm and (encrypted or (self._image.plain_http and realm.lower().startswith("http://"))):
            await self._fetch_token(asked["bearer"], login, repository, what)
        elif "basic" in asked and login is not None:
            self._authorization, self._until_s = login, time.monotonic() + _LOGIN_LIFE_S
        elif realm and not encrypted:
            raise SourceError(ErrorKind.TLS, f"{what} wants the sign-in without TLS: it gets no password")
        elif "basic" in asked:
            raise SourceError(ErrorKind.UNAUTHORIZED, f"{what} wants a user and a password: set its login")
        else:
            raise SourceError(ErrorKind.UNAUTHORIZED, f"{what} refuses, and does not say how to sign in")

    async def _fetch_token(self, asked: Mapping[str, str], login: str | None, repository: str, what: str) -> None:
        query = {"scope": f"repository:{repository}:pull"}
        if "service" in asked:
            query["service"] = asked["service"]
        try:
            url = httpx.URL(asked["realm"]).copy_merge_params(query)  # a query of its own stays
        except httpx.InvalidURL:
            raise SourceError(ErrorKind.MALFORMED, f"{what} names no address for its sign-in") from None
        async with self._network.client(plain_http=self.plain_http) as client:
            headers = {"Authorization": login} if login else None
            token = await fetch_json(client, url, TokenWire, f"{what}'s sign-in", headers=headers)
        text = token.token or token.access_token
        if not text:
            raise SourceError(ErrorKind.MALFORMED, f"{what}'s sign-in gave no token")
        if not (text.isascii() and text.isprintable()):
            raise SourceError(ErrorKind.MALFORMED, f"{what}'s sign-in gave a token that no header may hold")
        remember(text)
        self._authorization = f"Bearer {text}"
        self._until_s = time.monotonic() + (token.expires_in or _DEFAULT_TOKEN_LIFE_S)

    async def _login(self) -> str | None:
        login = self._image.login
        if login is None:
            return None
        password = await asyncio.to_thread(read_secret, login.password, f"login of {self._image.reference}")
        return basic(login.username, password)
