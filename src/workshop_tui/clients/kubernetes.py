"""One cluster's API: lists in pages, watches line by line, raw bodies into narrow structs."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from workshop_tui import __version__
from workshop_tui.clients import failure
from workshop_tui.clients.cluster_credential import ClusterCredential
from workshop_tui.clients.kubernetes_connection import Connection
from workshop_tui.clients.kubernetes_wire import ChangeWire, KindWire, StatusWire, VersionedWire, list_shape, status_of
from workshop_tui.clients.whole_answer import TooLarge
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.idle_timeout import part_came, wait_as_asked

if TYPE_CHECKING:
    import aiohttp

Item = TypeVar("Item")

_PAGE = 100
"""Objects of one page: 0.7 MB of pods, which decode in a few milliseconds."""
_MOST_PAGES = 1000
_MOST_LISTS = 3
"""Tries at one consistent list before it counts as broken."""
_AT_ONCE_S = 1.0
_MOST_PAUSES = 5
"""So often one page is asked for again by a server that limits the rate."""
_JSON = "application/json"
FIELD_MANAGER = f"workshop-tui/{__version__}"
"""Under this name `kubectl get --show-managed-fields` and audit logs have what we change."""
_WHOLE = 4000
"""Characters of a refusal: an admission policy explains itself in sentences."""
_METADATA_ALONE = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a cluster may take."""

    silence_s: float = 10
    sign_in_s: float = 8
    watch_s: int = 45
    """A watch ends politely after this: how often a silent one proves that it is alive."""
    resume_after_s: tuple[float, ...] = (0.5, 1, 2)
    """A watch that is cut is tried again after these, before it counts as broken."""
    limited_s: float = 240
    """So long a watch that is told to wait goes on from its version: a server keeps it for five minutes."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    items: list[Item]
    resource_version: str


@dataclass(frozen=True, slots=True)
class Change(Generic[Item]):
    """`kind`: ADDED MODIFIED DELETED, or BOOKMARK for proof of life alone, with `item` None."""

    kind: str
    item: Item | None


class Changed(SourceError):  # noqa: N818  # says what happened, as `Expired` does
    """Somebody changed the object since the version that was named."""


class Expired(Exception):  # noqa: N818  # the API's own word
    """The watch's version is too old: list again."""


