from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.platform_state import REGIONS, three_regions
from workshop_tui.checks.shared.check import Check
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.clock import Clock
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import CheckResult, Finding, Remedy
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.source import Reading, SourceKey, SourceKind
from workshop_tui.observing.checker import Checker
from workshop_tui.observing.usable import stale_after, why_unusable
from workshop_tui.settings.settings import Settings

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
PODS: SourceKind[object] = SourceKind("pods", "pods", per_region=True, stale_after_s=30)
GATEWAY: SourceKind[object] = SourceKind("gateway", "gateway", per_region=False, stale_after_s=60)
KEY: SourceKind[object] = SourceKind("key", "gateway key", per_region=False, stale_after_s=60)
DOWN = SourceError(ErrorKind.TIMEOUT, "no answer in 5 s")
SECRET = "sk-abcdefgh12345678"


def clock(speed: float = 1.0) -> Clock:
    return Clock(origin=NOW, shown_at_origin=NOW, speed=speed, wall=lambda: NOW)


def reading(
    kind: SourceKind[object], region: str | None, age_s: float | None, error: SourceError | None = None
) -> Reading:
    """`age_s` None: nothing was ever read."""
    taken_at = None if age_s is None else NOW - timedelta(seconds=age_s)
    return Reading(SourceKey(kind.name, region), None if age_s is None else ("item",), taken_at, error, NOW)


def by_key(*readings: Reading) -> dict[SourceKey, Reading]:
    return {one.source: one for one in readings}


def all_pass(facts: Facts, _: Settings) -> Iterable[Finding]:
    """A finding for each reading it was given, so that a test sees what the check saw."""
    for key in sorted(facts.readings, key=str):
        yield Finding(str(key), Outcome.PASS, "fine", key.region)


def judged(
    needs: tuple[SourceKind[object], ...],
    readings: dict[SourceKey, Reading],
    *,
    helps: tuple[SourceKind[object], ...] = (),
    judge: Callable[[Facts, Settings], Iterable[Finding]] = all_pass,
    not_configured: dict[SourceKey, str] | None = None,
    speed: float = 1.0,
    settings: Settings | None = None,
) -> CheckResult:
    check = Check("under-test", "Under test", needs, judge, helps)
    checker = Checker((check,), settings or three_regions(), clock(speed), not_configured or {})
    (result,) = checker.judge(readings, None)
    return result


def passed(result: CheckResult) -> list[str]:
    return [finding.subject for finding in result.findings if finding.outcome is Outcome.PASS]


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (None, "no answer yet"),
        (reading(PODS, None, None), "no answer yet"),
        (reading(PODS, None, None, DOWN), "no answer in 5 s"),
        (reading(PODS, None, 0), None),
        (reading(PODS, None, 30), None),
        (reading(PODS, None, 30.001), "silent; last data 30 s old"),
        (reading(PODS, None, 29, DOWN), None),
        (reading(PODS, None, 31, DOWN), "no answer in 5 s; last data 31 s old"),
        (reading(PODS, None, 8 * 3600), "silent; last data 8 h old"),
    ],
    ids=["never", "asked", "failed at once", "new", "at the limit", "past", "failed but young", "failed", "slept"],
)
def test_a_reading_may_be_judged_or_says_why_not(found, why):
    assert why_unusable(found, PODS, clock(), NOW) == why


@given(st.floats(0, 1e6), st.sampled_from([0.5, 1.0, 10.0, 60.0]), st.booleans())
def test_in_a_rehearsal_data_ages_as_fast_as_its_clock(age_s, speed, failed):
    found = reading(PODS, None, age_s, DOWN if failed else None)
    age = NOW - found.taken_at
    assert (why_unusable(found, PODS, clock(speed), NOW) is None) == (age <= timedelta(seconds=30 * speed))
    assert stale_after(PODS, clock(speed)) == timedelta(seconds=30 * speed)


