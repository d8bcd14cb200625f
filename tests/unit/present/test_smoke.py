from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from workshop_tui.model.outcome import Outcome
from workshop_tui.model.smoke import STAGES, PlatformChange, SmokeGap, SmokeProgress, SmokeRun
from workshop_tui.present.smoke import effect_of, left_lines, outcome_of, progress_lines, question_lines, run_lines
from workshop_tui.settings.smoke import CommandWay, Smoke, SmokeTarget

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
TARGET = SmokeTarget(region="london", template="goose")
ALL = tuple((stage, 3.0) for stage in STAGES)
NO_APP = SmokeGap("app", Outcome.NOT_APPLICABLE, "london has no wildcard in the settings")
NO_PODS = SmokeGap("pods", Outcome.UNKNOWN, "forbidden")
BROKEN = SmokeGap("app", Outcome.FAIL, "app: it answers 404")


def progress(
    stage: str = "",
    words: str = "passed",
    stages: tuple[tuple[str, float], ...] = ALL,
    *gaps: SmokeGap,
    error: str = "",
) -> SmokeProgress:
    return SmokeProgress("london", "wt-smoke-1", stage, words, stages, gaps, error)


def without(*stages: str) -> tuple[tuple[str, float], ...]:
    return tuple(row for row in ALL if row[0] not in stages)


def test_every_target_is_shown_with_its_effect_before_it_is_asked() -> None:
    said = [line.text for line in question_lines(Smoke(target=(TARGET,)))]
    assert said[0] == (
        "A smoke test changes the platform: in all regions at once it starts a workspace, asks its app, "
        "runs a command inside by the agent's terminal, and removes it."
    )
    assert said[1] == "  london  one workspace from goose"
    assert "name no [[smoke.target]]" in question_lines(Smoke())[0].text


@pytest.mark.parametrize(
    ("way", "said"), [(CommandWay.AGENT, "by the agent's terminal"), (CommandWay.NONE, "runs nothing inside")]
)
def test_the_effect_says_how_a_command_runs(way: CommandWay, said: str) -> None:
    assert said in effect_of(TARGET, Smoke(command_by=way))


@pytest.mark.parametrize(
    ("one", "outcome"),
    [
        (progress("agent", "agent", ALL[:2]), None),
        (progress("", "stopped, and removed", ALL[:2]), None),
        (progress(), Outcome.PASS),
        (progress("", "passed", without("app"), NO_APP), Outcome.PASS),
        (progress("", "passed", without("pods"), NO_PODS), Outcome.UNKNOWN),
        (progress("", BROKEN.reason, without("app"), BROKEN, error=BROKEN.reason), Outcome.FAIL),
        (progress("", "no", ALL[:1], SmokeGap("provisioning", Outcome.FAIL, "no"), error="no"), Outcome.FAIL),
    ],
)
def test_it_is_over_only_when_every_stage_is_told_or_one_failed(one: SmokeProgress, outcome: Outcome | None) -> None:
    assert outcome_of(one) is outcome


def test_the_table_has_seconds_what_is_missing_and_where_it_is_now() -> None:
    lines = [
        line.text
        for line in progress_lines(
            [
                (progress("agent", "agent", ALL[:2]), 7.4),
                (progress("", "passed", without("app", "pods"), NO_APP, NO_PODS), 0),
            ]
        )
    ]
    assert lines[0].split() == ["queued", "build", "agent", "script", "app", "command", "removal", "pods"]
    assert lines[1].split() == ["·", "london", "3", "s", "3", "s", "7…"]
    assert lines[2].split() == ["?", "london", *["3", "s"] * 4, "–", *["3", "s"] * 2, "?"]
    assert lines[4:] == [
        "london  agent",
        "london  passed, but not all is known",
        "  – app: london has no wildcard in the settings",
        "  ? pods: forbidden",
    ]
    assert {len(line) for line in lines[:3]} <= set(range(68))


def test_a_run_is_shown_as_it_ended() -> None:
    run = SmokeRun("london", "wt-smoke-1", NOW, "ana", without("app"), BROKEN.reason, (BROKEN,))
    lines = [line.text for line in run_lines([run])]
    assert lines[1].startswith("✗ london")
    assert lines[-1] == "london  fail: app: it answers 404"


def test_what_is_left_says_since_when_and_how_it_goes() -> None:
    change = PlatformChange(1, "workspace wt-smoke-1", "x", "coder delete", "ana", NOW - timedelta(minutes=5))
    said = [line.text for line in left_lines([change], NOW)]
    assert said[1] == "  workspace wt-smoke-1  5 min ago, ana"
    assert "doctor --clean" in said[2]
    assert left_lines([], NOW) == []
