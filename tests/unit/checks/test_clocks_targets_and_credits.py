from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from workshop_tui.checks import clocks_agree, credits_leave_room, targets_exist
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.clock import Clock
from workshop_tui.model.coder import Workspace
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import TARGETS
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.remote_clock import RemoteClock
from workshop_tui.model.sign_in import Credits
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.model.target import Target
from workshop_tui.model.workshop import Workshop
from workshop_tui.observing.checker import Checker
from workshop_tui.settings.settings import Settings

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
WORKSHOP = Workshop(1, "December", NOW + timedelta(days=2), timedelta(minutes=75), 10, "UTC", NOW)
PASS, FAIL, UNKNOWN = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN
NOT_APPLICABLE = Outcome.NOT_APPLICABLE


def readings(**items: object) -> dict[SourceKey, Reading]:
    """By kind's name, with the region behind a double underscore."""
    found = {}
    for name, value in items.items():
        kind, _, region = name.partition("__")
        key = SourceKey(kind.replace("_", "-"), region or None)
        found[key] = Reading(key, value, NOW)
    return found


def clocks(*found: RemoteClock, limit_s: float = 60) -> list[Finding]:
    settings = Settings.model_validate({"thresholds": {"clock_skew_s": limit_s}})
    return list(clocks_agree.judge(Facts(NOW, WORKSHOP, readings(clocks=found)), settings))


def at(ahead_s: float | None, name: str = "Coder", region: str | None = None, error: str = "") -> RemoteClock:
    return RemoteClock(name, region, ahead_s, 1.0, error)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ((at(0.2), at(-1.4, "the gateway")), [("clocks", PASS, "2 clocks within 1 s of this machine's")]),
        ((at(59), at(0, "the gateway")), [("clocks", PASS, "2 clocks within 59 s of this machine's")]),
        ((at(60.9), at(0, "x")), [("clocks", PASS, "2 clocks within 61 s of this machine's")]),
        (
            (at(185), at(184, "the cluster", "ohio")),
            [("this machine's clock", FAIL, "3 min behind 2 clocks of the platform, which agree")],
        ),
        (
            (at(-185), at(-184, "x"), at(-190, "y")),
            [("this machine's clock", FAIL, "3 min ahead of 3 clocks of the platform, which agree")],
        ),
        (
            (at(0), at(-120, "the cluster", "london")),
            [("the cluster of london", FAIL, "2 min behind this machine's clock")],
        ),
        (
            (at(300), at(-300, "x")),
            [
                ("Coder", FAIL, "5 min ahead of this machine's clock"),
                ("x", FAIL, "5 min behind this machine's clock"),
            ],
        ),
        ((at(400),), [("Coder", FAIL, "7 min ahead of this machine's clock")]),
        ((at(0),), [("clocks", PASS, "1 clock within 1 s of this machine's")]),
        ((at(None),), [("Coder", NOT_APPLICABLE, "its answers tell no time")]),
        (
            (at(0), at(None, "the cluster", "ohio", "the cluster did not answer in time")),
            [
                ("clocks", PASS, "1 clock within 1 s of this machine's"),
                (
                    "the cluster of ohio",
                    UNKNOWN,
                    "its clock cannot be read: the cluster did not answer in time",
                ),
            ],
        ),
    ],
)
def test_a_minute_of_difference_is_found_and_laid_at_the_right_door(
    found: tuple[RemoteClock, ...], said: list[tuple[str, Outcome, str]]
) -> None:
    assert [(one.subject, one.outcome, one.message) for one in clocks(*found)] == said


def test_who_sets_their_clock_is_told_by_how_many_clocks_there_are_to_compare() -> None:
    (alone,) = clocks(at(400))
    assert alone.remedy == Remedy(
        "One of both clocks is wrong: let both machines set the time from the network (NTP).", "timedatectl status"
    )
    (one_of_two,) = clocks(at(0), at(400, "x"))
    assert one_of_two.remedy == Remedy("Let that machine set the time from the network (NTP).", None)