def test_every_region_that_answered_is_judged_and_the_silent_one_is_unknown_with_its_reason():
    result = judged((PODS,), by_key(reading(PODS, "ohio", 1), reading(PODS, "london", None, DOWN)))
    assert passed(result) == ["pods/ohio"]
    unknown = {finding.region: finding.message for finding in result.findings if finding.outcome is Outcome.UNKNOWN}
    assert unknown == {
        "london": "pods cannot be read: no answer in 5 s",
        "oregon": "pods cannot be read: no answer yet",
    }
    assert result.outcome is Outcome.UNKNOWN


def test_a_failed_last_try_does_not_spoil_items_that_are_young_enough():
    result = judged((PODS,), by_key(*(reading(PODS, name, 20, DOWN) for name in REGIONS)))
    assert (result.outcome, len(passed(result))) == (Outcome.PASS, 3)


def test_too_old_is_unknown_in_the_rooms_time_and_fine_in_a_rehearsal_ten_times_faster():
    readings = by_key(*(reading(PODS, name, 100) for name in REGIONS))
    assert judged((PODS,), readings).outcome is Outcome.UNKNOWN
    assert judged((PODS,), readings, speed=10).outcome is Outcome.PASS


def test_with_nothing_read_yet_the_check_is_not_asked_and_never_green():
    def never(facts, settings):
        raise AssertionError("nothing is there to judge")

    result = judged((PODS, GATEWAY), {}, judge=never)
    assert {finding.outcome for finding in result.findings} == {Outcome.UNKNOWN}
    assert len(result.findings) == 4


@pytest.mark.parametrize("gateway", [reading(GATEWAY, None, None, DOWN), reading(GATEWAY, None, 61), None])
def test_a_need_of_the_whole_platform_that_is_missing_leaves_nothing_to_judge(gateway):
    readings = by_key(*(reading(PODS, name, 1) for name in REGIONS), *([gateway] if gateway else []))
    result = judged((PODS, GATEWAY), readings)
    assert passed(result) == []
    assert [(finding.subject, finding.outcome) for finding in result.findings] == [("gateway", Outcome.UNKNOWN)]


def test_what_only_helps_and_is_missing_is_unknown_while_the_rest_is_judged():
    result = judged((PODS,), by_key(*(reading(PODS, name, 1) for name in REGIONS)), helps=(KEY,))
    assert passed(result) == ["pods/london", "pods/ohio", "pods/oregon"]
    assert result.outcome is Outcome.UNKNOWN
    assert result.summary == "gateway key cannot be read: no answer yet"


def test_what_only_helps_and_is_not_configured_spoils_nothing():
    result = judged(
        (PODS,),
        by_key(*(reading(PODS, name, 1) for name in REGIONS)),
        helps=(KEY,),
        not_configured={SourceKey("key"): "no gateway is configured"},
    )
    assert (result.outcome, len(passed(result))) == (Outcome.PASS, 3)
    assert ("gateway key", Outcome.NOT_APPLICABLE) in [(one.subject, one.outcome) for one in result.findings]


def test_a_region_without_the_source_is_not_applicable_and_the_others_are_judged():
    result = judged(
        (PODS,),
        by_key(reading(PODS, "ohio", 1), reading(PODS, "oregon", 1)),
        not_configured={SourceKey("pods", "london"): "london has no context"},
    )
    (absent,) = [finding for finding in result.findings if finding.outcome is not Outcome.PASS]
    assert (absent.outcome, absent.region, absent.message) == (
        Outcome.NOT_APPLICABLE,
        "london",
        "london has no context",
    )
    assert result.outcome is Outcome.PASS


def test_a_check_whose_sources_are_not_configured_is_not_applicable_with_the_reason():
    result = judged((KEY,), {}, not_configured={SourceKey("key"): "no gateway is configured"})
    assert (result.outcome, result.summary) == (Outcome.NOT_APPLICABLE, "no gateway is configured")


def test_a_need_of_the_whole_platform_that_is_not_configured_leaves_nothing_to_judge():
    readings = by_key(*(reading(PODS, name, 1) for name in REGIONS))
    result = judged((PODS, KEY), readings, not_configured={SourceKey("key"): "no gateway is configured"})
    assert passed(result) == []
    assert result.outcome is Outcome.NOT_APPLICABLE


