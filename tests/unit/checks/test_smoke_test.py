from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from workshop_tui.checks.smoke_test import judge
from workshop_tui.model.facts import Facts
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.record import Records
from workshop_tui.model.smoke import SmokeRun
from workshop_tui.settings import Settings

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
SETTINGS = Settings.model_validate({"smoke": {"target": [{"region": "ohio", "template": "goose"}]}})
STAGES = (("queued", 3.0), ("provisioning", 40.0), ("agent", 12.0), ("script", 20.0), ("removal", 30.0))


def run(hours: float = 1, error: str = "", slow: float = 0) -> SmokeRun:
    stages = (*STAGES, ("script", slow)) if slow else STAGES
    return SmokeRun("ohio", "wt-smoke-1", NOW - timedelta(hours=hours), "ana", stages, error)


@pytest.mark.parametrize(
    ("runs", "outcome", "said"),
    [
        ((run(),), Outcome.PASS, "ready in 75 s, 60 min ago"),
        ((run(slow=60),), Outcome.WARN, "ready in 135 s, 60 min ago, over 120 s"),
        ((run(error="the build failed: x"),), Outcome.FAIL, "the build failed: x"),
        ((run(hours=73),), Outcome.UNKNOWN, "passed 3 d ago: too long to say anything"),
        ((SmokeRun("london", "wt-smoke-2", NOW, "ana"),), Outcome.UNKNOWN, "not run in this region"),
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
