from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from fakes.noon import NOON
from workshop_tui.errors import StoreError
from workshop_tui.model.incident import IncidentEntry, Severity

MINUTE = timedelta(minutes=1)


async def test_an_incident_goes_from_opened_to_resolved_with_its_whole_timeline(store, open_store, workshop, hands):
    incident = await store.incidents.open(workshop.id, "Builds queue", Severity.P2, "Ann", case_id="contention")
    assert (incident.number, incident.open, incident.case_id) == (1, True, "contention")
    hands.move(MINUTE)
    await store.incidents.add_note(incident.id, "nine waiting", "Bob")
    await store.incidents.set_severity(incident.id, Severity.P1, "Ann")
    hands.move(MINUTE)
    resolved = await store.incidents.resolve(incident.id, "Bob", "ten provisioners now")
    assert (resolved.severity, resolved.time_to_resolve, resolved.title) == (Severity.P1, 2 * MINUTE, "Builds queue")
    assert resolved.entries == (
        IncidentEntry(NOON, "Ann", "Builds queue", "opened"),
        IncidentEntry(NOON + MINUTE, "Bob", "nine waiting", "note"),
        IncidentEntry(NOON + MINUTE, "Ann", "P2 → P1", "severity"),
        IncidentEntry(NOON + 2 * MINUTE, "Bob", "ten provisioners now", "resolved"),
    )
    assert await (await open_store()).incidents.all(workshop.id) == (resolved,)
    kinds = [entry.kind for entry in await store.journal.since(1)]
    assert kinds == ["incident.opened", "incident.noted", "incident.severity", "incident.resolved"]


async def test_a_reopened_incident_is_open_and_may_be_resolved_again(store, workshop, hands):
    incident = await store.incidents.open(workshop.id, "Builds queue", Severity.P2, "Ann")
    await store.incidents.resolve(incident.id, "Ann")
    assert (await store.incidents.reopen(incident.id, "Bob")).open
    hands.move(MINUTE)
    resolved = await store.incidents.resolve(incident.id, "Bob")
    assert resolved.resolved_at == hands.at
    assert [entry.kind for entry in resolved.entries] == ["opened", "resolved", "reopened", "resolved"]


async def test_an_incident_may_be_told_of_later_than_it_began(store, workshop):
    incident = await store.incidents.open(workshop.id, "Restarts", Severity.P0, "Ann", at=NOON - 10 * MINUTE)
    assert (incident.opened_at, incident.entries[0].at) == (NOON - 10 * MINUTE, NOON - 10 * MINUTE)
    assert (await store.incidents.resolve(incident.id, "Ann")).time_to_resolve == 10 * MINUTE


async def test_incidents_count_from_one_in_each_workshop_even_when_two_windows_open_them(store, open_store, workshop):
    other = await store.workshops.create("January", NOON, timedelta(hours=1), 5, "UTC", "Ann")
    window = await open_store()
    opened = await asyncio.gather(
        *(one.incidents.open(workshop.id, "slow", Severity.P3, "Ann") for one in (store, window) * 4)
    )
    assert sorted(incident.number for incident in opened) == list(range(1, 9))
    assert (await store.incidents.open(other.id, "slow", Severity.P3, "Ann")).number == 1
    assert [incident.number for incident in await store.incidents.all(workshop.id)] == list(range(1, 9))


async def test_what_is_so_already_changes_nothing(store, workshop):
    incident = await store.incidents.open(workshop.id, "Slow", Severity.P3, "Ann")
    assert await store.incidents.set_severity(incident.id, Severity.P3, "Ann") == incident
    assert await store.incidents.reopen(incident.id, "Ann") == incident
    resolved = await store.incidents.resolve(incident.id, "Ann")
    assert await store.incidents.resolve(incident.id, "Bob") == resolved
    assert len(await store.journal.since(1)) == 2


async def test_the_words_of_whoever_resolves_second_are_kept(store, workshop, hands):
    incident = await store.incidents.open(workshop.id, "Slow", Severity.P3, "Ann")
    first = await store.incidents.resolve(incident.id, "Ann", "scaled")
    hands.move(MINUTE)
    second = await store.incidents.resolve(incident.id, "Bob", "it was the template")
    assert second.resolved_at == first.resolved_at
    assert second.entries[-1] == IncidentEntry(hands.at, "Bob", "it was the template", "note")


async def test_each_change_counts_a_revision(store, workshop):
    incident = await store.incidents.open(workshop.id, "Slow", Severity.P3, "Ann")
    noted = await store.incidents.add_note(incident.id, "note", "Ann")
    assert (incident.revision, noted.revision) == (0, 1)


async def test_an_incident_that_is_not_there_is_named(store):
    with pytest.raises(StoreError, match="there is no incident 7"):
        await store.incidents.add_note(7, "note", "Ann")
