from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from fakes.noon import NOON
from workshop_tui import redaction
from workshop_tui.errors import StoreError
from workshop_tui.model.alert import Alert, AlertKey, AlertState
from workshop_tui.model.as_of import alerts_as_of
from workshop_tui.model.incident import Severity
from workshop_tui.model.outcome import Outcome

SECOND = timedelta(seconds=1)
ROUTES = AlertKey("routing-success", "london")
DANGER = AlertState(
    ROUTES, Outcome.WARN, "Routes", "71 % · 404", ("ana", "bo"), 18, "routing-fails", NOON, NOON - 2 * SECOND
)
WORSE = replace(DANGER, outcome=Outcome.FAIL, message="0 %", people=("ana", "bo", "cleo"))


async def kinds(store, workshop) -> list[str]:
    return [entry.kind for entry in await store.journal.since(0, workshop.id) if entry.kind.startswith("alert.")]


async def test_an_alert_goes_from_raised_to_cleared_and_its_journal_tells_it(store, open_store, workshop):
    raised = await store.alerts.raise_(workshop.id, DANGER)
    assert raised == Alert(
        raised.id,
        ROUTES,
        Outcome.WARN,
        "Routes",
        "71 % · 404",
        ("ana", "bo"),
        18,
        "routing-fails",
        NOON,
        NOON - 2 * SECOND,
    )
    changed = await store.alerts.change(workshop.id, WORSE)
    assert (changed.outcome, changed.message, changed.people) == (Outcome.FAIL, "0 %", ("ana", "bo", "cleo"))
    assert (changed.raised_at, changed.taken_at) == (raised.raised_at, raised.taken_at)
    cleared = await store.alerts.clear(workshop.id, ROUTES, NOON + 40 * SECOND)
    assert (cleared.open, cleared.outcome) == (False, Outcome.FAIL)
    assert await kinds(store, workshop) == ["alert.raised", "alert.changed", "alert.cleared"]
    assert await (await open_store()).alerts.recent(workshop.id) == (cleared,)


async def test_what_is_open_is_not_raised_twice_by_two_windows_at_once(store, open_store, workshop):
    other = await open_store()
    raised = await asyncio.gather(*(one.alerts.raise_(workshop.id, DANGER) for one in (store, other, store, other)))
    assert len({alert.id for alert in raised}) == 1
    assert await kinds(store, workshop) == ["alert.raised"]
    assert len(await store.alerts.all(workshop.id)) == 1


async def test_the_file_itself_refuses_a_second_open_one_of_a_key(store, path, workshop):
    await store.alerts.raise_(workshop.id, DANGER)

    with (
        closing(sqlite3.connect(path)) as connection,
        connection,
        pytest.raises(sqlite3.IntegrityError, match="UNIQUE"),
    ):
        connection.execute(
            "INSERT INTO alerts SELECT id + 1, workshop_id, measure_id, region, outcome, title, message, people, "
            "people_of, case_id, raised_at, taken_at, cleared_at, acknowledged_at, acknowledged_by, word, incident_id, "
            "last_step FROM alerts"
        )
    await store.alerts.clear(workshop.id, ROUTES, NOON + SECOND)
    again = await store.alerts.raise_(workshop.id, replace(DANGER, at=NOON + 2 * SECOND))
    assert [alert.open for alert in await store.alerts.all(workshop.id)] == [False, True]
    assert again.raised_at == NOON + 2 * SECOND


async def test_regions_and_workshops_have_their_own(store, workshop):
    other = await store.workshops.create("January", NOON, timedelta(minutes=60), 5, "UTC", "Ann")
    everywhere = replace(DANGER, key=AlertKey("builds-queued"))
    for workshop_id, state in (
        (workshop.id, DANGER),
        (workshop.id, replace(DANGER, key=AlertKey("routing-success", "oregon"))),
        (workshop.id, everywhere),
        (other.id, DANGER),
    ):
        await store.alerts.raise_(workshop_id, state)
    assert [str(alert.key) for alert in await store.alerts.recent(workshop.id)] == [
        "routing-success@london",
        "routing-success@oregon",
        "builds-queued",
    ]
    assert await store.alerts.clear(other.id, everywhere.key, NOON) is None


