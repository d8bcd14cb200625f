from __future__ import annotations

import re

import pytest
from pydantic import ValidationError

from fakes.measured import MEASURES, NOW, OHIO, RUNNING, measured, workspace_pod
from fakes.region_pods import region_pods
from workshop_tui.guide.loader import load_guide
from workshop_tui.measures.shared.named import mistaken
from workshop_tui.measures.shared.queried import chosen, wanted_queries
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import MEASURE_QUERIES, NODE_STORAGE, PODS
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.monitoring import QueryAnswer, RegionNumber
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.settings.settings import Settings

PASS, FAIL, UNKNOWN = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN
STORAGE = "node-storage"
ALONE = ["cpu-used", "memory-used"]


def settings_with(prometheus: dict[str, object] | None = None, **live: object) -> Settings:
    return Settings.model_validate({"region": [OHIO], "live": live, "prometheus": prometheus or {}})


def asked(answer: QueryAnswer | None, settings: Settings) -> MeasureValue:
    measure = {one.id: one for one in chosen(MEASURES.values(), settings)}[STORAGE]
    key, pods = SourceKey(MEASURE_QUERIES.name), SourceKey(PODS.name, "ohio")
    readings = {
        key: Reading(key, (answer,) if answer else (), NOW),
        pods: Reading(pods, region_pods([workspace_pod("ana", node="n1"), workspace_pod("bo", node="n2")]), NOW),
    }
    return measure.value(Facts(NOW, RUNNING, readings, cue="exercise"), settings, settings.region[0])


def answer(*numbers: RegionNumber, **more: object) -> QueryAnswer:
    return QueryAnswer(STORAGE, numbers, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "value", "outcome", "detail"),
    [
        (answer(RegionNumber("ohio", 0.5, "n1")), 0.5, PASS, "n1"),
        (answer(RegionNumber("ohio", 0.91, "n1")), 0.91, FAIL, "n1"),
        (answer(RegionNumber("ohio", 0.0)), 0.0, PASS, ""),
        (answer(), None, UNKNOWN, "Prometheus has no such series here"),
        (answer(strangers=("lab",)), None, UNKNOWN, "Prometheus has no such series here, only of lab"),
        (answer(RegionNumber("london", 0.5)), None, UNKNOWN, "Prometheus has no such series here"),
        (answer(RegionNumber("ohio", None, "", "2 series")), None, UNKNOWN, "2 series"),
        (answer(RegionNumber("ohio", -0.1)), None, UNKNOWN, "Prometheus says -0.1, which cannot be"),
        (answer(trouble="refuses the query"), None, UNKNOWN, "refuses the query"),
        (None, None, UNKNOWN, "Prometheus was not asked yet"),
        (answer(RegionNumber("ohio", 0.5), warnings=("store-2",)), 0.5, UNKNOWN, "maybe a part: store-2"),
        (answer(RegionNumber("ohio", 0.9, "n1"), warnings=("w",)), 0.9, FAIL, "n1, maybe a part: w"),
    ],
)
def test_an_answer_is_judged_and_what_is_missing_is_never_green(
    said: QueryAnswer | None, value: float | None, outcome: Outcome, detail: str
) -> None:
    found = asked(said, settings_with(origin={STORAGE: "prometheus"}))
    assert (found.value, found.outcome, found.detail, found.region) == (value, outcome, detail, "ohio")


def test_a_node_that_prometheus_names_has_its_people() -> None:
    found = asked(answer(RegionNumber("ohio", 0.91, "n1")), settings_with(origin={STORAGE: "prometheus"}))
    assert (found.people, found.people_of) == (("ana",), 2)


@pytest.mark.parametrize(
    ("live", "origin", "queries"),
    [
        ({}, "kubelets", ALONE),
        ({"origin": {STORAGE: "prometheus"}}, "Prometheus", [STORAGE, *ALONE]),
        ({"query": {STORAGE: "max(x)"}}, "Prometheus", [STORAGE, *ALONE]),
        ({"query": {STORAGE: "max(x)"}, "origin": {STORAGE: "own"}}, "kubelets", ALONE),
        ({"origin": {"cpu-used": "own"}}, "kubelets", ["memory-used"]),
        ({"origin": {"node-claims": "prometheus"}}, "kubelets", ALONE),
    ],
)
def test_the_settings_choose_where_numbers_come_from(live: dict[str, object], origin: str, queries: list[str]) -> None:
    settings = settings_with(**live)
    found = {measure.id: measure for measure in chosen(MEASURES.values(), settings)}
    assert found[STORAGE].origin == origin
    assert (NODE_STORAGE in found[STORAGE].needs) is (origin == "kubelets")
    assert list(wanted_queries(MEASURES.values(), settings)) == queries