def test_a_difference_names_a_remedy_and_its_region() -> None:
    assert all(one.remedy for one in clocks(at(0), at(-120, "the cluster", "london")))
    assert clocks(at(0), at(-120, "the cluster", "london"))[0].region == "london"
    (ours,) = clocks(at(120), at(120, "x"))
    assert ours.remedy is not None
    assert ours.remedy.command == "timedatectl set-ntp true"
    assert ours.evidence == (("Coder", "+120 s"), ("x", "+120 s"))


def test_the_limit_is_the_settings_own() -> None:
    assert [one.outcome for one in clocks(at(10), at(0, "x"), limit_s=5)] == [FAIL]


SETTINGS = Settings.model_validate(
    {
        "region": [
            {"name": "ohio", "role": "control-plane", "context": "us-east-2", "domain": "ai.example.test"},
            {"name": "london", "role": "proxy", "context": "eu-west-2"},
        ],
        "coder": {"url": "https://ai.example.test"},
        "smoke": {"target": [{"region": "ohio", "template": "goose"}]},
    }
)
THERE = Target("context", "us-east-2", there=True)
GONE = Target("namespaces.workspaces", "coder-wx", there=False, said="there is no such namespace")
UNSEEN = Target("namespaces.server", "coder", None, "us-east-2 forbids it")


def targets(*of_ohio: Target, settings: Settings = SETTINGS) -> Finding:
    return next(iter(targets_exist.judge(Facts(NOW, WORKSHOP, readings(targets__ohio=of_ohio)), settings)))


def test_what_is_missing_in_a_region_stands_in_one_place_with_its_setting() -> None:
    other = Target("selectors.server", "app=codr", there=False, said="no pod has these labels in coder")
    found = targets(THERE, GONE, other, UNSEEN)
    assert (found.region, found.outcome) == ("ohio", FAIL)
    assert found.message == "2 of 4 missing: namespaces.workspaces = coder-wx, selectors.server = app=codr"
    assert found.evidence == (
        ("context = us-east-2", "there"),
        ("namespaces.workspaces = coder-wx", "missing: there is no such namespace"),
        ("selectors.server = app=codr", "missing: no pod has these labels in coder"),
        ("namespaces.server = coder", "unknown: us-east-2 forbids it"),
    )
    assert found.remedy is not None
    assert "of the region ohio" in found.remedy.text
    assert "selectors.server = app=codr" in found.remedy.text
    assert found.remedy.command == "kubectl --context us-east-2 get namespaces"


@pytest.mark.parametrize(
    ("found", "outcome", "message"),
    [
        ((THERE,), PASS, "1 of 1 are there"),
        ((THERE, UNSEEN), UNKNOWN, "1 of 2 cannot be looked at: us-east-2 forbids it"),
        (
            (Target("context", "us-east-2", None, "the cluster refuses connections"), UNSEEN),
            UNKNOWN,
            "2 of 2 cannot be looked at: the cluster refuses connections",
        ),
    ],
)
def test_what_cannot_be_looked_at_is_unknown(found: tuple[Target, ...], outcome: Outcome, message: str) -> None:
    judged = targets(*found)
    assert (judged.outcome, judged.message) == (outcome, message)


@pytest.mark.parametrize(
    ("setting", "named", "command"),
    [
        ("context", "us-east-2", "kubectl config get-contexts"),
        (
            "selectors.provisioners",
            "app=p",
            "kubectl --context us-east-2 get pods --all-namespaces --show-labels",
        ),
        ("domain", "ai.example.test", "dig +short ai.example.test"),
        ("wildcard", "*.ai.example.test", "dig +short workshop-probe.ai.example.test"),
    ],
)
def test_the_command_shows_what_there_is_to_choose_from(setting: str, named: str, command: str) -> None:
    remedy = targets(Target(setting, named, there=False, said="gone")).remedy
    assert remedy is not None
    assert remedy.command == command


