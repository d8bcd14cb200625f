"""How many workspaces wait for a node or their image."""

from __future__ import annotations

from workshop_tui.measures.shared.answer import NO_WORKSPACES, judged, nothing
from workshop_tui.measures.shared.limit import Limit, Step
from workshop_tui.measures.shared.measure import AlertRule, Measure, Unit
from workshop_tui.measures.shared.window import minutes
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import PODS
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.pods import owners_of
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    if not region.namespaces.workspaces:
        return nothing(MEASURE, region, facts.taken_at(PODS, region.name), NO_WORKSPACES)
    pods = facts.get(PODS, region.name)
    pending = [pod for pod in pods.index.not_ready.values() if pod.phase == "Pending"] if pods else []
    since = [pod.created_at for pod in pending if pod.created_at is not None]
    homeless = sum(not pod.node for pod in pending)
    parts = [f"oldest {minutes((facts.now - min(since)).total_seconds())}"] if since else []
    parts += [f"{homeless} without a node"] if homeless else []
    people_of = pods.people_count if pods else 0
    taken_at = facts.taken_at(PODS, region.name)
    return judged(
        MEASURE,
        facts,
        settings,
        region,
        float(len(pending)),
        taken_at,
        ", ".join(parts),
        owners_of(pending),
        people_of,
    )


MEASURE = Measure(
    id="pending-pods",
    title="Workspaces pending",
    unit=Unit.COUNT,
    why="Their pod waits for a node that has room, or for its image. Normal for a minute at the start; later it means "
    "that nodes or images do not come.",
    needs=(PODS,),
    value=value,
    origin="watched pods",
    query='sum$by(kube_pod_status_phase{phase="Pending",namespace=~"coder-ws.*"})',
    alert=AlertRule("resource-contention", hold_s=60),
    limit=lambda _: Limit(
        Step(warn=1, fail=5),
        "ours: who starts again in the exercise should find a node; the documents name no number",
        by_cue={"introduction": Step(warn=10), "onboarding": Step(warn=10, fail=30)},
    ),
)
