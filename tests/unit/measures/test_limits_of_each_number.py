"""From which value on each number of the live grid is bad, as the guide, the documents and the README promise it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.measured import MEASURES, NOW, OHIO, RUNNING, SETTINGS, measured
from workshop_tui.guide.loader import load_guide
from workshop_tui.measures.shared.limit import Step, outcome_of, step_of
from workshop_tui.measures.shared.measure import Measure
from workshop_tui.measures.shared.named import mistaken
from workshop_tui.measures.shared.window import percentile
from workshop_tui.model.facts import Facts
from workshop_tui.model.kinds import POD_EVENTS, PODS
from workshop_tui.model.kubernetes import PodEvents
from workshop_tui.model.outcome import Outcome, badness
from workshop_tui.settings.settings import Settings

LIMITS: dict[str, dict[str, tuple[float | None, float | None]]] = {
    "node-storage": {"": (0.7, 0.85), "before": (None, 0.6)},
    "restart-failure-rate": {"": (None, 0.02)},
    "image-pull-p95": {"": (60, None)},
    "routing-success": {"": (None, 1.0)},
    "builds-queued": {"": (1, 4), "before": (4, None), "introduction": (10, None), "onboarding": (4, 10)},
    "builds-failed": {"": (0.02, 0.2)},
    "build-wait-p95": {"": (30.0, 120), "introduction": (120, 240), "onboarding": (120, 240)},
    "provisioners-busy": {"": (1.0, None), "introduction": (None, None), "onboarding": (None, None)},
    "scripts-failed": {"": (1, None)},
    "agents-connecting": {"": (1, 3), "introduction": (3, None), "onboarding": (3, 6)},
    "agents-lost": {"": (1, 3)},
    "start-time-p50": {"": (120, 240)},
    "start-time-p95": {"": (120, 240)},
    "evictions": {"": (None, 1)},
    "oom-kills": {"": (1, 3)},
    "disk-pressure": {"": (None, 1)},
    "pending-pods": {"": (1, 5), "introduction": (10, None), "onboarding": (10, 30)},
    "node-claims": {"": (180, 600)},
    "cpu-requested": {"": (0.9, None), "before": (None, 0.7)},
    "cpu-used": {"": (0.85, 0.95)},
    "memory-requested": {"": (0.9, None), "before": (None, 0.7)},
    "memory-used": {"": (0.85, 0.95)},
    "started-again": {"": (3, 5)},
    "gateway-latency": {"": (2, 6)},
    "gateway-refusals": {"": (None, 1)},
    "gateway-key-clock": {"": (24, 3), "before": (192, 168)},
    "certificate-clock": {"": (336, 24)},
    "api-latency": {"": (0.5, 3.0)},
    "sign-in-failures": {"": (1, 5)},
}
"""Measure -> (warns, fails) by cue, "" where a cue has none of its own; in the measure's unit."""
BELOW = {"routing-success", "gateway-key-clock", "certificate-clock"}
"""Bad under the value; all others from it on."""
HOLDS_S = {
    "builds-queued": 30,
    "build-wait-p95": 30,
    "provisioners-busy": 60,
    "agents-connecting": 15,
    "agents-lost": 20,
    "start-time-p50": 30,
    "start-time-p95": 30,
    "pending-pods": 60,
    "scripts-failed": 15,
    "cpu-requested": 60,
    "cpu-used": 60,
    "memory-requested": 60,
    "memory-used": 60,
    "gateway-latency": 10,
    "api-latency": 30,
}
"""How long it is bad before an alert is raised; all others at once."""


@pytest.mark.parametrize("measure_id", LIMITS)
def test_each_number_warns_and_fails_from_the_value_that_is_documented(measure_id: str) -> None:
    limit = MEASURES[measure_id].limit
    assert limit is not None
    found = limit(Settings().thresholds)
    assert {"": found.step, **found.by_cue} == {cue: Step(*steps) for cue, steps in LIMITS[measure_id].items()}
    assert found.below is (measure_id in BELOW)
    assert found.origin


def test_no_number_is_judged_by_a_limit_that_is_not_documented() -> None:
    assert {measure.id for measure in MEASURES.values() if measure.limit} == set(LIMITS)