@pytest.mark.parametrize("measure_id", ALONE)
@pytest.mark.parametrize(
    ("share", "outcome"),
    [(0.84, PASS), (0.85, Outcome.WARN), (0.94, Outcome.WARN), (0.95, FAIL), (None, UNKNOWN)],
)
def test_what_only_prometheus_tells_of_the_nodes_is_judged_by_its_limit(
    measure_id: str, share: float | None, outcome: Outcome
) -> None:
    said = QueryAnswer(measure_id, (RegionNumber("ohio", share),))
    found = measured(measure_id, (MEASURE_QUERIES, (said,)))
    assert (found.value, found.outcome) == (share, outcome)


def test_a_measure_that_only_prometheus_tells_can_be_turned_off() -> None:
    settings = settings_with(origin={"cpu-used": "own"})
    measure = {one.id: one for one in chosen(MEASURES.values(), settings)}["cpu-used"]
    found = measure.value(Facts(NOW, RUNNING), settings, settings.region[0])
    assert found.outcome is Outcome.NOT_APPLICABLE


def test_a_measure_without_a_query_says_which_setting_is_missing() -> None:
    settings = settings_with(origin={"node-claims": "prometheus"})
    measure = {one.id: one for one in chosen(MEASURES.values(), settings)}["node-claims"]
    found = measure.value(Facts(NOW, RUNNING), settings, settings.region[0])
    assert (found.outcome, found.detail) == (UNKNOWN, "no query is known: set live.query.node-claims")


def test_a_label_that_tells_regions_apart_is_in_every_aggregation() -> None:
    query = {"agents-connected": "count$by(max by (username$and) (coderd_agents_connections) == 1)"}
    assert wanted_queries(MEASURES.values(), settings_with(query=query))["agents-connected"] == (
        "count(max by (username) (coderd_agents_connections) == 1)"
    )
    labelled = settings_with({"region_label": "cluster"}, query=query)
    assert wanted_queries(MEASURES.values(), labelled)["agents-connected"] == (
        "count by (cluster)(max by (username, cluster) (coderd_agents_connections) == 1)"
    )


@pytest.mark.parametrize("measure", [one for one in MEASURES.values() if one.query], ids=lambda one: one.id)
def test_a_default_query_aggregates_by_the_region(measure: object) -> None:
    query = MEASURES[measure.id].query  # type: ignore[attr-defined]
    assert "$by" in query or "$and" in query
    assert query.count("(") == query.count(")")


@pytest.mark.parametrize("label", ["a-b", "", 'x"}', "1a"])
def test_a_region_label_is_a_label(label: str) -> None:
    with pytest.raises(ValidationError):
        settings_with({"region_label": label})


@pytest.mark.parametrize(
    ("prometheus", "live", "line"),
    [
        ({}, {"origin": {STORAGE: "prometheus"}, "limit": [{"measure": STORAGE, "cue": "exercise"}]}, None),
        ({}, {"limit": [{"measure": "nodestorage"}]}, "live.limit of nodestorage: no measure is named nodestorage"),
        (
            {},
            {"limit": [{"measure": STORAGE, "cue": "lunch"}]},
            "live.limit of node-storage: no cue of the guide is named lunch",
        ),
        ({}, {"origin": {"x": "own"}}, "live.origin.x: no measure is named x"),
        ({}, {"query": {"x": "up"}}, "live.query.x: no measure is named x"),
        (
            {},
            {"origin": {"node-claims": "prometheus"}},
            "live.origin.node-claims: it has no query of its own, set live.query.node-claims",
        ),
        ({"regions": {"prod": "ohio"}}, {}, None),
        ({"regions": {"prod": "tokyo"}}, {}, "prometheus.regions.prod: no region is named tokyo"),
    ],
)
def test_settings_without_effect_are_told(
    prometheus: dict[str, object], live: dict[str, object], line: str | None
) -> None:
    cues = [cue.id for cue in load_guide(None).cues]
    found = list(mistaken(settings_with(prometheus, **live), MEASURES.values(), cues))
    assert found == ([line] if line else [])


def test_a_query_looks_back_as_far_as_its_measure_says() -> None:
    for measure in MEASURES.values():
        ranges = set(re.findall(r"\[(\w+)\]", measure.query))
        if "30 min" in f"{measure.title} {measure.why}":
            assert ranges <= {"30m"}, measure.id
