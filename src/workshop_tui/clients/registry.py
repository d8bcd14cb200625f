"""Digests at an OCI registry, by the distribution API."""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from dataclasses import dataclass
from typing import Literal

import httpx
import msgspec

from workshop_tui.clients import failure
from workshop_tui.clients.credentials import read_secret
from workshop_tui.clients.json_request import Answer, decode, fetch, fetch_json
from workshop_tui.clients.network import Network
from workshop_tui.clients.sign_in import basic
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.secret import remember
from workshop_tui.settings import Image

ACCEPT = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
_HOST = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
_NAME = re.compile(r"[a-z0-9]+((\.|_|__|-+|/)[a-z0-9]+)*")
_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_DIGEST = re.compile(r"[a-z0-9]+:[0-9a-f]{32,}")
_DEFAULT_TOKEN_LIFE_S = 60
_DOCKER_HUB = "registry-1.docker.io"


class PlatformWire(msgspec.Struct):
    architecture: str = ""
    os: str = ""


class ChildWire(msgspec.Struct):
    digest: str
    platform: PlatformWire | None = None
    annotations: dict[str, str] | None = None


class ManifestWire(msgspec.Struct):
    schema_version: Literal[2] = msgspec.field(name="schemaVersion")
    """Required: what lacks it is another's JSON, not a manifest."""
    manifests: list[ChildWire] | None = None


class TokenWire(msgspec.Struct):
    token: str | None = None
    access_token: str | None = None
    expires_in: int | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    host: str
    name: str
    tag: str
    """Or a digest, which wins over a tag beside it."""


@dataclass(frozen=True, slots=True)
class Manifest:
    digest: str
    platforms: tuple[tuple[str, str], ...]
    """(architecture, digest) of an index's images."""


def parse_reference(text: str) -> Reference:
    """`host/name:tag`; Docker Hub's short forms too. Raises `SourceError`."""
    first, slash, rest = text.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        host, path = first, rest
    else:
        host, path = _DOCKER_HUB, text
    if host in (_DOCKER_HUB, "docker.io", "index.docker.io"):
        host, path = _DOCKER_HUB, path if "/" in path else f"library/{path}"
    name_and_tag, at, digest = path.partition("@")
    name, _, tag = name_and_tag.partition(":")
    tag = digest if at else tag or "latest"
    if not (_HOST.fullmatch(host) and _NAME.fullmatch(name) and (_DIGEST if at else _TAG).fullmatch(tag)):
        before, at, behind = text.rpartition("@")
        shown = f"…@{behind}" if before else text  # a password may stand before it
        message = f'"{" ".join(shown.split())[:100]}" is no image reference: expected host/name:tag'
        raise SourceError(ErrorKind.NOT_CONFIGURED, message)
    return Reference(host, name, tag)


class RegistryClient:
    """One image at one registry; keeps the token of its repository."""

    def __init__(self, image: Image, network: Network) -> None:
        self._image = image
        self._network = network
        self._client: httpx.AsyncClient | None = None
        self._authorization = ""
        self._authorized_until_s = 0.0

    async def manifest(self) -> Manifest:
        """What the tag points to now. Raises `SourceError`."""
        reference = parse_reference(self._image.reference)
        what = f"the registry {reference.host}"
        answer = await self._get(reference, what)
        if answer.status == 404:
            raise SourceError(ErrorKind.NOT_FOUND, f"{what} has no {reference.name}:{reference.tag}")
        answer.raise_for_status(what)
        wire = decode(answer.body, ManifestWire, what)
        digest = answer.headers.get("docker-content-digest") or f"sha256:{hashlib.sha256(answer.body).hexdigest()}"
        platforms = tuple(
            (child.platform.architecture, child.digest)
            for child in wire.manifests or ()
            if child.platform is not None and child.platform.os != "unknown" and not _is_attestation(child)
        )
        return Manifest(digest, platforms)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def _get(self, reference: Reference, what: str) -> Answer:
        client = self._connected(reference)
        path = f"/v2/{reference.name}/manifests/{reference.tag}"
        answer = await fetch(client, path, what, headers=self._headers())
        if answer.status == 401:
            await self._authorize(answer.headers.get("www-authenticate", ""), reference, what)
            answer = await fetch(client, path, what, headers=self._headers())
        return answer

    def _headers(self) -> dict[str, str]:
        headers = {"Accept": ACCEPT}
        if self._authorization and time.monotonic() < self._authorized_until_s:
            headers["Authorization"] = self._authorization
        return headers

    async def _authorize(self, challenge: str, reference: Reference, what: str) -> None:
        scheme, _, rest = challenge.partition(" ")
        login = await self._login()
        if scheme.lower() == "basic":
            if login is None:
                raise SourceError(ErrorKind.UNAUTHORIZED, f"{what} wants a user and a password: set its login")
            self._authorization, self._authorized_until_s = login, time.monotonic() + 3600
            return
        fields = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        if scheme.lower() != "bearer" or "realm" not in fields:
            raise SourceError(ErrorKind.UNAUTHORIZED, f"{what} refuses, and does not say how to sign in")
        if not (fields["realm"].startswith("https://") or self._image.plain_http):
            raise SourceError(ErrorKind.TLS, f"{what} wants the sign-in without TLS: it gets no password")
        scope = f"repository:{reference.name}:pull"
        parameters = {"service": fields["service"], "scope": scope} if "service" in fields else {"scope": scope}
        async with self._network.client() as client:
            token = await fetch_json(
                client,
                fields["realm"],
                TokenWire,
                f"{what}'s sign-in",
                params=parameters,
                headers={"Authorization": login} if login else None,
            )
        text = token.token or token.access_token
        if not text:
            raise SourceError(ErrorKind.MALFORMED, f"{what}'s sign-in gave no token")
        if not (text.isascii() and text.isprintable()):
            raise SourceError(ErrorKind.MALFORMED, f"{what}'s sign-in gave a token that no header may hold")
        remember(text)
        self._authorization = f"Bearer {text}"
        self._authorized_until_s = time.monotonic() + (token.expires_in or _DEFAULT_TOKEN_LIFE_S)

    async def _login(self) -> str | None:
        login = self._image.login
        if login is None:
            return None
        password = await asyncio.to_thread(read_secret, login.password, f"login of {self._image.reference}")
        return basic(login.username, password)

    def _connected(self, reference: Reference) -> httpx.AsyncClient:
        if self._client is None:
            scheme = "http" if self._image.plain_http else "https"
            try:
                self._client = self._network.client(base_url=f"{scheme}://{reference.host}", timeout_s=10)
            except httpx.InvalidURL as error:
                raise failure.of_exception(error, f"the registry {reference.host}") from None
        return self._client


def _is_attestation(child: ChildWire) -> bool:
    return (child.annotations or {}).get("vnd.docker.reference.type") == "attestation-manifest"