async def test_what_is_not_open_is_neither_changed_nor_cleared(store, workshop):
    assert await store.alerts.change(workshop.id, DANGER) is None
    assert await store.alerts.clear(workshop.id, ROUTES, NOON) is None
    assert await kinds(store, workshop) == []


async def test_the_last_step_of_alarm_is_to_be_acknowledged_again_once(store, open_store, workshop):
    failed = replace(DANGER, outcome=Outcome.FAIL)
    alert = await store.alerts.raise_(workshop.id, failed)
    await store.alerts.acknowledge(alert.id, "ana", "I look")
    worse = await store.alerts.change(workshop.id, replace(failed, last_step=True, message="96 %"))
    assert (worse.last_step, worse.acknowledged_at, worse.word, worse.outcome) == (True, None, "", Outcome.FAIL)
    await store.alerts.acknowledge(alert.id, "bo")
    other = await open_store()
    for one in (store, other):
        again = await one.alerts.change(workshop.id, replace(failed, last_step=True, message="97 %"))
        assert (again.last_step, again.acknowledged_by, again.message) == (True, "bo", "97 %")
    milder = await store.alerts.change(workshop.id, replace(DANGER, message="90 %"))
    assert (milder.last_step, milder.acknowledged_by) == (True, "bo")
    assert await kinds(store, workshop) == ["alert.raised", "alert.acknowledged", "alert.changed", "alert.acknowledged"]
    journal = await store.journal.since(0, workshop.id)
    alerts = await store.alerts.all(workshop.id)
    before, after, later = (
        alerts_as_of(alerts, [entry for entry in journal if entry.id <= last], NOON)
        for last in [entry.id for entry in journal if entry.kind.startswith("alert.")][1:]
    )
    assert [(one.last_step, one.acknowledged_by) for (one,) in (before, after, later)] == [
        (False, "ana"),
        (True, ""),
        (True, "bo"),
    ]


async def test_no_alert_ends_before_it_was_raised_though_a_clock_is_set_back(store, workshop):
    await store.alerts.raise_(workshop.id, DANGER)
    cleared = await store.alerts.clear(workshop.id, ROUTES, NOON - 100 * SECOND)
    assert cleared.cleared_at == cleared.raised_at


async def test_other_words_alone_are_kept_without_a_line_in_the_journal(store, workshop):
    await store.alerts.raise_(workshop.id, DANGER)
    changed = await store.alerts.change(workshop.id, replace(DANGER, message="70 % · 404"))
    assert changed.message == "70 % · 404"
    assert await kinds(store, workshop) == ["alert.raised"]


async def test_a_worse_one_is_to_be_acknowledged_again_and_a_milder_one_is_not(store, workshop, hands):
    alert = await store.alerts.raise_(workshop.id, DANGER)
    hands.move(SECOND)
    seen = await store.alerts.acknowledge(alert.id, "ana", "I look")
    assert (seen.acknowledged_by, seen.acknowledged_at, seen.word) == ("ana", NOON + SECOND, "I look")
    assert await store.alerts.acknowledge(alert.id, "bo") == seen
    worse = await store.alerts.change(workshop.id, WORSE)
    assert (worse.acknowledged_at, worse.acknowledged_by, worse.word) == (None, "", "")
    await store.alerts.acknowledge(alert.id, "bo")
    milder = await store.alerts.change(workshop.id, DANGER)
    assert (milder.outcome, milder.acknowledged_by) == (Outcome.FAIL, "bo")
    with pytest.raises(StoreError, match="no alert 99"):
        await store.alerts.acknowledge(99, "ana")


