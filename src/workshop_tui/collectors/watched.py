"""One collection made of several lists that are watched: pods of four namespaces, say."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Generic, TypeVar

from workshop_tui.clients.kubernetes import Cluster, Expired
from workshop_tui.errors import ErrorKind, SourceError

Wire = TypeVar("Wire")
Value = TypeVar("Value")

_GATHER_S = 0.05
"""Changes that come this close together are one."""
_AT_ONCE_S = 1.0
_MOST_AT_ONCE = 3


class Watched(Generic[Wire, Value]):
    """Lists each path once, then applies changes; only a changed object is mapped again."""

    def __init__(
        self,
        cluster: Cluster,
        paths: Sequence[str],
        wire: type[Wire],
        key: Callable[[Wire], str],
        value: Callable[[Wire], Value],
        forget: Callable[[dict[str, Value]], None] | None = None,
    ) -> None:
        """`forget` drops what is too old from a path's values after each change."""
        self._cluster = cluster
        self._paths = tuple(dict.fromkeys(paths))
        self._wire = wire
        self._key = key
        self._value = value
        self._forget = forget

    async def stream(self) -> AsyncIterator[tuple[Value, ...]]:
        """The whole each time; the same tuple again as proof of life. Raises `SourceError`."""
        found: dict[str, dict[str, Value]] = {}
        news: asyncio.Queue[BaseException | bool] = asyncio.Queue()
        """True for a change, False for proof of life, an error for the end."""
        tasks = [asyncio.create_task(self._follow(path, found, news)) for path in self._paths]
        try:
            changed = False
            while len(found) < len(self._paths):
                changed |= _told(await news.get())
            whole = self._whole(found)
            yield whole
            while True:
                changed = _told(await news.get())
                if changed:
                    await asyncio.sleep(_GATHER_S)
                while not news.empty():
                    changed |= _told(news.get_nowait())
                if changed:
                    whole = self._whole(found)
                yield whole
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _whole(self, found: dict[str, dict[str, Value]]) -> tuple[Value, ...]:
        return tuple(value for path in self._paths for value in found[path].values())

    async def _follow(
        self, path: str, found: dict[str, dict[str, Value]], news: asyncio.Queue[BaseException | bool]
    ) -> None:
        expired_at_once = 0
        try:
            while expired_at_once < _MOST_AT_ONCE:
                page = await self._cluster.list_all(path, self._wire)
                values = {self._key(wire): self._value(wire) for wire in page.items}
                found[path] = values
                news.put_nowait(True)
                began_s = time.monotonic()
                try:
                    await self._apply(path, page.resource_version, values, news)
                except Expired:
                    expired_at_once = expired_at_once + 1 if time.monotonic() - began_s < _AT_ONCE_S else 0
            raise SourceError(ErrorKind.UNREACHABLE, f"{self._cluster.what}: {path} expires as soon as it is listed")
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001  # told to whoever reads the stream
            news.put_nowait(error)

    async def _apply(
        self, path: str, version: str, values: dict[str, Value], news: asyncio.Queue[BaseException | bool]
    ) -> None:
        async for change in self._cluster.watch(path, self._wire, version):
            if change.item is None:
                news.put_nowait(False)
                continue
            key = self._key(change.item)
            if change.kind == "DELETED":
                values.pop(key, None)
            else:
                values[key] = self._value(change.item)
                if self._forget is not None:
                    self._forget(values)
            news.put_nowait(True)


def _told(news: BaseException | bool) -> bool:
    if isinstance(news, BaseException):
        raise news
    return news
