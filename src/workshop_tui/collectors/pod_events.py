"""What the events of workspace pods tell: image pulls and failures, watched."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.clients.kubernetes_wire import EventWire
from workshop_tui.collectors.watched import Watched
from workshop_tui.collectors.wire_time import parse_time
from workshop_tui.duration_text import read_duration
from workshop_tui.model.kinds import POD_EVENTS
from workshop_tui.model.kubernetes import ImagePull, PodEvents, PodFailure
from workshop_tui.model.source import SourceKind
from workshop_tui.settings.region import Region

_PULLED = re.compile(
    r'Successfully pulled image "(?P<image>[^"]+)" in (?P<alone>[^\s.]+(?:\.[^\s.]+)*)'
    r"(?: \((?P<waiting>\S+) including waiting\))?"
)
_EVICTED = "Evicted"
_MOST_PAGES = 50
"""5,000 events of a namespace are listed; in a flood, a region must not wait for all."""


@dataclass(frozen=True)
class Most:
    """So many are kept of one namespace; a flood pushes out the oldest of its own group alone."""

    pulls: int = 2000
    evictions: int = 1000
    others: int = 1000


_MOST = Most()
Told = TypeVar("Told", ImagePull, PodFailure)


@dataclass(frozen=True)
class PodEventsSource:
    cluster: Cluster
    settings: Region
    interval_s: float = 75
    timeout_s: float = 15
    kind: SourceKind[PodEvents] = POD_EVENTS

    @property
    def region(self) -> str:
        return self.settings.name

    def stream(self) -> AsyncIterator[PodEvents]:
        paths = [f"/api/v1/namespaces/{name}/events" for name in self.settings.namespaces.workspaces]

        def key(wire: EventWire) -> str:
            return wire.metadata.uid or wire.metadata.name

        watched = Watched(self.cluster, paths, EventWire, key, told_by, NewestEvents(), most_pages=_MOST_PAGES)
        return watched.stream()


class NewestEvents:
    """Bounded in each namespace: a flood of one group pushes out the oldest of its own, also in the first list."""

    forgets = False
    """The server forgets events after an hour; what they told stays true."""

    def __init__(self, most: Most = _MOST) -> None:
        self._most = most
        self._pulls: dict[str, _Newest[ImagePull]] = {}
        self._evictions: dict[str, _Newest[PodFailure]] = {}
        self._others: dict[str, _Newest[PodFailure]] = {}

    def put(self, path: str, key: str, told: ImagePull | PodFailure | None) -> bool:
        if told is None:
            return False
        if isinstance(told, ImagePull):
            return _group(self._pulls, path, self._most.pulls).put(key, told, told.finished_at)
        if told.reason == _EVICTED:
            return _group(self._evictions, path, self._most.evictions).put(key, told, told.at)
        return _group(self._others, path, self._most.others).put(key, told, told.at)

    def drop(self, _path: str, _key: str) -> bool:
        return False

    def snapshot(self) -> PodEvents:
        pulls = [pull for group in self._pulls.values() for pull in group.newest()]
        groups = (*self._evictions.values(), *self._others.values())
        failures = [failure for group in groups for failure in group.newest()]
        return PodEvents(
            tuple(sorted(pulls, key=lambda pull: pull.finished_at)),
            tuple(sorted(failures, key=lambda failure: failure.at)),
        )


class _Newest(Generic[Told]):
    """The newest by their own time, whatever the order in which they come."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: dict[str, tuple[datetime, Told]] = {}

    def put(self, key: str, told: Told, at: datetime) -> bool:
        if self._held.get(key) == (at, told):
            return False
        self._held[key] = (at, told)
        if len(self._held) > self._most * 5 // 4:  # sorting costs little when it is done seldom
            kept = sorted(self._held.items(), key=lambda item: item[1][0])[-self._most :]
            self._held = dict(kept)
        return True

    def newest(self) -> list[Told]:
        """Oldest first."""
        held = sorted(self._held.values(), key=lambda pair: pair[0])
        return [told for _, told in held[-self._most :]]


def _group(groups: dict[str, _Newest[Told]], path: str, most: int) -> _Newest[Told]:
    return groups.setdefault(path, _Newest(most))


def told_by(wire: EventWire) -> ImagePull | PodFailure | None:
    """None for an event that tells nothing we use."""
    at = event_time(wire)
    if wire.involved_object.kind != "Pod" or at is None:
        return None
    message = wire.message or ""
    pod = wire.involved_object
    if wire.reason == "Pulled" and (found := _PULLED.search(message)):
        took = read_duration(found.group("waiting") or found.group("alone"))
        if took is None:
            return None
        node = (wire.source.host if wire.source else None) or ""
        return ImagePull(pod.namespace, pod.name, found.group("image"), took.total_seconds(), at, node)
    if wire.type == "Warning":
        count = (wire.series.count if wire.series else None) or wire.count or 1
        return PodFailure(pod.namespace, pod.name, wire.reason, message, at, count)
    return None


def event_time(wire: EventWire) -> datetime | None:
    for text in (
        wire.series.last_observed_time if wire.series else None,
        wire.last_timestamp,
        wire.event_time,
        wire.first_timestamp,
        wire.metadata.creation_timestamp,
    ):
        if (moment := parse_time(text)) is not None:
            return moment
    return None