async def test_an_incident_from_an_alert_has_its_case_and_note_and_is_opened_once(store, open_store, workshop):
    alert = await store.alerts.raise_(workshop.id, WORSE)
    first, second = await asyncio.gather(
        *(
            one.alerts.open_incident(alert.id, "london: Routes 0 %", Severity.P1, "3 of 18 people", "ana")
            for one in (store, await open_store())
        )
    )
    assert first == second
    (incident,) = await store.incidents.all(workshop.id)
    assert (incident.title, incident.severity, incident.case_id) == ("london: Routes 0 %", Severity.P1, "routing-fails")
    assert [(entry.kind, entry.text) for entry in incident.entries] == [
        ("opened", "london: Routes 0 %"),
        ("note", "3 of 18 people"),
    ]
    (linked,) = await store.alerts.recent(workshop.id)
    assert (linked.incident_id, linked.acknowledged_by, linked.word) == (incident.id, "ana", "incident 1")


async def test_the_last_twenty_that_were_cleared_are_at_hand_and_every_open_one(store, workshop):
    for number in range(25):
        key = AlertKey(f"measure-{number}")
        await store.alerts.raise_(workshop.id, replace(DANGER, key=key))
        if number % 25:
            await store.alerts.clear(workshop.id, key, NOON + number * SECOND)
    shown = [alert.key.measure_id for alert in await store.alerts.recent(workshop.id)]
    assert shown == ["measure-0", *(f"measure-{number}" for number in range(5, 25))]
    assert len(await store.alerts.all(workshop.id)) == 25


async def test_no_secret_reaches_an_alert(store, path, workshop):
    said = "sk-abcdefgh12345678"
    redaction.remember(said)
    alert = await store.alerts.raise_(
        workshop.id, replace(DANGER, title=said, message=f"key {said} refused", people=(said,))
    )
    await store.alerts.acknowledge(alert.id, said, said)
    await store.alerts.open_incident(alert.id, said, Severity.P2, said, said)
    content = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert said.encode() not in content
    assert alert.message == "key •••• refused"


_WATCHER = """
    import asyncio, json, sys
    from datetime import datetime, timezone
    from pathlib import Path
    from workshop_tui.model.alert import AlertKey, AlertState
    from workshop_tui.model.clock import Clock
    from workshop_tui.model.outcome import Outcome
    from workshop_tui.store.store import Store

    async def watch():
        clock = Clock()
        store = await Store.open(Path(sys.argv[1]), clock=clock)
        for number in range(1000):
            key = AlertKey(f"measure-{number}")
            state = AlertState(key, Outcome.FAIL, "T", "m", ("ana",), 2, "", clock.now(), None)
            alert = await store.alerts.raise_(1, state)
            print(json.dumps(["raised", str(key)]), flush=True)
            await store.alerts.acknowledge(alert.id, "ana")
            print(json.dumps(["seen", str(key)]), flush=True)
            if number % 2:
                await store.alerts.clear(1, key, clock.now())
                print(json.dumps(["cleared", str(key)]), flush=True)

    asyncio.run(watch())
"""


async def test_what_was_reported_as_kept_survives_kill_nine(store, open_store, path, workshop, run):
    await store.close()
    program = run(_WATCHER, path)
    told = []
    while len(told) < 40:
        told.append(json.loads(await asyncio.to_thread(program.stdout.readline)))
    os.kill(program.pid, signal.SIGKILL)
    rest, _ = await asyncio.to_thread(program.communicate)
    told += [json.loads(line) for line in rest.splitlines()]
    store = await open_store()
    assert await store.integrity() is None
    alerts = {str(alert.key): alert for alert in await store.alerts.all(workshop.id)}
    assert {key for kind, key in told if kind == "raised"} <= set(alerts)
    assert all(alerts[key].acknowledged_by == "ana" for kind, key in told if kind == "seen")
    assert all(not alerts[key].open for kind, key in told if kind == "cleared")