def test_without_a_region_there_is_nothing_to_judge_and_one_is_told():
    result = judged((PODS,), {}, settings=Settings.model_validate({"person": "ana"}))
    assert (result.outcome, result.summary) == (Outcome.NOT_APPLICABLE, "no region is configured")


def test_a_crash_in_one_check_breaks_that_check_alone_keeps_what_it_found_and_is_logged(caplog):
    def crashes(facts, settings):
        yield Finding("first", Outcome.PASS, "fine")
        raise ZeroDivisionError

    checks = (
        Check("broken", "Broken", (GATEWAY,), crashes),
        Check("well", "Well", (GATEWAY,), all_pass),
    )
    broken, well = Checker(checks, three_regions(), clock(), {}).judge(by_key(reading(GATEWAY, None, 1)), None)
    assert [finding.outcome for finding in broken.findings] == [Outcome.PASS, Outcome.UNKNOWN]
    assert broken.outcome is Outcome.UNKNOWN
    assert broken.summary == "the check crashed (ZeroDivisionError), please report"
    assert well.outcome is Outcome.PASS
    assert [record.exc_info[0] for record in caplog.records] == [ZeroDivisionError]


def test_secrets_are_masked_in_every_text_of_a_finding():
    def tells(facts, settings):
        remedy = Remedy(f"replace {SECRET}", f"curl -H 'Authorization: Bearer {SECRET}'")
        yield Finding(SECRET, Outcome.FAIL, f"{SECRET} refused", None, (("key", SECRET),), remedy)
        yield Finding("bare", Outcome.FAIL, "no command", None, (), Remedy(f"look at {SECRET}"))

    result = judged((GATEWAY,), by_key(reading(GATEWAY, None, 1)), judge=tells)
    assert SECRET not in repr(result)
    first, second = result.findings
    assert first.remedy == Remedy("replace ••••", "curl -H 'Authorization: Bearer ••••'")
    assert (first.subject, first.message, first.evidence) == ("••••", "•••• refused", (("key", "••••"),))
    assert second.remedy == Remedy("look at ••••")


def test_a_source_that_tells_a_secret_in_its_error_is_masked_too():
    result = judged(
        (GATEWAY,), by_key(reading(GATEWAY, None, None, SourceError(ErrorKind.UNAUTHORIZED, f"{SECRET} refused")))
    )
    assert result.summary == "gateway cannot be read: •••• refused"


@pytest.mark.parametrize(
    ("changed", "affected"),
    [
        ([SourceKey("pods", "ohio")], {"of-pods", "of-both"}),
        ([SourceKey("key")], {"helped"}),
        ([SourceKey("pods", "ohio"), SourceKey("key")], {"of-pods", "of-both", "helped"}),
        ([SourceKey("elsewhere")], set()),
        ([], set()),
    ],
)
def test_only_checks_that_need_or_use_a_changed_source_run_again(changed, affected):
    checks = (
        Check("of-pods", "", (PODS,), all_pass),
        Check("of-both", "", (PODS, GATEWAY), all_pass),
        Check("helped", "", (GATEWAY,), all_pass, (KEY,)),
    )
    assert Checker(checks, three_regions(), clock(), {}).affected(changed) == affected


def test_results_come_in_the_order_asked_for_and_an_unknown_id_is_left_out():
    checks = tuple(Check(name, name, (GATEWAY,), all_pass) for name in ("a", "b", "c"))
    checker = Checker(checks, three_regions(), clock(), {})
    assert [result.check_id for result in checker.judge({}, None, ["c", "nobody", "a"])] == ["c", "a"]
    assert [result.check_id for result in checker.judge({}, None)] == ["a", "b", "c"]


def test_a_check_of_what_is_recorded_without_a_workshop_is_not_applicable():
    check = Check("recorded", "Recorded", (), all_pass, recorded=True)
    (result,) = Checker((check,), three_regions(), clock(), {}).judge({}, None)
    assert (result.outcome, result.summary) == (Outcome.NOT_APPLICABLE, "no workshop is chosen")
