"""The same number is normal in one part of a workshop and an incident in another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from pydantic import ValidationError

from fakes.measured import MEASURES, NOW, OHIO, RUNNING, SOON, ago, measured
from workshop_tui.guide.loader import load_guide
from workshop_tui.measures.shared.limit import Limit, Step, outcome_of, step_of
from workshop_tui.measures.shared.measure import Measure
from workshop_tui.model.clock import Clock
from workshop_tui.model.coder import ProvisionerPool, Workspace
from workshop_tui.model.cue import cue_at
from workshop_tui.model.kinds import NODE_STORAGE, PROVISIONERS, ROUTES, WORKSPACES
from workshop_tui.model.kubernetes import NodeStorage
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.route import RouteProbe, RouteRole, RouteStage
from workshop_tui.model.source import Reading, SourceKey, SourceKind
from workshop_tui.model.workshop import Workshop
from workshop_tui.observing.measurement import evaluate
from workshop_tui.settings.settings import Settings

PASS, WARN, FAIL = Outcome.PASS, Outcome.WARN, Outcome.FAIL
BUSY = (ProvisionerPool("coder", True, 0, 6, 0, (), 4),)
FULL = (NodeStorage("n1", 100, 25),)
BROKEN = (RouteProbe(RouteRole.WILDCARD, "x.ohio.test", RouteStage.HTTP, "404"),)


def queue(length: int) -> tuple[Workspace, ...]:
    return tuple(
        Workspace(str(i), "ws", f"p{i}", "coder", "goose", "pending", "start", created_at=ago(10))
        for i in range(length)
    )


@pytest.mark.parametrize(
    ("measure", "kind", "items", "onboarding", "exercise"),
    [
        ("builds-queued", WORKSPACES, queue(3), PASS, WARN),
        ("builds-queued", WORKSPACES, queue(5), WARN, FAIL),
        ("builds-queued", WORKSPACES, queue(12), FAIL, FAIL),
        ("provisioners-busy", PROVISIONERS, BUSY, PASS, WARN),
        ("routing-success", ROUTES, BROKEN, FAIL, FAIL),
        ("node-storage", NODE_STORAGE, FULL, WARN, WARN),
    ],
)
def test_a_number_is_judged_by_the_cue_that_is_on(
    measure: str, kind: SourceKind[object], items: object, onboarding: Outcome, exercise: Outcome
) -> None:
    assert measured(measure, (kind, items), cue="onboarding").outcome is onboarding
    assert measured(measure, (kind, items), cue="exercise").outcome is exercise


def test_before_the_workshop_has_limits_of_its_own() -> None:
    assert measured("node-storage", (NODE_STORAGE, FULL), cue="", workshop=SOON).outcome is FAIL
    assert measured("node-storage", (NODE_STORAGE, FULL), cue="", workshop=None).outcome is WARN
    assert measured("builds-queued", (WORKSPACES, queue(3)), cue="", workshop=SOON).outcome is PASS


def settings_with(*limits: dict[str, object]) -> Settings:
    return Settings.model_validate({"region": [OHIO], "live": {"limit": limits}})


def limit(cue: str = "", **steps: float) -> dict[str, object]:
    return {"measure": "builds-queued", "cue": cue, **steps}


@pytest.mark.parametrize(
    ("limits", "cue", "outcome"),
    [
        ((), "exercise", FAIL),
        ((limit(warn=6, fail=9),), "exercise", PASS),
        ((limit(warn=5, fail=9),), "onboarding", WARN),
        ((limit("exercise", warn=5),), "exercise", WARN),
        ((limit("exercise", warn=5),), "feedback", FAIL),
        ((limit("exercise", warn=5), limit(fail=5)), "exercise", WARN),
        ((limit("exercise", warn=5), limit(fail=5)), "onboarding", FAIL),
        ((limit(),), "exercise", PASS),
    ],
)
def test_the_teams_limit_goes_before_the_measures_own(
    limits: Sequence[dict[str, object]], cue: str, outcome: Outcome
) -> None:
    found = measured("builds-queued", (WORKSPACES, queue(5)), cue=cue, settings=settings_with(*limits))
    assert found.outcome is outcome


def test_two_limits_for_one_moment_are_refused() -> None:
    with pytest.raises(ValidationError, match="two limits for the cue"):
        settings_with(limit("exercise", warn=1), limit("exercise", fail=2))


@pytest.mark.parametrize(
    ("value", "below", "outcome"),
    [
        (0.9, False, PASS),
        (1.0, False, WARN),
        (2.0, False, FAIL),
        (float("inf"), False, FAIL),
        (-3.0, False, PASS),
        (float("nan"), False, Outcome.UNKNOWN),
        (2.0, True, PASS),
        (1.9, True, WARN),
        (0.9, True, FAIL),
        (-3.0, True, FAIL),
        (float("nan"), True, Outcome.UNKNOWN),
    ],
)
def test_what_is_no_number_is_never_green(value: float, below: bool, outcome: Outcome) -> None:
    step = Step(warn=2.0, fail=1.0) if below else Step(warn=1.0, fail=2.0)
    assert outcome_of(value, step, below=below) is outcome


def limits_of(measure: Measure) -> Limit:
    assert measure.limit is not None
    return measure.limit(Settings().thresholds)


JUDGED = [measure for measure in MEASURES.values() if measure.limit is not None]


@pytest.mark.parametrize("measure", JUDGED, ids=lambda measure: measure.id)
def test_every_limit_says_where_it_comes_from_and_names_cues_of_the_guide(measure: Measure) -> None:
    found = limits_of(measure)
    assert found.origin
    assert set(found.by_cue) <= {"before", *(cue.id for cue in load_guide(None).cues)}
    for step in (found.step, *found.by_cue.values()):
        if step.warn is not None and step.fail is not None:
            assert step.fail < step.warn if found.below else step.warn < step.fail


@pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda measure: measure.id)
def test_every_measure_is_short_explained_and_tells_its_origin(measure: Measure) -> None:
    assert len(measure.title) <= 24
    assert measure.why
    assert measure.needs
    if measure.alert is not None and measure.alert.case_id:
        assert measure.alert.case_id in {case.id for case in load_guide(None).runbook}


def test_the_measures_own_limit_holds_where_the_settings_say_nothing() -> None:
    own = Limit(Step(warn=1), "ours", by_cue={"onboarding": Step(warn=9)})
    assert step_of("x", own, Settings().live, "onboarding") == Step(warn=9)
    assert step_of("x", own, Settings().live, "") == Step(warn=1)


TWO = Settings.model_validate(
    {"region": [{"name": "london", "role": "proxy"}, OHIO, {"name": "tokyo", "role": "control-plane"}]}
)


def of_the_queue(workshop: Workshop, minutes_in: float) -> dict[str | None, Outcome]:
    now = workshop.starts_at + timedelta(minutes=minutes_in)
    key = SourceKey(WORKSPACES.name)
    cue = cue_at(load_guide(None).cues, workshop, now)
    readings = {key: Reading(key, queue(5), now)}
    found = evaluate([MEASURES["builds-queued"]], readings, workshop, TWO, Clock(wall=lambda: now), {}, cue)
    return {value.region: value.outcome for value in found}


def test_what_belongs_to_the_platform_stands_in_the_control_planes_column() -> None:
    assert of_the_queue(RUNNING, 8) == {"london": Outcome.NOT_APPLICABLE, "ohio": WARN, "tokyo": Outcome.NOT_APPLICABLE}
    assert of_the_queue(RUNNING, 30)["ohio"] is FAIL


def test_elsewhere_it_says_where_to_look() -> None:
    clock = Clock(wall=lambda: NOW)
    found = evaluate([MEASURES["builds-queued"]], {}, RUNNING, TWO, clock, {})
    assert found[0].detail == "of the platform: see ohio"
