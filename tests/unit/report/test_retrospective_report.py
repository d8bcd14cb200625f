from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workshop_tui.guide.loader import load_guide
from workshop_tui.model.decision import Decision, Verdict
from workshop_tui.model.incident import Incident, Severity
from workshop_tui.model.measure import MeasurePoint
from workshop_tui.model.record import Records
from workshop_tui.model.registration import RegistrationStatus
from workshop_tui.model.retrospective import RetrospectiveText
from workshop_tui.model.workshop import Workshop
from workshop_tui.report.markdown import plain
from workshop_tui.report.retrospective import fill, retrospective_facts, retrospective_markdown
from workshop_tui.settings.thresholds import Thresholds

START = datetime(2026, 12, 3, 15, 0, tzinfo=UTC)


def incident(number: int, severity: Severity, minutes: float | None, title: str = "Routes fail") -> Incident:
    opened = START + timedelta(minutes=number)
    resolved = None if minutes is None else opened + timedelta(minutes=minutes)
    return Incident(number, 7, number, title, severity, opened, "ana", resolved)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{peak} of {expected}", "9 of 12"),
        ("{nobody_knows}", "unknown"),
        ("{blank}", "unknown"),
        ("", ""),
        ("{} {0} {peak!r} {peak.x} {peak:>9} {PEAK} { peak }", "{} {0} {peak!r} {peak.x} {peak:>9} {PEAK} { peak }"),
        ("${peak} {{peak}} \\{peak}", "${peak} {{peak}} \\{peak}"),
        ('{"json": {peak}}', '{"json": {peak}}'),
        ("{peak}{peak}", "99"),
        ("{open and %s %(x)s $y", "{open and %s %(x)s $y"),
        ("{tricky}", "{peak} {__class__}"),
    ],
)
def test_only_names_in_single_braces_are_filled(template: str, text: str) -> None:
    facts = {"peak": "9", "expected": "12", "blank": "  ", "tricky": "{peak} {__class__}"}
    assert fill(template, facts) == text


@given(st.text(), st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True), st.text()))
def test_no_text_of_people_breaks_the_filling(template: str, facts: dict[str, str]) -> None:
    filled = fill(template, facts)
    if not re.search(r"\{[a-z][a-z0-9_]*\}", template):
        assert filled == template


@given(st.text(max_size=60))
def test_words_from_outside_stay_one_line_without_markup(text: str) -> None:
    said = plain(text)
    assert "\n" not in said
    assert not re.search(r"(?<!\\)(?:\\\\)*[|*_`<\[\]#]", said)


def test_a_workshop_of_which_nothing_is_known_says_unknown_and_never_nothing(workshop: Workshop) -> None:
    facts = retrospective_facts(workshop)
    assert all(value.strip() for value in facts.values())
    for name in ("registration", "attendance", "peak_workspaces", "failure_rate", "routing_status", "peak_cpu"):
        assert facts[name] == "unknown"
    assert facts["decision"] == "not signed"
    assert facts["incident_count"] == "0"
    assert facts["average_time_to_resolve"] == "none"
    assert facts["incident_table"] == "No incident was recorded."


def test_the_date_is_said_in_the_workshops_zone_and_in_utc(workshop: Workshop) -> None:
    facts = retrospective_facts(workshop)
    assert facts["date"] == "Thu 3 Dec 2026, 16:00-17:15 CET (15:00 UTC)"
    assert facts["duration"] == "75 min"
    assert facts["expected_people"] == "12"


@pytest.mark.parametrize("timezone", ["UTC", "Nowhere/Land", "../etc/passwd", ""])
def test_a_zone_that_nobody_knows_reads_as_utc(workshop: Workshop, timezone: str) -> None:
    facts = retrospective_facts(replace(workshop, timezone=timezone))
    assert facts["date"] == "Thu 3 Dec 2026, 15:00-16:15 UTC"


