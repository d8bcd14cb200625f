"""Items that what was done in the program decides: a real store, the default guide, the real checker."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from workshop_tui.checks.shared.discover import all_checks
from workshop_tui.guide.loader import load_guide
from workshop_tui.model.checklist import ItemView
from workshop_tui.model.clock import Clock
from workshop_tui.model.finding import CheckResult
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.registration import ExpectedAttendance, Registration, RegistrationStatus
from workshop_tui.model.workshop import Workshop
from workshop_tui.observing.checker import Checker
from workshop_tui.session.checklist import build_checklist
from workshop_tui.settings.settings import Settings
from workshop_tui.store.store import Store

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CLOCK = Clock(wall=lambda: NOW)
RECORDED = {check.id: check for check in all_checks() if check.recorded}
PEOPLE = [Registration(f"email:p{at}@x.org", "", f"p{at}@x.org") for at in range(3)]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(tmp_path / "workshops.db", clock=CLOCK)
    yield store
    await store.close()


@pytest.fixture
async def workshop(store: Store) -> Workshop:
    return await store.workshops.create("December", NOW + timedelta(days=13), timedelta(minutes=75), 12, "UTC", "Ann")


async def results(store: Store, workshop: Workshop) -> dict[str, CheckResult]:
    current = await store.workshops.get(workshop.id)
    checker = Checker(tuple(RECORDED.values()), Settings(), CLOCK, {})
    records = await store.records(workshop.id)
    return {result.check_id: result for result in checker.judge({}, current, records=records)}


async def item(store: Store, workshop: Workshop, item_id: str) -> ItemView:
    judged = await results(store, workshop)
    view = build_checklist(load_guide(None), workshop, {}, judged, RECORDED, {}, RECORDED).view(item_id)
    assert view is not None
    return view


async def move(store: Store, workshop: Workshop) -> None:
    await store.workshops.change(workshop.id, "Ann", starts_at=workshop.starts_at + timedelta(days=1))


def test_these_checks_judge_what_is_recorded() -> None:
    assert sorted(RECORDED) == [
        "agenda-sent",
        "announcement-sent",
        "expected-load-kept",
        "invite-written",
        "people-registered",
        "reminder-sent",
        "smoke-test",
        "workshop-scheduled",
    ]


@pytest.mark.parametrize(
    "item_id",
    [
        "schedule-workshop",
        "registration-form",
        "announcement",
        "agenda",
        "registration-count",
        "expected-load",
        "reminder",
    ],
)
async def test_while_nothing_is_recorded_a_person_decides_and_nothing_blocks(
    store: Store, workshop: Workshop, item_id: str
) -> None:
    view = await item(store, workshop, item_id)
    assert not view.is_sensed
    assert not view.settled
    waiting = [finding for result in view.results for finding in result.findings if finding.remedy]
    assert all(finding.outcome is Outcome.NOT_APPLICABLE for finding in waiting)
    assert f" {workshop.id} " in (waiting[0].remedy.command or "")


async def test_a_written_invite_ticks_the_line_and_a_moved_workshop_unticks_it(
    store: Store, workshop: Workshop
) -> None:
    await store.invites.written(workshop, 0, "digest", "Ann")
    assert (await item(store, workshop, "schedule-workshop")).outcome is Outcome.PASS
    await move(store, workshop)
    view = await item(store, workshop, "schedule-workshop")
    assert view.outcome is Outcome.FAIL
    assert "the invite says 2026-12-03 12:00 to 13:15 UTC" in (await results(store, workshop))["invite-written"].summary


@pytest.mark.parametrize("name", ["announcement", "agenda", "reminder"])
async def test_a_sent_message_ticks_its_line_and_a_moved_workshop_unticks_it(
    store: Store, workshop: Workshop, name: str
) -> None:
    await store.sent_messages.add(workshop, name, "text", "Ben")
    view = await item(store, workshop, name)
    assert (view.outcome, view.results[0].summary) == (Outcome.PASS, "sent by Ben")
    await move(store, workshop)
    assert (await item(store, workshop, name)).outcome is Outcome.FAIL
    moved = await store.workshops.get(workshop.id)
    assert moved is not None
    await store.sent_messages.add(moved, name, "new text", "Ben")
    assert (await item(store, workshop, name)).outcome is Outcome.PASS


async def test_registrations_tick_the_count_and_warn_when_more_come_than_planned(
    store: Store, workshop: Workshop
) -> None:
    waiting = Registration("email:w@x.org", "", "w@x.org", status=RegistrationStatus.WAITING)
    await store.registrations.save(workshop.id, [waiting], "Ann", origin="a")
    assert not (await item(store, workshop, "registration-count")).is_sensed
    await store.registrations.save(workshop.id, PEOPLE, "Ann", origin="a")
    view = await item(store, workshop, "registration-count")
    assert (view.outcome, view.results[0].summary) == (Outcome.PASS, "3 registered")
    await store.workshops.change(workshop.id, "Ann", expected_people=2)
    assert (await results(store, workshop))["people-registered"].outcome is Outcome.WARN


async def test_a_kept_load_warns_when_registrations_changed_since(store: Store, workshop: Workshop) -> None:
    await store.registrations.save(workshop.id, PEOPLE, "Ann", origin="a")
    await store.expected_loads.keep(workshop.id, ExpectedAttendance(3, 1, 2, 3, "1 of 2 came"), "Ann")
    assert (await item(store, workshop, "expected-load")).outcome is Outcome.PASS
    await store.registrations.forget("p0@x.org", "Ann")
    result = (await results(store, workshop))["expected-load-kept"]
    assert (result.outcome, result.summary) == (Outcome.WARN, "kept for 3 registrations, now there are 2")


@pytest.mark.parametrize(
    ("minutes", "outcome"),
    [(59, Outcome.WARN), (60, Outcome.PASS), (90, Outcome.PASS), (91, Outcome.WARN)],
)
async def test_a_workshop_is_60_to_90_minutes_long(
    store: Store, workshop: Workshop, minutes: int, outcome: Outcome
) -> None:
    await store.workshops.change(workshop.id, "Ann", duration=timedelta(minutes=minutes))
    assert (await results(store, workshop))["workshop-scheduled"].outcome is outcome


def test_without_a_workshop_nothing_recorded_is_judged() -> None:
    judged = Checker(tuple(RECORDED.values()), Settings(), CLOCK, {}).judge({}, None)
    assert {result.outcome for result in judged} == {Outcome.NOT_APPLICABLE}