def test_an_alert_waits_as_long_as_a_number_of_its_kind_may_be_bad() -> None:
    rules = {measure.id: measure.alert for measure in MEASURES.values() if measure.alert}
    assert {name: rule.hold_s for name, rule in rules.items() if rule.hold_s} == HOLDS_S
    assert {rule.clear_s for rule in rules.values()} == {30}


@pytest.mark.parametrize(
    "measure_id", ["concurrent-workspaces", "evictions", "oom-kills", "pending-pods", "restart-failure-rate"]
)
def test_a_region_without_a_namespace_of_workspaces_has_no_green_zero_of_them(measure_id: str) -> None:
    settings = Settings.model_validate({"region": [{**OHIO, "namespaces": {"workspaces": []}}]})
    found = measured(measure_id, (PODS, ()), (POD_EVENTS, PodEvents((), ())), settings=settings)
    assert (found.outcome, found.detail) == (Outcome.NOT_APPLICABLE, "namespaces.workspaces names none")


@pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda measure: measure.id)
def test_of_what_nothing_was_read_no_number_is_green(measure: Measure) -> None:
    found = measure.value(Facts(NOW, RUNNING, {}, cue="exercise"), SETTINGS, SETTINGS.region[0])
    assert found.outcome in (Outcome.UNKNOWN, Outcome.NOT_APPLICABLE)
    assert found.value is None
    assert found.detail


MEDIANS = {name: f"{name[:-4]}-p95" for name in MEASURES if f"{name[:-4]}-p95" in MEASURES and name.endswith("-p50")}
CUES = ("", "before", *(cue.id for cue in load_guide(None).cues))


def outcome(measure_id: str, value: float, moment: str, settings: Settings) -> Outcome:
    limit = MEASURES[measure_id].limit
    if limit is None:
        return Outcome.PASS
    found = limit(settings.thresholds)
    return outcome_of(value, step_of(measure_id, found, settings.live, moment), below=found.below)


@given(
    st.lists(st.floats(0, 2000), min_size=1, max_size=30),
    st.floats(0.1, 900),
    st.floats(0.1, 900),
    st.sampled_from(sorted(MEDIANS)),
    st.sampled_from(CUES),
)
def test_no_median_is_bad_while_the_p95_of_the_same_values_is_better(
    values: list[float], start_s: float, pull_s: float, median: str, moment: str
) -> None:
    settings = Settings.model_validate({"thresholds": {"start_time_s": start_s, "image_pull_p95_s": pull_s}})
    half = outcome(median, percentile(values, 0.5), moment, settings)
    most = outcome(MEDIANS[median], percentile(values, 0.95), moment, settings)
    assert badness(most) <= badness(half)


def test_the_pairs_of_medians_are_those_that_are_known() -> None:
    assert MEDIANS == {"start-time-p50": "start-time-p95", "image-pull-p50": "image-pull-p95"}
    bare = Settings()
    assert list(mistaken(bare, MEASURES.values(), CUES)) == []


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ([("image-pull-p50", "", 30.0, None)], ["live.limit of image-pull-p50"]),
        ([("image-pull-p50", "", 60.0, None)], []),
        ([("image-pull-p50", "", None, 60.0)], ["live.limit of image-pull-p50"]),
        ([("image-pull-p50", "", 60.0, None), ("image-pull-p95", "", None, 60.0)], []),
        ([("start-time-p95", "before", 300.0, 600.0)], ["live.limit of start-time-p50 in the cue before"]),
        ([("start-time-p95", "before", 60.0, 100.0)], []),
    ],
)
def test_settings_by_which_a_median_would_be_bad_while_the_p95_is_good_are_told(
    limits: list[tuple[str, str, float | None, float | None]], words: list[str]
) -> None:
    rows = [{"measure": name, "cue": cue, "warn": warn, "fail": fail} for name, cue, warn, fail in limits]
    found = set(mistaken(Settings.model_validate({"live": {"limit": rows}}), MEASURES.values(), ("exercise",)))
    assert {line.partition(":")[0] for line in found if line.startswith(tuple(words))} >= set(words)
    assert bool(found) is bool(words)
