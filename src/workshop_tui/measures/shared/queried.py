"""A measure whose numbers come from Prometheus, and which ones do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from workshop_tui.measures.shared.answer import judged, nothing, unknown
from workshop_tui.measures.shared.measure import Measure, Unit
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import MEASURE_QUERIES, PODS
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.monitoring import QueryAnswer, RegionNumber
from workshop_tui.model.outcome import Outcome
from workshop_tui.settings.live import Live, Origin
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings

ORIGIN = "Prometheus"


def expanded(query: str, region_label: str | None) -> str:
    """`$by` becomes ` by (label)`, `$and` becomes `, label`; both nothing where no label tells regions apart."""
    by, also = (f" by ({region_label})", f", {region_label}") if region_label else ("", "")
    return query.replace("$by", by).replace("$and", also)


def from_prometheus(measure: Measure, live: Live) -> bool:
    """As the settings say; by itself only what has no source of its own, and what has got a query in the settings."""
    told = live.origin.get(measure.id)
    if told is not None:
        return told is Origin.PROMETHEUS
    return MEASURE_QUERIES in measure.needs or measure.id in live.query


def chosen(measures: Iterable[Measure], settings: Settings) -> tuple[Measure, ...]:
    """Each as the settings want its numbers."""
    return tuple(_chosen(measure, settings.live) for measure in measures)


def wanted_queries(measures: Iterable[Measure], settings: Settings) -> dict[str, str]:
    """Measure -> PromQL, of those that come from Prometheus and have a query."""
    label = settings.prometheus.region_label
    return {
        measure.id: expanded(query, label)
        for measure in measures
        if from_prometheus(measure, settings.live) and (query := settings.live.query.get(measure.id) or measure.query)
    }


def _chosen(measure: Measure, live: Live) -> Measure:
    if from_prometheus(measure, live):
        value = partial(queried, measure, live.query.get(measure.id) or measure.query)
        return replace(measure, needs=(MEASURE_QUERIES,), helps=(PODS,), value=value, origin=ORIGIN)
    if MEASURE_QUERIES in measure.needs:
        return replace(measure, value=partial(_turned_off, measure))
    return measure


def _turned_off(measure: Measure, facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    return nothing(measure, region, facts.taken_at(MEASURE_QUERIES), "turned off: only Prometheus could tell")


def queried(measure: Measure, query: str, facts: Facts, settings: Settings, region: Region) -> MeasureValue:
    """An empty answer is unknown, not zero; a part of the whole is never green."""
    taken_at = facts.taken_at(MEASURE_QUERIES)
    answer = next((one for one in facts.get(MEASURE_QUERIES) or () if one.measure_id == measure.id), None)
    number = next((one for one in answer.numbers if one.region == region.name), None) if answer else None
    why = f"no query is known: set live.query.{measure.id}" if not query else _why_unknown(measure, answer, number)
    if why or answer is None or number is None or number.value is None:
        return unknown(measure, region, taken_at, why)
    pods = facts.get(PODS, region.name)
    people = pods.people_on(number.of) if pods and number.of else ()
    people_of = pods.people_count if pods and people else 0
    found = judged(measure, facts, settings, region, number.value, taken_at, number.of, people, people_of)
    if not answer.warnings:
        return found
    detail = f"maybe a part: {answer.warnings[0]}"
    outcome = Outcome.UNKNOWN if found.outcome is Outcome.PASS else found.outcome
    return replace(found, outcome=outcome, detail=f"{found.detail}, {detail}" if found.detail else detail)


def _why_unknown(measure: Measure, answer: QueryAnswer | None, number: RegionNumber | None) -> str:
    """Empty where there is a number that can be."""
    if answer is None:
        return "Prometheus was not asked yet"
    if answer.trouble:
        return answer.trouble
    if number is None:
        told = f", only of {', '.join(answer.strangers[:3])}" if answer.strangers else ""
        return f"Prometheus has no such series here{told}"
    if number.value is None:
        return number.trouble
    if number.value < 0 and measure.unit is not Unit.HOURS:
        return f"Prometheus says {number.value:g}, which cannot be"
    return ""
