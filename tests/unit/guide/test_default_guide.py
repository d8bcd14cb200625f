"""The default guide against the text that it is made from."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from workshop_tui.checks.shared.discover import all_checks
from workshop_tui.guide.loader import load_guide
from workshop_tui.model.guide import Guide
from workshop_tui.model.incident import Severity
from workshop_tui.model.workshop import Workshop
from workshop_tui.present.incident import case_lines
from workshop_tui.report.retrospective import retrospective_facts

TEXT = (Path(__file__).parents[2] / "data" / "monthly-workshop-guide.md").read_text(encoding="utf-8")
LINKS_ONLY = {"resources", "contact"}


@pytest.fixture(scope="module")
def guide() -> Guide:
    return load_guide(None)


def words(text: str) -> str:
    """Lower-case words without markup, links, due dates and lengths in brackets."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"\((T-\d+ days|[\d-]+ min)\)", "", text)
    return " ".join(re.findall(r"[a-z0-9+>#/'-]+", text.replace("**", "").lower()))


def lines_by_heading() -> dict[str, list[str]]:
    """Normalised heading -> normalised list entries and `**Name**: text` lines below it."""
    found: dict[str, list[str]] = {}
    heading = ""
    for line in TEXT.splitlines():
        if title := re.fullmatch(r"#+ (?:\d+\. )?(.*)", line):
            heading = words(title.group(1))
        elif entry := re.fullmatch(r"\s*(?:- \[ \] |- |\d+\. |(?=\*\*))(.+)", line):
            found.setdefault(heading, []).append(words(entry.group(1)))
    return {heading: lines for heading, lines in found.items() if heading not in LINKS_ONLY}