def test_incidents_are_counted_by_severity_with_their_times(workshop: Workshop) -> None:
    facts = retrospective_facts(
        workshop, [incident(1, Severity.P1, 4), incident(2, Severity.P1, 2), incident(3, Severity.P3, None)]
    )
    assert [facts[f"incidents_p{n}"] for n in range(4)] == ["0", "2", "0", "1"]
    assert facts["incident_count"] == "3"
    assert facts["average_time_to_resolve"] == "3 min (1 still open)"
    assert facts["longest_time_to_resolve"] == "4 min (1 still open)"
    assert facts["incident_table"].splitlines()[2:] == [
        "| 1 | P1 | Routes fail | Thu 3 Dec 16:01 CET | 4 min |",
        "| 2 | P1 | Routes fail | Thu 3 Dec 16:02 CET | 2 min |",
        "| 3 | P3 | Routes fail | Thu 3 Dec 16:03 CET | still open |",
    ]


def test_when_nothing_is_resolved_the_time_is_unknown(workshop: Workshop) -> None:
    assert retrospective_facts(workshop, [incident(1, Severity.P0, None)])["longest_time_to_resolve"] == (
        "unknown (1 still open)"
    )


def test_an_incidents_title_cannot_break_the_table(workshop: Workshop) -> None:
    title = "a | b\n| c | <script> {title} **x**"
    facts = retrospective_facts(workshop, [incident(1, Severity.P2, 1, title)])
    row = facts["incident_table"].splitlines()[-1]
    assert len(re.findall(r"(?<!\\)\|", row)) == 6
    assert "{title}" in fill("{incident_table}", facts)


def decision(**changes: object) -> Decision:
    signed = Decision(1, 7, Verdict.GO, Verdict.GO, (), "", "ana", START - timedelta(days=1), timedelta(minutes=25))
    return replace(signed, **changes)  # type: ignore[arg-type]


def test_the_newest_decision_is_told_with_who_and_when(workshop: Workshop) -> None:
    facts = retrospective_facts(workshop, (), [decision(verdict=Verdict.NO_GO, computed=Verdict.NO_GO), decision()])
    assert facts["decision"] == "GO, signed by ana on Wed 2 Dec 16:00 CET"
    assert facts["checklist_time"] == "25 min"


def test_a_decision_against_the_checklist_says_so_with_its_reason(workshop: Workshop) -> None:
    facts = retrospective_facts(
        workshop, (), [decision(computed=Verdict.NO_GO, reason="only the mirror", checklist_time=None)]
    )
    assert facts["decision"].endswith(", against the computed NO-GO: only the mirror")
    assert facts["checklist_time"] == "unknown"


def minutes(*values: float | None) -> tuple[MeasurePoint, ...]:
    return tuple(MeasurePoint(START + timedelta(minutes=minute), value) for minute, value in enumerate(values))


def test_measures_give_peaks_averages_and_whether_targets_are_met(workshop: Workshop) -> None:
    facts = retrospective_facts(
        workshop,
        series={
            ("concurrent-workspaces", "ohio"): minutes(4, 8),
            ("concurrent-workspaces", "london"): minutes(1, 3),
            ("node-storage", "ohio"): minutes(0.4, 0.914),
            ("node-storage", "london"): minutes(0.2, None),
            ("restart-failure-rate", "ohio"): minutes(0, 0.05),
            ("routing-success", "ohio"): minutes(1.0, 0.9996, 1.0),
            ("image-pull-p95", "ohio"): minutes(9.4, 48.2),
        },
    )
    assert facts["peak_workspaces"] == "11"
    assert facts["average_workspaces"] == "10.0"
    assert facts["peak_storage"] == "91.4 %"
    assert facts["peak_image_pull"] == "48 s"
    assert (facts["failure_rate"], facts["failure_rate_status"]) == ("5 %", "missed")
    assert (facts["routing_success"], facts["routing_status"]) == ("99.9 %", "missed")


def test_targets_that_hold_are_met_by_the_teams_own_limit(workshop: Workshop) -> None:
    series = {("restart-failure-rate", "ohio"): minutes(0.05), ("routing-success", "ohio"): minutes(1.0)}
    facts = retrospective_facts(workshop, series=series, thresholds=Thresholds(restart_failure_share=0.1))
    assert facts["failure_rate_status"] == "met"
    assert (facts["routing_success"], facts["routing_status"]) == ("100 %", "met")


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.0, "0 %"), (0.00001, "0.1 %"), (0.5, "50 %"), (0.555, "55.5 %"), (0.99999, "99.9 %"), (1.0, "100 %")],
)
def test_only_nothing_reads_as_none_and_only_all_as_all(workshop: Workshop, share: float, said: str) -> None:
    series = {("node-storage", "ohio"): minutes(share)}
    assert retrospective_facts(workshop, series=series)["peak_storage"] == said


