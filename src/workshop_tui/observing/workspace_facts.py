"""Pure: what is known of one workspace beside its row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from workshop_tui.model.coder import Workspace
from workshop_tui.model.kinds import POD_EVENTS, WORKSPACES
from workshop_tui.model.kubernetes import ImagePull, PodEvents, PodFailure
from workshop_tui.model.region_detail import WorkspaceView
from workshop_tui.model.source import Reading, SourceKey

WorkspaceFacts = tuple[Workspace | None, tuple[ImagePull | PodFailure, ...] | None]
"""Its build as Coder knows it, and what events said of its pod, oldest first; None where that is not known."""


def workspace_facts(region: str, view: WorkspaceView, readings: Mapping[SourceKey, Reading]) -> WorkspaceFacts:
    coder = cast("tuple[Workspace, ...]", _items(readings, SourceKey(WORKSPACES.name)) or ())
    build = next((one for one in coder if (one.owner, one.name) == (view.owner, view.name)), None)
    events = cast("PodEvents | None", _items(readings, SourceKey(POD_EVENTS.name, region)))
    if events is None:
        return build, None
    if not view.pod:
        return build, ()
    of_pod: list[tuple[datetime, ImagePull | PodFailure]] = []
    for pull in events.pulls:
        if (pull.pod_namespace, pull.pod_name) == (view.namespace, view.pod):
            of_pod.append((pull.finished_at, pull))
    for failure in events.failures:
        if (failure.pod_namespace, failure.pod_name) == (view.namespace, view.pod):
            of_pod.append((failure.at, failure))
    return build, tuple(told for _, told in sorted(of_pod, key=lambda pair: pair[0]))


def _items(readings: Mapping[SourceKey, Reading], key: SourceKey) -> object | None:
    reading = readings.get(key)
    return reading.items if reading is not None else None
