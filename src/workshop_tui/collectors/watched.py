"""One collection made of several lists that are watched: pods of four namespaces, say."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Generic, Protocol, TypeVar

from workshop_tui.clients.kubernetes import Cluster, Expired
from workshop_tui.errors import ErrorKind, SourceError

Wire = TypeVar("Wire")
Value = TypeVar("Value")
Value_contra = TypeVar("Value_contra", contravariant=True)
Snapshot_co = TypeVar("Snapshot_co", covariant=True)

_GATHER_S = 0.05
"""Changes that come this close together are one."""
_SLICE = 50
"""So many objects are mapped before others get their turn: 2 to 3 ms."""
_AT_ONCE_S = 1.0
_MOST_AT_ONCE = 3


class Kept(Protocol[Value_contra, Snapshot_co]):
    """What a collector makes of the objects, changed one by one."""

    forgets: bool
    """Whether `drop` does anything: else no key is remembered for it."""

    def put(self, path: str, key: str, value: Value_contra) -> bool:
        """Whether anything has changed."""
        ...

    def drop(self, path: str, key: str) -> bool: ...

    def snapshot(self) -> Snapshot_co:
        """The whole as it is now; cheap, or as cheap as the collection stays small."""
        ...


class AsTuple(Generic[Value]):
    """For small collections: all values, path by path."""

    forgets = True

    def __init__(self) -> None:
        self._values: dict[str, dict[str, Value]] = {}

    def put(self, path: str, key: str, value: Value) -> bool:
        values = self._values.setdefault(path, {})
        if values.get(key) == value:
            return False
        values[key] = value
        return True

    def drop(self, path: str, key: str) -> bool:
        return self._values.get(path, {}).pop(key, None) is not None

    def snapshot(self) -> tuple[Value, ...]:
        return tuple(value for values in self._values.values() for value in values.values())


class Watched(Generic[Wire, Value, Snapshot_co]):
    """Lists each path once, then applies changes; only a changed object is mapped again."""

    def __init__(
        self,
        cluster: Cluster,
        paths: Sequence[str],
        wire: type[Wire],
        key: Callable[[Wire], str],
        value: Callable[[Wire], Value],
        kept: Kept[Value, Snapshot_co],
        *,
        most_pages: int | None = None,
    ) -> None:
        """`most_pages`: so many are listed of each path; what comes later is watched all the same."""
        self._cluster = cluster
        self._paths = tuple(dict.fromkeys(paths))
        self._wire = wire
        self._key = key
        self._value = value
        self._kept = kept
        self._most_pages = most_pages
        self._listed: dict[str, set[str]] = {}
        """Path -> keys to drop when they are gone; a path is here as soon as it was listed once."""

    async def stream(self) -> AsyncIterator[Snapshot_co]:
        """A snapshot after each batch of changes; the same one again as proof of life. Raises `SourceError`."""
        news: asyncio.Queue[BaseException | bool] = asyncio.Queue()
        """True for a change, False for proof of life, an error for the end."""
        tasks = [asyncio.create_task(self._follow(path, news)) for path in self._paths]
        try:
            while len(self._listed) < len(self._paths):
                _told(await news.get())
            snapshot = self._kept.snapshot()
            yield snapshot
            while True:
                changed = _told(await news.get())
                if changed:
                    await asyncio.sleep(_GATHER_S)
                while not news.empty():
                    changed |= _told(news.get_nowait())
                if changed:
                    snapshot = self._kept.snapshot()
                yield snapshot
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(self, path: str, news: asyncio.Queue[BaseException | bool]) -> None:
        expired_at_once = 0
        try:
            while expired_at_once < _MOST_AT_ONCE:
                began_s = time.monotonic()
                try:
                    version = await self._list(path)
                    news.put_nowait(True)
                    began_s = time.monotonic()
                    await self._apply(path, version, news)
                except Expired:
                    expired_at_once = expired_at_once + 1 if time.monotonic() - began_s < _AT_ONCE_S else 0
            raise SourceError(ErrorKind.UNREACHABLE, f"{self._cluster.what}: {path} expires as soon as it is listed")
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001  # told to whoever reads the stream
            news.put_nowait(error)

    async def _list(self, path: str) -> str:
        """The version to watch from; what was there before and is listed no longer is dropped."""
        seen: set[str] = set()
        version, pages = "", 0
        async for page in self._cluster.pages(path, self._wire):
            version, pages = page.resource_version, pages + 1
            await asyncio.sleep(0)  # decoding it took as long as a slice may
            for start in range(0, len(page.items), _SLICE):
                for wire in page.items[start : start + _SLICE]:
                    key = self._key(wire)
                    self._kept.put(path, key, self._value(wire))
                    if self._kept.forgets:
                        seen.add(key)
                await asyncio.sleep(0)
            if pages == self._most_pages:
                break
        for key in self._listed.get(path, set()) - seen:
            self._kept.drop(path, key)
        self._listed[path] = seen
        return version

    async def _apply(self, path: str, version: str, news: asyncio.Queue[BaseException | bool]) -> None:
        keys = self._listed[path]
        async for change in self._cluster.watch(path, self._wire, version):
            if change.item is None:
                news.put_nowait(False)
                continue
            key = self._key(change.item)
            if change.kind == "DELETED":
                keys.discard(key)
                news.put_nowait(self._kept.drop(path, key))
            else:
                if self._kept.forgets:
                    keys.add(key)
                news.put_nowait(self._kept.put(path, key, self._value(change.item)))


def _told(news: BaseException | bool) -> bool:
    if isinstance(news, BaseException):
        raise news
    return news