def test_a_smoke_target_in_no_region_is_missing_at_coder_too() -> None:
    settings = SETTINGS.model_copy(
        update={
            "smoke": Settings.model_validate({"smoke": {"target": [{"region": "oregon", "template": "goose"}]}}).smoke
        }
    )
    template = Target("smoke.target.template", "goose", there=True)
    (found,) = targets_exist.judge(Facts(NOW, WORKSHOP, readings(coder_targets=(template,))), settings)
    assert (found.region, found.outcome) == (None, FAIL)
    assert found.message == "1 of 2 missing: smoke.target.region = oregon"


def test_where_the_settings_name_nothing_no_target_is_green() -> None:
    found = targets_exist.judge(Facts(NOW, WORKSHOP, readings(targets__ohio=(), coder_targets=())), SETTINGS)
    assert [(one.region, one.outcome, one.message) for one in found] == [
        ("ohio", Outcome.NOT_APPLICABLE, "the settings name no context, domain or wildcard"),
        (None, Outcome.NOT_APPLICABLE, "the settings name no organisation and no smoke-test template"),
    ]


def test_a_region_that_is_down_is_unknown_and_the_others_are_judged() -> None:
    found = readings(targets__ohio=(THERE,), coder_targets=(Target("coder.organizations", "a", there=True),))
    key = SourceKey(TARGETS.name, "london")
    found[key] = Reading(key, None, None, SourceError(ErrorKind.TIMEOUT, "no answer in 45 s"), NOW)
    checker = Checker((targets_exist.CHECK,), SETTINGS, Clock(wall=lambda: NOW), {})
    (result,) = checker.judge(found, WORKSHOP)
    said = {(one.region, one.subject): one.outcome for one in result.findings}
    assert said == {
        ("ohio", "targets"): PASS,
        ("london", "named targets"): UNKNOWN,
        (None, "targets at Coder"): PASS,
    }
    assert result.outcome is UNKNOWN


def workspace(cost: int | None, organization: str = "coder", transition: str = "start") -> Workspace:
    return Workspace("w", "w", "ana", organization, "goose", "running", transition, daily_cost=cost)


@pytest.mark.parametrize(
    ("credits_", "workspaces", "outcome", "message"),
    [
        (Credits("coder", 0, -1), None, PASS, "no quota limits them in coder"),
        (Credits("coder", 30, 50), (workspace(20),), PASS, "20 are left, a workspace takes 20 a day"),
        (Credits("coder", 31, 50), (workspace(20),), FAIL, "19 are left, a workspace takes 20 a day"),
        (Credits("c", 31, 50), (workspace(20), workspace(5, "c")), PASS, "19 are left, a workspace takes 5 a day"),
        (Credits("coder", 0, 0), (workspace(0),), PASS, "0 are left, a workspace takes 0 a day"),
        (Credits("coder", 9, 0), (workspace(1),), FAIL, "-9 are left, a workspace takes 1 a day"),
        (Credits("coder", 0, 50), (), UNKNOWN, "50 are left, and no workspace tells what one costs"),
        (
            Credits("coder", 0, 50),
            (workspace(None), workspace(9, transition="stop")),
            UNKNOWN,
            "50 are left, and no workspace tells what one costs",
        ),
        (Credits("coder", 0, 50), None, UNKNOWN, "50 are left, and no workspace tells what one costs"),
    ],
)
def test_the_credits_must_suffice_for_one_more_workspace(
    credits_: Credits, workspaces: tuple[Workspace, ...] | None, outcome: Outcome, message: str
) -> None:
    said: dict[str, object] = {"credits": credits_}
    if workspaces is not None:
        said["workspaces"] = workspaces
    (found,) = credits_leave_room.judge(Facts(NOW, WORKSHOP, readings(**said)), Settings())
    assert (found.outcome, found.message) == (outcome, message)
    assert found.remedy is not None or outcome is PASS


def test_without_a_reading_none_of_them_says_anything() -> None:
    for check in (clocks_agree, credits_leave_room, targets_exist):
        assert list(check.judge(Facts(NOW, WORKSHOP), SETTINGS)) == []
