"""Which share of the nodes' cpu is used."""

from __future__ import annotations

from workshop_tui.measures.shared.limit import Limit, Step
from workshop_tui.measures.shared.measure import AlertRule, Measure, Unit
from workshop_tui.measures.shared.queried import queried
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import MEASURE_QUERIES
from workshop_tui.model.measure import MeasureValue
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


def value(facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    return queried(MEASURE, MEASURE.query, facts, settings, region)


MEASURE = Measure(
    id="cpu-used",
    title="CPU used",
    unit=Unit.SHARE,
    why="What the nodes really use of their cpu, beside what is asked for; only Prometheus' node exporter tells.",
    needs=(MEASURE_QUERIES,),
    value=value,
    origin="Prometheus",
    query='1 - avg$by(rate(node_cpu_seconds_total{mode="idle"}[5m]))',
    alert=AlertRule("resource-contention", hold_s=60),
    limit=lambda _: Limit(Step(warn=0.85, fail=0.95), "ours: from here on workspaces feel slow"),
)
