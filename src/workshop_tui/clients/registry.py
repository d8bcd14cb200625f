"""Digests at an OCI registry, by the distribution API."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

import httpx
import msgspec

from workshop_tui.clients import failure
from workshop_tui.clients.json_request import Answer, decode, fetch
from workshop_tui.clients.network import Network
from workshop_tui.clients.registry_sign_in import RegistrySignIn
from workshop_tui.clients.registry_wire import ACCEPT, ChildWire, ManifestWire, PlatformWire
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.image import PlatformImage
from workshop_tui.settings.settings import Image

_HOST = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
_NAME = re.compile(r"[a-z0-9]+((\.|_|__|-+|/)[a-z0-9]+)*")
_TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_DIGEST = re.compile(r"[a-z0-9]+:[0-9a-f]{32,}")
_DOCKER_HUB = "registry-1.docker.io"
_MOST_REDIRECTS = 3
_MOST_PLATFORMS = 24


@dataclass(frozen=True, slots=True)
class Reference:
    host: str
    name: str
    tag: str
    """Or a digest, which wins over a tag beside it."""


@dataclass(frozen=True, slots=True)
class Manifest:
    digest: str
    platforms: tuple[PlatformImage, ...]
    """What runs: an index's images that are there, or the one of a plain manifest."""


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
    """One image at one registry; keeps the token of its repository, and what it read of its last digest."""

    def __init__(self, image: Image, network: Network) -> None:
        self._image = image
        self._network = network
        self._client: httpx.AsyncClient | None = None
        self._sign_in = RegistrySignIn(image, network)
        self._read: Manifest | None = None

    async def manifest(self) -> Manifest:
        """What the tag points to now. Raises `SourceError`."""
        reference = parse_reference(self._image.reference)
        what = f"the registry {reference.host}"
        answer = await self._get(reference, f"manifests/{reference.tag}", what)
        if answer.status == 404:
            raise SourceError(ErrorKind.NOT_FOUND, f"{what} has no {reference.name}:{reference.tag}")
        answer.raise_for_status(what)
        wire = decode(answer.body, ManifestWire, what)
        digest = answer.headers.get("docker-content-digest") or f"sha256:{hashlib.sha256(answer.body).hexdigest()}"
        if self._read is None or self._read.digest != digest:  # what a digest names never changes
            self._read = Manifest(digest, await self._platforms(reference, digest, wire, what))
        return self._read

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def _platforms(
        self, reference: Reference, digest: str, wire: ManifestWire, what: str
    ) -> tuple[PlatformImage, ...]:
        if wire.manifests is msgspec.UNSET:
            config = wire.image_config
            platform = await self._platform(reference, config, what)
            return () if platform is None else (_image_of(platform, digest, config),)
        found = []
        for child in [child for child in wire.manifests if _runs(child)][:_MOST_PLATFORMS]:
            answer = await self._get(reference, f"manifests/{child.digest}", what)
            if answer.status == 404:
                continue  # an index may name what was never copied
            answer.raise_for_status(what)
            inner = decode(answer.body, ManifestWire, what)
            found.append(_image_of(child.platform, child.digest, inner.image_config))
        return tuple(found)

    async def _platform(self, reference: Reference, config: str, what: str) -> PlatformWire | None:
        """Of an image without an index: only its configuration tells. None where that does not."""
        if not _DIGEST.fullmatch(config):
            return None
        answer = await self._get(reference, f"blobs/{config}", what)
        if answer.status == 404:
            return None
        answer.raise_for_status(what)
        platform = decode(answer.body, PlatformWire, what)
        return platform if platform.architecture else None

    async def _get(self, reference: Reference, path: str, what: str) -> Answer:
        client = self._connected(reference)
        url = client.base_url.join(f"/v2/{reference.name}/{path}")
        answer = await self._once(client, url, what)
        if answer.status == 401:
            header = ", ".join(answer.headers.get_list("www-authenticate"))
            await self._sign_in.answer(header, reference.name, what)
            answer = await self._once(client, url, what)
        return answer

    async def _once(self, client: httpx.AsyncClient, url: httpx.URL, what: str) -> Answer:
        """Follows a few redirects, but never with our credentials to another place, nor out of TLS."""
        answer = await fetch(client, url, what, headers={"Accept": ACCEPT, **self._sign_in.headers})
        at = url
        for _ in range(_MOST_REDIRECTS):
            if not (answer.status in (301, 302, 303, 307, 308) and "location" in answer.headers):
                break
            try:
                at = at.join(answer.headers["location"])
            except httpx.InvalidURL:
                break
            if at.scheme != "https" and not (self._image.plain_http and at.scheme == "http"):
                break
            ours = (at.scheme, at.host, at.port) == (url.scheme, url.host, url.port)
            headers = {"Accept": ACCEPT, **(self._sign_in.headers if ours else {})}
            answer = await fetch(client, at.copy_with(userinfo=b""), what, headers=headers)
            if answer.status == 401 and not ours:
                message = (
                    f"{what} sends on to {at.host}, which wants a sign-in of its own: it gets no credentials of ours"
                )
                raise SourceError(ErrorKind.UNAUTHORIZED, failure.one_line(message))
        return answer

    def _connected(self, reference: Reference) -> httpx.AsyncClient:
        if self._client is None:
            scheme = "http" if self._image.plain_http else "https"
            try:
                self._client = self._network.client(
                    base_url=f"{scheme}://{reference.host}", timeout_s=10, plain_http=self._sign_in.plain_http
                )
            except httpx.InvalidURL as error:
                raise failure.of_exception(error, f"the registry {reference.host}") from None
        return self._client


def _runs(child: ChildWire) -> bool:
    """Not an attestation, which no node runs."""
    attached = (child.annotations or {}).get("vnd.docker.reference.type") == "attestation-manifest"
    named = child.platform is not None and child.platform.os != "unknown"
    return named and not attached and _DIGEST.fullmatch(child.digest) is not None


def _image_of(platform: PlatformWire | None, digest: str, config: str) -> PlatformImage:
    told = platform or PlatformWire()
    return PlatformImage(told.os or "linux", told.architecture, digest, config, told.variant)
