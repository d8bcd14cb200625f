from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from workshop_tui.checks.smoke_test_passed import judge
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding
from workshop_tui.model.outcome import Outcome, worst
from workshop_tui.model.record import Records
from workshop_tui.model.smoke import SmokeGap, SmokeRun
from workshop_tui.settings.settings import Settings

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
SETTINGS = Settings.model_validate({"smoke": {"target": [{"region": "ohio", "template": "goose"}]}})
STAGES = (("queued", 3.0), ("provisioning", 40.0), ("agent", 12.0), ("script", 20.0))
USED = (("app", 1.0), ("command", 2.0), ("removal", 30.0), ("pods", 5.0))


def run(hours: float = 1, error: str = "", slow: float = 0) -> SmokeRun:
    stages = (*STAGES, *USED, ("script", slow)) if slow else (*STAGES, *USED)
    return SmokeRun("ohio", "wt-smoke-1", NOW - timedelta(hours=hours), "ana", stages, error)


@pytest.mark.parametrize(
    ("runs", "outcome", "said"),
    [
        ((run(),), Outcome.PASS, "ready in 75 s, 60 min ago"),
        ((run(slow=60),), Outcome.WARN, "ready in 135 s, 60 min ago, over 120 s"),
        ((run(error="the build failed: x"),), Outcome.FAIL, "the build failed: x"),
        ((run(hours=73),), Outcome.UNKNOWN, "passed 3 d ago: too long to say anything"),
        ((SmokeRun("london", "wt-smoke-2", NOW, "ana", (*STAGES, *USED)),), Outcome.UNKNOWN, "not run in this region"),
        ((), Outcome.NOT_APPLICABLE, "not run yet"),
    ],
)
def test_the_newest_run_of_each_region_is_judged(runs: tuple[SmokeRun, ...], outcome: Outcome, said: str) -> None:
    (found,) = judge(Facts(NOW, None, records=Records(smoke=runs)), SETTINGS)
    assert (found.outcome, found.message) == (outcome, said)
    if outcome is not Outcome.PASS and outcome is not Outcome.WARN:
        assert found.remedy is not None
        assert found.remedy.command == "workshop-tui check smoke-test --smoke"


def test_without_a_target_it_does_not_apply() -> None:
    (found,) = judge(Facts(NOW, None, records=Records()), Settings())
    assert found.outcome is Outcome.NOT_APPLICABLE


def found_of(*gaps: SmokeGap, stages: tuple[tuple[str, float], ...] = (), error: str = "") -> list[Finding]:
    one = SmokeRun("ohio", "wt-smoke-1", NOW, "ana", (*STAGES, *stages), error, gaps)
    return list(judge(Facts(NOW, None, records=Records(smoke=(one,))), SETTINGS))


def test_what_is_not_configured_is_said_beside_the_pass() -> None:
    gap = SmokeGap("app", Outcome.NOT_APPLICABLE, "ohio has no wildcard in the settings")
    whole, app = found_of(gap, stages=USED[1:])
    assert (whole.outcome, whole.message) == (Outcome.PASS, "ready in 75 s, 0 s ago; not known: app")
    assert (app.subject, app.outcome, app.message) == ("smoke test: app", Outcome.NOT_APPLICABLE, gap.reason)
    assert dict(whole.evidence)["app"] == "not-applicable"


def test_what_could_not_be_seen_keeps_it_from_passing() -> None:
    gap = SmokeGap("pods", Outcome.UNKNOWN, "whether its pods are gone is not known: forbidden")
    found = found_of(gap, stages=USED[:3])
    assert worst(finding.outcome for finding in found) is Outcome.UNKNOWN


def test_a_run_of_an_older_version_that_asked_for_less_does_not_pass() -> None:
    found = found_of(stages=(("removal", 30.0),))
    assert worst(finding.outcome for finding in found) is Outcome.UNKNOWN
    assert [finding.subject for finding in found[1:]] == [
        "smoke test: app",
        "smoke test: command",
        "smoke test: pods",
    ]


def test_a_failed_stage_is_told_once() -> None:
    gap = SmokeGap("app", Outcome.FAIL, "app: it answers 404")
    (found,) = found_of(gap, stages=USED[1:], error=gap.reason)
    assert (found.outcome, found.message) == (Outcome.FAIL, "app: it answers 404")
    assert dict(found.evidence)["app"] == "fail"
