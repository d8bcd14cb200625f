"""The objects of one cluster as its API shows them, with versions and a bounded history of changes."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from workshop_rehearsal.world.cluster import Cluster, Key
from workshop_rehearsal.world.objects import Kind

FIRST_VERSION = 48_211
"""Versions are opaque to clients; this one does not look like a count."""

Document = dict[str, Any]


class ExpiredError(Exception):
    """The version is older than the history."""


@dataclass(frozen=True, slots=True)
class Stored:
    key: Key
    document: Document
    """Without `kind` and `apiVersion`, as items of lists are."""
    body: bytes


@dataclass(slots=True, eq=False)
class Change:
    version: int
    before: Stored | None
    after: Stored | None
    """None: deleted; `before` then holds the last state, at the version of the deletion."""
    lines: dict[bytes, bytes] = field(default_factory=dict)
    """As watches send it, by type: each is written once, however many watch."""


@dataclass(slots=True)
class _Log:
    changes: list[Change] = field(default_factory=list)
    forgotten: int = 0
    """The version of the newest change that is no longer there."""


class ObjectStore:
    """`render` gives an object's document, None when it is gone."""

    def __init__(
        self, cluster: Cluster, render: Callable[[Kind, Key], Document | None], *, history: int = 20_000
    ) -> None:
        self._cluster = cluster
        self._render = render
        self._history = history
        self._objects: dict[Kind, dict[Key, Stored]] = {kind: {} for kind in Kind}
        self._sorted: dict[Kind, list[Key]] = {}
        """Keys in order; missing when some came or went since."""
        self._logs: dict[Kind, _Log] = {kind: _Log(forgotten=FIRST_VERSION) for kind in Kind}
        """Of each kind its last changes."""
        self._changed = asyncio.Event()
        self.version = FIRST_VERSION
        self._load()

    def _load(self) -> None:
        changed, self._cluster.changed = self._cluster.changed, {}
        for kind, key in changed:
            document = self._render(kind, key)
            if document is not None:
                self._objects[kind][key] = _store(key, document, self.version)

    def refresh(self) -> None:
        """Take over what changed in the world, and wake whoever watches."""
        if not self._cluster.changed:
            return
        changed, self._cluster.changed = self._cluster.changed, {}
        for kind, key in changed:
            self._take(kind, key, self._render(kind, key))
        self._wake()

    def expire(self) -> None:
        """Forget the history: whoever watches has to list again."""
        self.version += 1
        for log in self._logs.values():
            log.forgotten = self.version
            log.changes.clear()
        self._wake()

    def touch(self, kind: Kind, count: int) -> None:
        """So many objects get a new version, in turns, and nothing else changes in them."""
        keys = list(self._objects[kind])
        for _ in range(count if keys else 0):
            key = keys[self.version % len(keys)]
            before = self._objects[kind][key]
            self.version += 1
            after = self._objects[kind][key] = _store(key, before.document, self.version)
            self._logs[kind].changes.append(Change(self.version, before, after))
        self._wake()

    def _wake(self) -> None:
        for log in self._logs.values():
            surplus = len(log.changes) - self._history
            if surplus > self._history // 4:
                log.forgotten = log.changes[surplus - 1].version
                del log.changes[:surplus]
        self._changed.set()
        self._changed = asyncio.Event()

    def _take(self, kind: Kind, key: Key, document: Document | None) -> None:
        objects = self._objects[kind]
        before = objects.get(key)
        if document is None:
            if before is None:
                return
            self.version += 1
            del objects[key]
            self._sorted.pop(kind, None)
            last = _store(key, before.document, self.version)
            self._logs[kind].changes.append(Change(self.version, last, None))
            return
        if before is not None and _same(before.document, document):
            return
        if before is not None and before.document["metadata"]["uid"] != document["metadata"]["uid"]:
            self._take(kind, key, None)
            before = None
        self.version += 1
        if before is None:
            self._sorted.pop(kind, None)
        after = objects[key] = _store(key, document, self.version)
        self._logs[kind].changes.append(Change(self.version, before, after))

    def get(self, kind: Kind, key: Key) -> Stored | None:
        return self._objects[kind].get(key)

    def all(self, kind: Kind) -> list[Stored]:
        """In order of namespace and name."""
        objects = self._objects[kind]
        keys = self._sorted.get(kind)
        if keys is None:
            keys = self._sorted[kind] = sorted(objects)
        return [objects[key] for key in keys]

    def since(self, kind: Kind, version: int) -> list[Change]:
        """Changes after the version. Raises `ExpiredError` when the history does not reach back to it."""
        log = self._logs[kind]
        if version < log.forgotten:
            raise ExpiredError
        return log.changes[bisect_right(log.changes, version, key=lambda change: change.version) :]

    async def wait(self, timeout_s: float) -> None:
        """Until something changes, at most so long."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._changed.wait()
        except TimeoutError:
            return


def _store(key: Key, document: Document, version: int) -> Stored:
    metadata = {**document["metadata"], "resourceVersion": str(version)}
    versioned = {**document, "metadata": metadata}
    return Stored(key, versioned, msgspec.json.encode(versioned))


def _same(stored: Document, document: Document) -> bool:
    metadata = {**document["metadata"], "resourceVersion": stored["metadata"]["resourceVersion"]}
    return stored == {**document, "metadata": metadata}
