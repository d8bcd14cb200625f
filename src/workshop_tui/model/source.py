"""Sources, what they said, and the shape of a collector."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from workshop_tui.errors import SourceError

Items = TypeVar("Items")


@dataclass(frozen=True, slots=True)
class SourceKind(Generic[Items]):
    """A kind of source; the type parameter is what its readings hold."""

    name: str
    title: str
    """As a person names it: "pods", "gateway key"."""
    per_region: bool
    stale_after_s: float
    """A reading older than this judges nothing."""


@dataclass(frozen=True, slots=True)
class SourceKey:
    kind: str
    region: str | None = None

    def __str__(self) -> str:
        return f"{self.kind}/{self.region}" if self.region else self.kind


@dataclass(frozen=True, slots=True)
class Reading:
    """The last good items of a source, with the error if the last try failed."""

    source: SourceKey
    items: object | None
    """What the kind promises; None until the first success."""
    taken_at: datetime | None
    """When `items` were true; None until the first success."""
    error: SourceError | None = None
    tried_at: datetime | None = None
    """When the source was last asked, with whatever result."""
    took_s: float = field(default=0.0, compare=False)
    """Wall seconds that the last answer took."""


class Source(Protocol):
    """What both kinds of collector have."""

    @property
    def kind(self) -> SourceKind[Any]: ...
    @property
    def region(self) -> str | None: ...
    @property
    def interval_s(self) -> float:
        """Polled: seconds between two asks. Watched: seconds after which silence is suspect."""
        ...

    @property
    def timeout_s(self) -> float: ...


@runtime_checkable
class PolledSource(Source, Protocol):
    async def collect(self) -> object:
        """Ask once. Raises `SourceError`; sleeps, retries and logs nothing."""
        ...


@runtime_checkable
class WatchedSource(Source, Protocol):
    def stream(self) -> AsyncIterator[object]:
        """Yield the whole collection: first the listed state, then after every batch of changes.

        An unchanged collection is yielded again (the same object) whenever the server proves
        that it is alive. Raises `SourceError` when the watch ends in any way.
        """
        ...
