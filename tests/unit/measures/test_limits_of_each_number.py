"""From which value on each number of the live grid is bad, as the guide, the documents and the README promise it."""

from __future__ import annotations

import pytest

from fakes.measured import MEASURES, NOW, RUNNING, SETTINGS
from workshop_tui.measures.limit import Step
from workshop_tui.measures.measure import Measure
from workshop_tui.model.facts import Facts
from workshop_tui.model.outcome import Outcome
from workshop_tui.settings import Settings

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
    "start-time-p95": {"": (180.0, 360)},
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


@pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda measure: measure.id)
def test_of_what_nothing_was_read_no_number_is_green(measure: Measure) -> None:
    found = measure.value(Facts(NOW, RUNNING, {}, cue="exercise"), SETTINGS, SETTINGS.region[0])
    assert found.outcome in (Outcome.UNKNOWN, Outcome.NOT_APPLICABLE)
    assert found.value is None
    assert found.detail