def section_lines(guide: Guide, phases: set[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in guide.items:
        if item.phase in phases:
            found.setdefault(words(item.section), []).append(words(item.title))
    return found


PLANNED: set[str] = set()
BEFORE = {"T-7d", "T-3d", "T-2d", "T-24h"}


def test_the_guide_has_as_many_lines_as_its_text(guide: Guide) -> None:
    phases = Counter(item.phase for item in guide.items)
    assert sum(phases[phase] for phase in BEFORE) == 21
    assert phases["live"] == 4
    assert phases["after"] == 16
    assert len(guide.items) == 41 == TEXT.count("- [ ] ")
    assert len(guide.cues) == 4
    assert len(guide.key_metrics) == 5
    assert len(guide.metrics) == 13
    assert len(guide.runbook) == 6


@pytest.mark.parametrize("heading", sorted(lines_by_heading()))
def test_every_line_of_the_text_is_in_the_guide(guide: Guide, heading: str) -> None:
    said = {words(item.title) for item in guide.items}
    said |= {words(detail.text) for item in guide.items for detail in item.details}
    said |= {words(cue.title) for cue in guide.cues} | {words(line) for cue in guide.cues for line in cue.bullets}
    said |= {words(metric.title) for metric in guide.metrics}
    assert [line for line in lines_by_heading()[heading] if line not in said] == []


def test_the_comparison_sees_the_whole_text() -> None:
    lines = lines_by_heading()
    checkboxes, key_metrics, cues, bullets, purposes, audience, schedule, metrics = 41, 5, 4, 11, 4, 3, 3, 13
    total = checkboxes + key_metrics + cues + bullets + purposes + audience + schedule + metrics
    assert sum(len(entries) for entries in lines.values()) == total


def test_each_checklist_line_stands_in_its_section(guide: Guide) -> None:
    text = lines_by_heading()
    sections = section_lines(guide, BEFORE) | section_lines(guide, {"live", "after"})
    assert len(sections) == 9
    for section, titles in sections.items():
        wanted = [line for line in text[section] if line in titles]
        assert sorted(titles) == sorted(wanted)


def test_the_cues_have_the_guides_minutes_and_bullets(guide: Guide) -> None:
    found = re.findall(r"^\d\. \*\*(.+?) \((\d+)(?:-(\d+))? min\)\*\*\n((?:   - .+\n)+)", TEXT, re.MULTILINE)
    wanted = [
        (title, int(minutes), int(longest or minutes), tuple(re.findall(r"   - (.+)\n", bullets)))
        for title, minutes, longest, bullets in found
    ]
    assert [(cue.title, cue.minutes, cue.longest_minutes, cue.bullets) for cue in guide.cues] == wanted
    assert len(wanted) == 4


@pytest.mark.parametrize(
    ("section", "due"),
    [
        ("Infrastructure validation", timedelta(days=-2)),
        ("Capacity planning", timedelta(days=-2)),
        ("Content preparation", timedelta(days=-3)),
        ("Monitoring", timedelta()),
        ("Data collection", timedelta(hours=48)),
        ("Retrospective", timedelta(hours=48)),
        ("Issue tracking", timedelta(hours=48)),
        ("Communication", timedelta(hours=48)),
    ],
)
def test_a_section_is_due_when_the_guide_says(guide: Guide, section: str, due: timedelta) -> None:
    assert {item.due for item in guide.items if item.section == section} == {due}


def test_the_invitations_are_due_one_after_the_other(guide: Guide) -> None:
    dues = {item.id: item.due for item in guide.items if item.section == "Scheduling & communication"}
    assert dues == {
        "schedule-workshop": timedelta(days=-7),
        "registration-form": timedelta(days=-7),
        "announcement": timedelta(days=-7),
        "agenda": timedelta(days=-3),
        "reminder": timedelta(hours=-24),
    }


def test_phases_come_in_the_order_of_time(guide: Guide) -> None:
    dues = [phase.due for phase in guide.phases]
    assert dues == sorted(dues)
    assert all(len(phase.label) <= 8 for phase in guide.phases)


def test_items_are_listed_in_the_order_of_the_phases(guide: Guide) -> None:
    order = [phase.id for phase in guide.phases]
    places = [order.index(item.phase) for item in guide.items]
    assert places == sorted(places)


def test_every_item_says_why_and_how_in_a_few_sentences(guide: Guide) -> None:
    for item in guide.items:
        sentences = re.findall(r"[.;:?!](?:\s|$)", item.help)
        assert 1 <= len(sentences) <= 5, item.id
        assert "\n" not in item.help, item.id


def test_every_check_that_the_guide_names_exists(guide: Guide) -> None:
    named = {check_id for item in (*guide.items, *guide.card) for check_id in item.sensed_by}
    named |= {check_id for item in guide.items for detail in item.details for check_id in detail.sensed_by}
    assert named - {check.id for check in all_checks()} - PLANNED == set()


def test_what_failed_on_30_september_is_sensed(guide: Guide) -> None:
    sensed_by = {item.id: set(item.sensed_by) for item in guide.items}
    assert {"gateway-key-outlives-workshop", "window-is-quiet"} <= sensed_by["gateway-key"]
    assert "images-match-across-regions" in sensed_by["image-consistency"]
    assert "routes-answer-in-every-region" in sensed_by["subdomain-routing"]


def test_the_success_metrics_carry_the_targets_of_the_companion_documents(guide: Guide) -> None:
    targets = {metric.id: metric.target for metric in guide.metrics}
    assert targets["restart-failure-rate"] == "under 2 %"
    assert targets["satisfaction"] == "4.5 of 5 or better"
    assert targets["completion"] == "over 90 %"
    assert targets["blockers"] == "fewer than 3"
    assert targets["capacity-headroom"] == "over 30 %"
    assert [targets[name] for name in ("storage-contention-events", "authentication-failures")] == ["0", "0"]


def test_each_severity_has_a_meaning(guide: Guide) -> None:
    assert [name for name, _ in guide.severities] == [severity.value for severity in Severity]


def test_runbook_moves_are_steps_of_one_line(guide: Guide) -> None:
    for case in guide.runbook:
        steps = [line.text for line in case_lines(case, 1, 6) if line.text.startswith("  · ")]
        assert len(steps) >= 4, case.id
        assert not any("\n" in step for step in steps)


def test_the_program_knows_every_fact_that_the_templates_name(guide: Guide, workshop: Workshop) -> None:
    facts = retrospective_facts(workshop)
    named = {name for section in guide.retrospective for name in re.findall(r"\{(\w+)\}", section.template)}
    assert named - set(facts) == set()
    assert len(named) > 30


def test_the_card_is_short_enough_to_read_aloud_and_its_ids_meet_no_items(guide: Guide) -> None:
    assert 5 <= len(guide.card) <= 9
    assert not {line.id for line in guide.card} & {item.id for item in guide.items}
    assert all(len(line.title) <= 43 for line in guide.card)