@pytest.mark.parametrize(
    ("duration", "said"),
    [
        (timedelta(seconds=8), "8 s"),
        (timedelta(minutes=4, seconds=10), "4 min 10 s"),
        (timedelta(minutes=90), "90 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(hours=2, minutes=5, seconds=9), "2 h 5 min"),
        (timedelta(hours=30, minutes=5), "30 h"),
    ],
)
def test_durations_read_as_people_say_them(workshop: Workshop, duration: timedelta, said: str) -> None:
    facts = retrospective_facts(workshop, (), [decision(checklist_time=duration)])
    assert facts["checklist_time"] == said


def test_the_document_has_every_section_in_order_with_no_placeholder_left(workshop: Workshop) -> None:
    guide = load_guide(None)
    document = retrospective_markdown(workshop, guide, {}, retrospective_facts(workshop))
    assert document.startswith("# Retrospective: December\n\n## Summary\n")
    assert re.findall(r"^## (.+)$", document, re.MULTILINE) == [section.title for section in guide.retrospective]
    assert not re.search(r"\{\w+\}", document)
    assert "| Registration | unknown |" in document
    assert document.endswith("\n")


def test_what_people_wrote_stands_instead_of_the_template(workshop: Workshop) -> None:
    texts = {
        "went-well": RetrospectiveText("went-well", 'Coffee: {peak_workspaces} cups, `{"a": 1}`', 1, "ana"),
        "old": RetrospectiveText("old", "kept words, sk-abcdefgh12345678", 1, "ana"),
    }
    document = retrospective_markdown(workshop, load_guide(None), texts, {"peak_workspaces": "11"})
    assert '## What went well\n\nCoffee: 11 cups, `{"a": 1}`\n' in document
    assert "## old (no longer in the guide)\n\nkept words, ••••\n" in document


def test_starts_builds_sign_ins_and_nodes_are_told_with_the_teams_own_targets(workshop: Workshop) -> None:
    series = {
        ("start-time-p50", "ohio"): minutes(60, 90, None),
        ("start-time-p50", "london"): minutes(None, None, None),
        ("start-time-p95", "ohio"): minutes(100, 200),
        ("builds-failed", "ohio"): minutes(0, 0.1),
        ("evictions", "ohio"): minutes(0, 3),
        ("evictions", "london"): minutes(0, 1),
        ("sign-in-failures", "ohio"): minutes(0, 0),
        ("cpu-used", "ohio"): minutes(0.5),
        ("cpu-requested", "ohio"): minutes(0.9),
        ("memory-requested", "ohio"): minutes(0.71),
    }
    facts = retrospective_facts(
        workshop, series=series, thresholds=Thresholds(start_time_s=70, restart_failure_share=0.2)
    )
    told = ("average_start_time", "start_time_status", "slowest_start_time")
    assert [facts[name] for name in told] == ["1 min 15 s", "missed", "3 min 20 s"]
    assert (facts["builds_failed"], facts["builds_failed_status"]) == ("10 %", "met")
    assert (facts["contention_events"], facts["contention_status"]) == ("4 in 30 min", "missed")
    assert (facts["authentication_failures"], facts["authentication_status"]) == ("0", "met")
    assert (facts["peak_cpu"], facts["peak_memory"]) == ("50 %", "71 % requested")


REGISTERED, CANCELLED = RegistrationStatus.REGISTERED, RegistrationStatus.CANCELLED


@pytest.mark.parametrize(
    ("records", "registration", "attendance"),
    [
        (None, "unknown", "unknown"),
        (Records(), "unknown", "unknown"),
        (Records(people=((CANCELLED, 2), (REGISTERED, 12))), "12", "unknown"),
        (Records(people=((REGISTERED, 12),), attended_count=9), "12", "9 of 12 (75 %)"),
        (Records(people=((CANCELLED, 2),), attended_count=1), "0", "1"),
    ],
)
def test_who_registered_and_came_is_told_as_far_as_it_was_imported(
    workshop: Workshop, records: Records | None, registration: str, attendance: str
) -> None:
    facts = retrospective_facts(workshop, records=records)
    assert (facts["registration"], facts["attendance"]) == (registration, attendance)
