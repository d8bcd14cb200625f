"""Asks one measure for one region, as the engine does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fakes.region_pods import as_read
from workshop_tui.measures.shared.discover import all_measures
from workshop_tui.model.facts import Facts
from workshop_tui.model.kubernetes import Container, Pod
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.source import Reading, SourceKey, SourceKind
from workshop_tui.model.workshop import Workshop
from workshop_tui.settings.settings import Settings

NOW = datetime(2026, 12, 3, 14, 20, tzinfo=UTC)
RUNNING = Workshop(1, "December", NOW - timedelta(minutes=20), timedelta(minutes=75), 12, "UTC", NOW)
SOON = Workshop(1, "December", NOW + timedelta(days=2), timedelta(minutes=75), 12, "UTC", NOW)
OHIO = {"name": "ohio", "role": "control-plane", "context": "us-east-2"}
SETTINGS = Settings.model_validate({"region": [OHIO]})
MEASURES = {measure.id: measure for measure in all_measures()}


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def measured(
    measure_id: str,
    *said: tuple[SourceKind[object], object],
    workshop: Workshop | None = RUNNING,
    cue: str = "exercise",
    settings: Settings = SETTINGS,
) -> MeasureValue:
    readings = {}
    for kind, items in said:
        key = SourceKey(kind.name, "ohio" if kind.per_region else None)
        readings[key] = Reading(key, as_read(kind, items), NOW)
    return MEASURES[measure_id].value(Facts(NOW, workshop, readings, cue=cue), settings, settings.region[0])


def workspace_pod(
    person: str,
    *,
    phase: str = "Running",
    ready: bool = True,
    restarts: int = 0,
    deleting: bool = False,
    node: str = "",
    reason: str = "",
    killed: bool = False,
    created_at: datetime | None = None,
    ended_s_ago: float | None = 60,
    **asked: float,
) -> Pod:
    """`asked`: fields of its one container, which ended its last run, if it had one, `ended_s_ago`."""
    labels = {
        "app.kubernetes.io/name": "coder-workspace",
        "com.coder.workspace.name": "goose",
        "com.coder.user.username": person,
    }
    terminated = "OOMKilled" if killed else ""
    ended_at = None if ended_s_ago is None else ago(ended_s_ago)
    container = Container(
        "dev",
        "goose:1",
        ready=ready,
        restart_count=restarts,
        terminated_reason=terminated,
        terminated_at=ended_at if killed or restarts else None,
        **asked,  # type: ignore[arg-type]
    )
    return Pod(
        "coder-ws",
        f"ws-{person}",
        person,
        labels,
        node=node,
        phase=phase,
        reason=reason,
        created_at=created_at,
        failed_at=ended_at if phase == "Failed" else None,
        ready=ready,
        deleting=deleting,
        containers=(container,),
    )
