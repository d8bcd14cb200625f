"""What the events of workspace pods tell: image pulls and failures, watched."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from workshop_tui.clients.kubernetes import Cluster
from workshop_tui.clients.kubernetes_wire import EventWire
from workshop_tui.collectors.watched import Watched
from workshop_tui.collectors.wire_time import parse_time
from workshop_tui.model.kinds import POD_EVENTS
from workshop_tui.model.kubernetes import ImagePull, PodEvents, PodFailure
from workshop_tui.model.source import SourceKind
from workshop_tui.settings import Region

_PULLED = re.compile(
    r'Successfully pulled image "(?P<image>[^"]+)" in (?P<alone>[^\s.]+(?:\.[^\s.]+)*)'
    r"(?: \((?P<waiting>\S+) including waiting\))?"
)
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|us|µs|ns|h|m|s)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_MOST_EVENTS = 2000
"""Of one namespace; a flood pushes out the oldest."""


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

        return Watched(self.cluster, paths, EventWire, key, told_by, NewestEvents()).stream()


class NewestEvents:
    """Bounded in each namespace: a flood pushes out the oldest, also of the first list."""

    def __init__(self, most: int = _MOST_EVENTS) -> None:
        self._most = most
        self._told: dict[str, dict[str, ImagePull | PodFailure]] = {}

    def put(self, path: str, key: str, told: ImagePull | PodFailure | None) -> bool:
        values = self._told.setdefault(path, {})
        if told is None or values.get(key) == told:
            return False
        values.pop(key, None)
        values[key] = told
        if len(values) > self._most:
            del values[next(iter(values))]
        return True

    def drop(self, _path: str, _key: str) -> bool:
        """The server forgets events after an hour; what they told stays true."""
        return False

    def snapshot(self) -> PodEvents:
        whole = [told for values in self._told.values() for told in values.values()]
        pulls = sorted((told for told in whole if isinstance(told, ImagePull)), key=lambda pull: pull.finished_at)
        failures = sorted((told for told in whole if isinstance(told, PodFailure)), key=lambda failure: failure.at)
        return PodEvents(tuple(pulls), tuple(failures))


def told_by(wire: EventWire) -> ImagePull | PodFailure | None:
    """None for an event that tells nothing we use."""
    at = event_time(wire)
    if wire.involved_object.kind != "Pod" or at is None:
        return None
    message = wire.message or ""
    pod = wire.involved_object
    if wire.reason == "Pulled" and (found := _PULLED.search(message)):
        seconds = go_duration_s(found.group("waiting") or found.group("alone"))
        if seconds is None:
            return None
        node = (wire.source.host if wire.source else None) or ""
        return ImagePull(pod.namespace, pod.name, found.group("image"), seconds, at, node)
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


def go_duration_s(text: str) -> float | None:
    """`1m2.345s`, `850ms`; None for anything else."""
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)
