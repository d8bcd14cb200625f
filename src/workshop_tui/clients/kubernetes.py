"""One cluster's API: lists in pages, watches line by line, raw bodies into narrow structs."""

from __future__ import annotations

import asyncio
import importlib
import ipaddress
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import urlsplit

import msgspec

from workshop_tui.clients import failure
from workshop_tui.clients.kubernetes_wire import ListMetadataWire, StatusWire
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.secret import mask

if TYPE_CHECKING:
    import aiohttp

Item = TypeVar("Item")

_PAGE = 500
_WATCH_S = 45
"""A watch ends politely after this: how often a silent one proves that it is alive."""
_SIGN_IN_S = 20
_MOST_LINE_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    items: list[Item]
    resource_version: str


@dataclass(frozen=True, slots=True)
class Change(Generic[Item]):
    """`kind`: ADDED MODIFIED DELETED, or BOOKMARK for proof of life alone, with `item` None."""

    kind: str
    item: Item | None


class Expired(Exception):  # noqa: N818  # the API's own word
    """The watch's version is too old: list again."""


class Cluster:
    """Connects at the first request. `kubeconfig`: paths joined by the path separator."""

    def __init__(self, kubeconfig: str, context: str, *, loopback_only: bool = False) -> None:
        self.context = context
        self._kubeconfig = kubeconfig
        self._loopback_only = loopback_only
        self._client: Any = None
        self._connecting = asyncio.Lock()

    @property
    def what(self) -> str:
        return f"the cluster {self.context}"

    async def list_all(self, path: str, item: type[Item]) -> Page[Item]:
        """Every page of one consistent list. Raises `SourceError`."""
        shape = _list_shape(item)
        for _ in range(3):
            items: list[Item] = []
            token: str | None = None
            while True:
                query = [("limit", str(_PAGE))] + ([("continue", token)] if token else [])
                status, body = await self._get(path, query)
                if status == 410 and token:
                    break
                self._check(status, body, path)
                page = self._decode(body, shape, path)
                items += page.items or []
                token = page.metadata.continue_
                if not token:
                    return Page(items, page.metadata.resource_version)
                await asyncio.sleep(0)  # decoding a page takes milliseconds: let others in between
        raise SourceError(ErrorKind.MALFORMED, f"{self.what}: the list changes faster than it can be read")

    async def watch(self, path: str, item: type[Item], resource_version: str) -> AsyncIterator[Change[Item]]:
        """Changes after a version, until cancelled; goes on by itself when the server ends a watch politely.

        Raises `Expired` when the version is too old, `SourceError` otherwise.
        """
        version = resource_version
        while True:
            query = [
                ("watch", "true"),
                ("allowWatchBookmarks", "true"),
                ("timeoutSeconds", str(_WATCH_S)),
                ("resourceVersion", version),
            ]
            async with self._open(path, query, idle_s=_WATCH_S + 15) as response:
                if response.status != 200:
                    body = await response.read()
                    if response.status == 410:
                        raise Expired
                    self._check(response.status, body, path)
                async for line in self._lines(response):
                    change = self._decode(line, _ChangeWire, path)
                    if change.type == "ERROR":
                        status = self._decode(bytes(change.object), StatusWire, path)
                        if status.code == 410:
                            raise Expired
                        self._check(status.code or 500, bytes(change.object), path)
                    if change.type == "BOOKMARK":
                        version = self._decode(bytes(change.object), _Versioned, path).metadata.resource_version
                        yield Change("BOOKMARK", None)
                        continue
                    found: Any = self._decode(bytes(change.object), item, path)
                    version = found.metadata.resource_version or version
                    yield Change(change.type, found)
            yield Change("BOOKMARK", None)

    async def get(self, path: str, shape: type[Item]) -> Item:
        """Raises `SourceError`."""
        status, body = await self._get(path, [])
        self._check(status, body, path)
        return self._decode(body, shape, path)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    def _check(self, status: int, body: bytes, path: str) -> None:
        if 200 <= status < 300:
            return
        try:
            told = msgspec.json.decode(body, type=StatusWire).message or ""
        except (msgspec.DecodeError, UnicodeDecodeError):
            told = ""
        what = self.what
        if status == 404:
            raise SourceError(ErrorKind.NOT_FOUND, f"{what} has no {path}")
        missing = told or f"get {path}"
        raise failure.of_status(status, what, missing=missing[:160]) or failure.malformed(what, body, str(status))

    def _decode(self, body: bytes, shape: type[Item], path: str) -> Item:
        try:
            return msgspec.json.decode(body, type=shape)
        except msgspec.ValidationError as error:
            raise failure.malformed(f"{self.what} ({path})", body, str(error)) from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise failure.malformed(f"{self.what} ({path})", body, "half an answer, or not JSON") from None

    async def _get(self, path: str, query: list[tuple[str, str]]) -> tuple[int, bytes]:
        async with self._open(path, query, idle_s=10) as response:
            return response.status, await response.read()

    @asynccontextmanager
    async def _open(
        self, path: str, query: list[tuple[str, str]], *, idle_s: float
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Signs in anew once after a 401: cloud tokens live for minutes."""
        import aiohttp  # noqa: PLC0415  # 0.3 s, wanted only here

        timeout = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=idle_s)
        response: aiohttp.ClientResponse | None = None
        try:
            for attempt in (1, 2):
                client = await self._connected()
                prepared = await client.param_serialize(
                    "GET",
                    path,
                    query_params=query,
                    header_params={"Accept": "application/json"},
                    auth_settings=["BearerToken"],
                )
                response = (await client.call_api(*prepared, _request_timeout=timeout)).response
                if response.status != 401 or attempt == 2:
                    break
                response.release()
                await self._sign_in_anew(client)
            assert response is not None  # noqa: S101  # the loop ran
            yield response
        except SourceError:
            raise
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise failure.of_exception(error, self.what) from None
        finally:
            if response is not None:
                response.close()

    async def _lines(self, response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
        rest = b""
        async for chunk in response.content.iter_any():
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                if line.strip():
                    yield line
            if len(rest) > _MOST_LINE_BYTES:
                raise SourceError(ErrorKind.MALFORMED, f"{self.what} sends an event of more than 16 MiB")
        if rest.strip():
            raise SourceError(ErrorKind.UNREACHABLE, f"{self.what} cut the watch in the middle of an event")

    async def _sign_in_anew(self, client: Any) -> None:  # noqa: ANN401  # untyped library
        if self._client is client:
            self._client = None
            with suppress(Exception):
                await client.close()

    async def _connected(self) -> Any:  # noqa: ANN401  # untyped library
        async with self._connecting:
            if self._client is None:
                self._client = await self._connect()
            return self._client

    async def _connect(self) -> Any:  # noqa: ANN401  # untyped library
        if not await asyncio.to_thread(_any_there, self._kubeconfig):
            raise SourceError(
                ErrorKind.NOT_CONFIGURED,
                f"no kubeconfig at {self._kubeconfig}: set kubernetes.kubeconfig or KUBECONFIG",
            )
        library = await asyncio.to_thread(_library)
        configuration = library.client.Configuration()
        configuration.client_session_kwargs = {"trust_env": not self._loopback_only}
        try:
            async with asyncio.timeout(_SIGN_IN_S):
                await library.config.load_kube_config(
                    config_file=self._kubeconfig,
                    context=self.context,
                    client_configuration=configuration,
                    persist_config=False,
                )
        except TimeoutError:
            raise SourceError(
                ErrorKind.UNAUTHORIZED,
                f"the sign-in of context {self.context} did not end in {_SIGN_IN_S} s: run it once",
            ) from None
        except library.config.ConfigException as error:
            raise SourceError(
                ErrorKind.NOT_CONFIGURED,
                mask(f"kube context {self.context}: {error}: check `kubectl config get-contexts`"),
            ) from None
        except Exception as error:  # noqa: BLE001  # a broken kubeconfig fails in many ways inside the library
            raise SourceError(
                ErrorKind.NOT_CONFIGURED, f"kube context {self.context} cannot be read ({type(error).__name__})"
            ) from None
        if not configuration.verify_ssl:
            raise SourceError(
                ErrorKind.TLS, f"context {self.context} switches off TLS verification: remove insecure-skip-tls-verify"
            )
        self._guard(configuration.host)
        return library.client.ApiClient(configuration)

    def _guard(self, host: str) -> None:
        name = urlsplit(host).hostname or ""
        if not self._loopback_only or name == "localhost":
            return
        with suppress(ValueError):
            if ipaddress.ip_address(name).is_loopback:
                return
        raise SourceError(
            ErrorKind.NOT_CONFIGURED, f"{self.what} is at {name}: a rehearsal reaches nothing outside this machine"
        )


class _Versioned(msgspec.Struct):
    class Metadata(msgspec.Struct, rename="camel"):
        resource_version: str = ""

    metadata: Metadata


class _ChangeWire(msgspec.Struct):
    type: str
    object: msgspec.Raw


def _list_shape(item: type[Item]) -> Any:  # noqa: ANN401  # made at run time
    return msgspec.defstruct(
        f"{item.__name__}List",
        [("metadata", ListMetadataWire), ("items", list[item] | None, None)],  # type: ignore[valid-type]
    )


def _any_there(paths: str) -> bool:
    return any(Path(path).expanduser().exists() for path in paths.split(os.pathsep) if path)


def _library() -> ModuleType:
    """0.8 s to load, so in a thread."""
    library = importlib.import_module("kubernetes.aio")
    importlib.import_module("kubernetes.aio.config")
    importlib.import_module("kubernetes.aio.client")
    return library
