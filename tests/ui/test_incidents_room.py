"""Room 4, on a real store."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fakes.driving import until, until_text
from fakes.rooms import Stage
from workshop_tui.model.incident import Incident, Severity
from workshop_tui.screens.dialogs.new_incident import parse_incident


@pytest.mark.parametrize(
    ("line", "severity", "title"),
    [
        ("london routes fail", Severity.P2, "london routes fail"),
        ("p1 london routes fail", Severity.P1, "london routes fail"),
        ("P0: all is down", Severity.P0, "all is down"),
        ("p3, typo", Severity.P3, "typo"),
        ("p14 is not one", Severity.P2, "p14 is not one"),
        ("p1", Severity.P1, ""),
    ],
)
def test_a_line_may_begin_with_its_severity(line: str, severity: Severity, title: str) -> None:
    assert parse_incident(line) == (severity, title)


def incidents(stage: Stage) -> tuple[Incident, ...]:
    record = stage.runtime.record if stage.runtime else None
    return record.incidents if record else ()


async def test_an_incident_is_open_in_two_keys_and_a_line_from_any_room(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await pilot.press("i", *"p1 london routes fail", "enter")
        await until(pilot, lambda: len(incidents(stage)) == 1)
        await until_text(pilot, "LOOK HERE", "P1 london routes fail", "1 open incident")


async def test_notes_severity_resolution_and_its_time_are_kept(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await pilot.press("i", *"slow pulls", "enter")
        await until(pilot, lambda: len(incidents(stage)) == 1)
        await pilot.press("4")
        await until_text(pilot, "slow pulls", "Runbook")
        await pilot.press("n", *"asked people to wait", "enter")
        await until_text(pilot, "asked people to wait")
        await pilot.press("escape", "s")
        await until_text(pilot, "How bad is it?")
        await pilot.press("home", "enter")
        await until(pilot, lambda: incidents(stage)[0].severity is Severity.P0)
        stage.now += timedelta(minutes=4)
        await pilot.press("v", *"pull secret renewed", "enter")
        await until(pilot, lambda: not incidents(stage)[0].open)
        assert incidents(stage)[0].time_to_resolve == timedelta(minutes=4)
        await until_text(pilot, "resolved after 4:00", "pull secret")
        await pilot.press("v")
        await until(pilot, lambda: incidents(stage)[0].open)


async def test_the_runbook_opens_at_the_case_that_fits_and_turns_pages(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await pilot.press("i", *"subdomain routing fails in london", "enter")
        await until(pilot, lambda: len(incidents(stage)) == 1)
        await pilot.press("4")
        await until_text(pilot, "Subdomain routing")
        await pilot.press("right_square_bracket")
        await until_text(pilot, "3/6")


async def test_an_empty_log_says_how_to_begin(stage: Stage) -> None:
    async with stage.app().run_test(size=(120, 40), notifications=True) as pilot:
        await until_text(pilot, "December workshop")
        await pilot.press("4")
        await until_text(pilot, "Press i")