class Cluster:
    """Connects at the first request. `kubeconfig`: paths joined by the path separator."""

    def __init__(
        self,
        kubeconfig: str,
        context: str,
        *,
        loopback_only: bool = False,
        allow_plain_http: bool = False,
        limits: Limits | None = None,
    ) -> None:
        self._context = context
        self._kubeconfig = kubeconfig
        self._loopback_only = loopback_only
        self._allow_plain_http = allow_plain_http
        self._limits = limits or Limits()
        self._library: Any = None
        self._connection: Connection | None = None
        self._refused: ClusterCredential | None = None
        self._connecting = asyncio.Lock()

    @property
    def what(self) -> str:
        return f"the cluster {self._context}"

    async def list_all(self, path: str, item: type[Item]) -> Page[Item]:
        """Every page of one consistent list. Raises `SourceError`."""
        for _ in range(_MOST_LISTS):
            items: list[Item] = []
            with contextlib.suppress(Expired):
                async for page in self.pages(path, item):
                    items += page.items
                    version = page.resource_version
                return Page(items, version)
        raise self.changes_too_fast(path)

    async def pages(self, path: str, item: type[Item]) -> AsyncIterator[Page[Item]]:
        """One consistent list, page by page; the last page has the version to watch from.

        Raises `Expired` when the list took longer than the server keeps it: begin again. `SourceError` otherwise.
        """
        shape: Any = list_shape(item)  # type: ignore[arg-type]  # a class is hashable
        token: str | None = None
        limit = _PAGE
        for _ in range(_MOST_PAGES):
            try:
                page = await self._page(path, shape, token, limit)
            except TooLarge:
                if limit == 1:
                    raise
                limit //= 10  # the objects are large
                continue
            part_came()
            token = page.metadata.continue_
            yield Page(page.items, page.metadata.resource_version)
            if not token:
                return
            await asyncio.sleep(0)  # decoding a page takes milliseconds: let others in between
        raise SourceError(ErrorKind.MALFORMED, f"{self.what}: {path} has more than {_MOST_PAGES} pages")

    async def _page(self, path: str, shape: Any, token: str | None, limit: int) -> Any:  # noqa: ANN401  # made at run time
        """A page behind the first one waits as a server asks that limits the rate, and keeps what came before."""
        query = [("limit", str(limit))] + ([("continue", token)] if token else [])
        for pauses in range(_MOST_PAUSES + 1):
            async with self._open(path, query, idle_s=self._limits.silence_s) as response:
                body = await self._library.body(response, self.what)
            if response.status == 410 and token:
                raise Expired
            try:
                self._check(response, body, f"list {path}")
                page: Any = self._decode(body, shape, path)
                self._refuse_status(page.kind, body, f"list {path}", expires=bool(token))
            except SourceError as error:
                if token is None or error.kind is not ErrorKind.RATE_LIMITED or pauses == _MOST_PAUSES:
                    raise
                await wait_as_asked(error)
                continue
            if page.items is None:  # a nil list is what a broken aggregated server says: no statement
                raise SourceError(ErrorKind.MALFORMED, f"{self.what}: {path} comes without items, which is no list")
            return page
        raise AssertionError("the last try returns or raises")

    def changes_too_fast(self, path: str) -> SourceError:
        return SourceError(ErrorKind.MALFORMED, f"{self.what}: {path} changes faster than it can be read")

    async def watch(self, path: str, item: type[Item], resource_version: str) -> AsyncIterator[Change[Item]]:
        """Changes after a version, until cancelled; goes on from the last one when it is ended politely or cut.

        A cut is told when it is not mended after a few tries, or when we heard nothing for longer than was promised.
        Raises `Expired` when the version is too old, `SourceError` otherwise.
        """
        version, heard_s, cuts = resource_version, time.monotonic(), 0
        while True:
            try:
                async with aclosing(self._watch_once(path, item, version)) as changes:
                    async for reached, change in changes:
                        version, heard_s, cuts = reached, time.monotonic(), 0
                        yield change
            except SourceError as error:
                silent_s = time.monotonic() - heard_s
                if error.kind is ErrorKind.RATE_LIMITED and silent_s < self._limits.limited_s:
                    await wait_as_asked(error)
                    continue
                resumable = error.kind in (ErrorKind.UNREACHABLE, ErrorKind.TIMEOUT)
                if not resumable or cuts >= len(self._limits.resume_after_s) or silent_s >= self._limits.watch_s:
                    raise
                await asyncio.sleep(self._limits.resume_after_s[cuts])
                cuts += 1

    async def _watch_once(
        self, path: str, item: type[Item], version: str
    ) -> AsyncGenerator[tuple[str, Change[Item]], None]:
        """Each change with the version to go on from."""
        silence_s = self._limits.watch_s + self._limits.silence_s
        query = [
            ("watch", "true"),
            ("allowWatchBookmarks", "true"),
            ("timeoutSeconds", str(self._limits.watch_s)),
            ("resourceVersion", version),
        ]
        began_s, changed = time.monotonic(), False
        async with self._open(path, query, idle_s=silence_s) as response:
            if response.status == 410:
                raise Expired
            if response.status != 200:
                self._check(response, await self._library.body(response, self.what), f"watch {path}")
            async for line in self._library.lines(response, self.what):
                change = self._decode(line, ChangeWire, path)
                if change.type == "ERROR":
                    raise self._ended(change.object, path)
                if change.type == "BOOKMARK":
                    version = self._decode(change.object, VersionedWire, path).metadata.resource_version
                    yield version, Change("BOOKMARK", None)
                    continue
                found: Any = self._decode(change.object, item, path)
                if not found.metadata.name:
                    self._refuse_status(None, bytes(change.object), f"watch {path}", expires=True)
                version = found.metadata.resource_version or version
                changed = True
                yield version, Change(change.type, found)
        if not changed and time.monotonic() - began_s < _AT_ONCE_S:
            raise SourceError(ErrorKind.UNREACHABLE, f"{self.what} ends every watch at once: it may be restarting")
        yield version, Change("BOOKMARK", None)

    async def get(
        self, path: str, shape: type[Item], query: Sequence[tuple[str, str]] = (), *, accept: str = _JSON
    ) -> Item:
        """Raises `SourceError`."""
        async with self._open(path, list(query), idle_s=self._limits.silence_s, accept=accept) as response:
            body = await self._library.body(response, self.what)
        self._check(response, body, f"get {path}")
        self._refuse_status(None, body, f"get {path}")
        return self._decode(body, shape, path)

    async def metadata(self, path: str, shape: type[Item]) -> Item:
        """Of an object that holds secrets: asks for its metadata alone, and keeps nothing else that comes.

        Raises `SourceError`.
        """
        try:
            return await self.get(path, shape, accept=_METADATA_ALONE)
        except SourceError as error:
            kind, message, wait_s = error.kind, error.message, error.retry_after_s
        raise SourceError(kind, message, retry_after_s=wait_s)  # the caught one's traceback holds what was read

    async def headers(self, path: str) -> Mapping[str, str]:
        """Of any answer, by lower-case name. Raises `SourceError` when none comes."""
        async with self._open(path, [], idle_s=self._limits.silence_s) as response:
            return {name.lower(): value for name, value in response.headers.items()}

    async def create(self, path: str, document: Mapping[str, object], shape: type[Item]) -> Item:
        """POST; we only create reviews, which the cluster answers and forgets. Raises `SourceError`."""
        async with self._open(path, [], idle_s=self._limits.silence_s, document=document) as response:
            body = await self._library.body(response, self.what)
        self._check(response, body, f"create {path}")
        self._refuse_status(None, body, f"create {path}")
        return self._decode(body, shape, path)

    async def patch(self, path: str, document: Mapping[str, object], *, dry_run: bool = False) -> None:
        """A merge of `document` into what is there. `dry_run`: all is checked, admission too, and nothing written.

        With a `resourceVersion` it raises `Changed` when somebody changed the object since. Raises `SourceError` with
        the server's whole reason otherwise.
        """
        query = [("fieldManager", FIELD_MANAGER), *([("dryRun", "All")] if dry_run else [])]
        idle_s = self._limits.silence_s
        async with self._open(path, query, idle_s=idle_s, document=document, method="PATCH") as response:
            body = await self._library.body(response, self.what)
        status = status_of(body)
        code = response.status
        if 200 <= code < 300 and status.kind == "Status":
            code = status.code or 500
        if 200 <= code < 300:
            return
        if code == 409 and status.reason == "Conflict":
            raise Changed(ErrorKind.MALFORMED, f"{self.what}: somebody changed it just now: look again")
        error = self._error(code, status.message, f"patch {path}", response.headers.get("Retry-After"))
        kind = error.kind if error is not None else ErrorKind.MALFORMED
        if not status.message:
            raise error or SourceError(kind, f"{self.what} refuses it and does not say why")
        raise SourceError(kind, f"{self.what} refuses it: {failure.one_line(status.message, _WHOLE)}")

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.client.close()

    def _check(self, response: aiohttp.ClientResponse, body: bytes, wanted: str) -> None:
        """`wanted`: verb and path, for a 403 that does not name what is missing."""
        if 200 <= response.status < 300:
            return
        error = self._error(response.status, status_of(body).message, wanted, response.headers.get("Retry-After"))
        if error is not None:
            raise error

    def _refuse_status(self, kind: str | None, body: bytes, wanted: str, *, expires: bool = False) -> None:
        """A `Status` where an object was asked for is a failure, whatever HTTP says. `kind` None: it is looked for."""
        if kind is None:
            try:
                kind = msgspec.json.decode(body, type=KindWire).kind
            except (msgspec.DecodeError, UnicodeDecodeError):
                return
        if kind != "Status":
            return
        status = status_of(body)
        if status.code == 410 and expires:
            raise Expired
        raise self._told(status, wanted) or SourceError(
            ErrorKind.MALFORMED, f"{self.what} answers with a status instead of what was asked for ({wanted})"
        )

    def _ended(self, status_object: msgspec.Raw, path: str) -> Exception:
        status = self._decode(status_object, StatusWire, path)
        if status.code == 410:
            return Expired()
        told = self._told(status, f"watch {path}")
        return told or SourceError(ErrorKind.MALFORMED, f"{self.what} ends the watch of {path} without a reason")

    def _told(self, status: StatusWire, wanted: str) -> SourceError | None:
        """None for one that tells of no failure."""
        wait_s = status.details.retry_after_seconds if status.details else None
        return self._error(status.code or 500, status.message, wanted, None if wait_s is None else str(wait_s))

    def _error(self, status: int, message: str | None, wanted: str, retry_after: str | None) -> SourceError | None:
        if status == 404:
            return SourceError(ErrorKind.NOT_FOUND, f"{self.what} has no {wanted.partition(' ')[2]}")
        missing = failure.one_line(message or f"cannot {wanted}")
        return failure.of_status(status, self.what, retry_after=retry_after, missing=missing)

    def _decode(self, body: bytes | msgspec.Raw, shape: type[Item], path: str) -> Item:
        try:
            return msgspec.json.decode(body, type=shape)
        except msgspec.ValidationError as error:
            self._refuse_status(None, bytes(body), f"read {path}", expires=shape is ChangeWire)
            raise failure.malformed(f"{self.what} ({path})", bytes(body), str(error)) from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise failure.malformed(f"{self.what} ({path})", bytes(body), "half an answer, or not JSON") from None

    @asynccontextmanager
    async def _open(
        self,
        path: str,
        query: list[tuple[str, str]],
        *,
        idle_s: float,
        document: Mapping[str, object] | None = None,
        method: str = "",
        accept: str = _JSON,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Signs in anew once after a 401: cloud tokens live for minutes."""
        async with AsyncExitStack() as stack:
            connection = await stack.enter_async_context(self._borrowed())
            stack.enter_context(self._library.translate_errors(self.what))
            asked = {"idle_s": idle_s, "document": document, "method": method, "accept": accept}
            response = await self._library.send(connection.client, path, query, **asked)
            stack.callback(response.close)
            if response.status == 401:
                if self._connection is connection:
                    self._connection, connection.retired = None, True
                    self._refused = connection.credential
                connection = await stack.enter_async_context(self._borrowed())
                response = await self._library.send(connection.client, path, query, **asked)
                stack.callback(response.close)
            yield response

    @asynccontextmanager
    async def _borrowed(self) -> AsyncIterator[Connection]:
        async with self._connecting:
            if self._library is None:
                self._library = await asyncio.to_thread(
                    importlib.import_module, "workshop_tui.clients.kubernetes_session"
                )
            if self._connection is None:
                signed_in = await self._library.connect(
                    self._kubeconfig,
                    self._context,
                    loopback_only=self._loopback_only,
                    allow_plain_http=self._allow_plain_http,
                    sign_in_s=self._limits.sign_in_s,
                    refused=self._refused,
                )
                self._connection = Connection(*signed_in)
            connection = self._connection
            connection.users += 1
        try:
            yield connection
        finally:
            connection.users -= 1
            await connection.close_if_left()
