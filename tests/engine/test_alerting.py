from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from fakes.rooms import Stage, running
from fakes.virtual_time import BEGAN_AT, in_virtual_time, loop_clock
from workshop_tui.alerting.writer import Alerting
from workshop_tui.errors import StoreError
from workshop_tui.measures.shared.measure import AlertRule, Measure, Unit
from workshop_tui.model.alert import Alert, AlertKey, AlertState
from workshop_tui.model.incident import Severity
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.topic import Topic
from workshop_tui.model.workshop import Workshop
from workshop_tui.session.live import Runtime

LONDON = AlertKey("routing-success", "london")


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Ten minutes after the start."""
    return Stage(tmp_path / "workshops.db", starts_in=timedelta(minutes=-10), tick_s=0.05)


async def until(runtime: Runtime, seen: Callable[[], bool]) -> None:
    told = asyncio.Event()
    leave = runtime.subscribe(lambda _: told.set())
    async with asyncio.timeout(20):
        while not seen():
            await told.wait()
            told.clear()
    leave()


async def later(runtime: Runtime, stage: Stage, seconds: float) -> None:
    """So much passes, while the platform is asked every few seconds; then it was asked just now."""
    while seconds > 0:
        step_s = min(5, seconds)
        seconds -= step_s
        stage.now += timedelta(seconds=step_s)
        await runtime.observation.ask_all()


def measured(runtime: Runtime) -> MeasureValue:
    """London's routes, as the grid has them."""
    return runtime.observation.values["routing-success", "london"]


async def repaired(runtime: Runtime, stage: Stage) -> None:
    """And seen to be."""
    stage.platform.broken_routes.clear()
    await later(runtime, stage, 5)
    await until(runtime, lambda: measured(runtime).outcome is Outcome.PASS)


def alerts_of(runtime: Runtime) -> dict[AlertKey, Alert]:
    """The newest of each key."""
    return {alert.key: alert for alert in runtime.record.alerts}


async def kinds(runtime: Runtime) -> list[str]:
    entries = await runtime.store.journal.since(0, runtime.workshop.id)
    return [entry.kind for entry in entries if entry.kind.startswith("alert.")]


async def test_a_route_that_breaks_is_an_alert_and_is_none_when_it_works_for_half_a_minute(stage: Stage) -> None:
    async with running(stage) as runtime:
        await until(runtime, lambda: ("routing-success", "london") in runtime.observation.values)
        assert runtime.record.alerts == ()
        stage.platform.broken_routes.add("london")
        await later(runtime, stage, 5)
        await until(runtime, lambda: LONDON in alerts_of(runtime))
        alert = alerts_of(runtime)[LONDON]
        assert (alert.open, alert.outcome, alert.case_id) == (True, Outcome.FAIL, "routing-fails")
        assert alert.message.startswith("50 % · wildcard fails: 404")
        assert alert.taken_at <= alert.raised_at == stage.now
        await repaired(runtime, stage)
        await later(runtime, stage, 29)
        assert alerts_of(runtime)[LONDON].open
        await later(runtime, stage, 2)
        await until(runtime, lambda: not alerts_of(runtime)[LONDON].open)
        assert await kinds(runtime) == ["alert.raised", "alert.cleared"]


async def test_before_the_workshops_last_half_hour_the_checklist_speaks_and_no_alert(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "workshops.db", starts_in=timedelta(minutes=32), tick_s=0.05)
    stage.platform.broken_routes.add("london")
    async with running(stage) as runtime:
        await until(runtime, lambda: ("routing-success", "london") in runtime.observation.values)
        await later(runtime, stage, 60)
        await until(runtime, lambda: measured(runtime).taken_at == stage.now)
        assert measured(runtime).outcome is Outcome.FAIL
        assert runtime.record.alerts == ()
        await later(runtime, stage, 61)
        await until(runtime, lambda: LONDON in alerts_of(runtime))


async def test_an_alert_that_was_open_as_the_program_died_is_taken_up_and_not_raised_again(stage: Stage) -> None:
    stage.platform.broken_routes.add("london")
    async with running(stage) as runtime:
        await until(runtime, lambda: LONDON in alerts_of(runtime))
        first = alerts_of(runtime)[LONDON]
    stage.now += timedelta(minutes=2)
    async with running(stage) as runtime:
        assert runtime.record.alerts == (first,)
        await until(runtime, lambda: bool(runtime.observation.readings))
        await later(runtime, stage, 5)
        assert await kinds(runtime) == ["alert.raised"]
        await repaired(runtime, stage)
        await later(runtime, stage, 31)
        await until(runtime, lambda: not alerts_of(runtime)[LONDON].open)


async def test_two_windows_on_one_file_raise_it_once_and_both_see_what_was_said_of_it(stage: Stage) -> None:
    async with running(stage) as one, running(stage) as other:
        stage.platform.broken_routes.add("london")
        for runtime in (one, other):
            await until(runtime, lambda runtime=runtime: bool(runtime.observation.readings))
        await later(one, stage, 5)
        await other.observation.ask_all()
        for runtime in (one, other):
            await until(runtime, lambda runtime=runtime: LONDON in alerts_of(runtime))
        alert = alerts_of(one)[LONDON]
        assert alerts_of(other)[LONDON].id == alert.id
        await one.record.acknowledge_alert(alert.id, "I look")
        await until(other, lambda: alerts_of(other)[LONDON].acknowledged_at is not None)
        assert alerts_of(other)[LONDON].word == "I look"
        assert (await kinds(one)).count("alert.raised") == 1


async def test_an_incident_opened_from_an_alert_has_its_case_its_evidence_and_the_alert_is_seen(stage: Stage) -> None:
    stage.platform.broken_routes.add("london")
    async with running(stage) as runtime:
        await until(runtime, lambda: LONDON in alerts_of(runtime))
        incident = await runtime.record.open_incident_from(alerts_of(runtime)[LONDON], "No apps", Severity.P1)
        assert (incident.title, incident.severity, incident.case_id) == ("No apps", Severity.P1, "routing-fails")
        assert incident.entries[1].text.startswith("Alert routing-success@london since 12:00:00 UTC: 50 %")
        alert = alerts_of(runtime)[LONDON]
        assert (alert.incident_id, alert.acknowledged_by) == (incident.id, "ana")
        assert runtime.record.incidents == (incident,)
        assert await runtime.record.open_incident_from(alert, "Twice", Severity.P2) == incident


async def test_a_store_that_cannot_be_written_loses_no_alert(stage: Stage) -> None:
    stage.busy_timeout_s = 0.05
    async with running(stage) as runtime:
        await until(runtime, lambda: bool(runtime.observation.readings))
        with closing(sqlite3.connect(stage.database, isolation_level=None, check_same_thread=False)) as connection:
            await asyncio.to_thread(connection.execute, "BEGIN IMMEDIATE")
            stage.platform.broken_routes.add("london")
            await later(runtime, stage, 5)
            await until(runtime, lambda: "another program has locked" in runtime.trouble)
            assert runtime.record.alerts == ()
            await asyncio.to_thread(connection.execute, "ROLLBACK")
        await until(runtime, lambda: LONDON in alerts_of(runtime) and not runtime.trouble)
        assert await kinds(runtime) == ["alert.raised"]


async def test_what_does_not_change_is_not_written_again(stage: Stage) -> None:
    stage.platform.broken_routes.add("london")
    async with running(stage) as runtime:
        await until(runtime, lambda: LONDON in alerts_of(runtime))
        alerts, heard = runtime.record.alerts, []
        runtime.subscribe(heard.append)
        for _ in range(5):
            await later(runtime, stage, 6)
            await until(runtime, lambda: measured(runtime).taken_at == stage.now)
        assert heard
        assert not [topics for topics in heard if Topic.ALERTS in topics]
        assert runtime.record.alerts is alerts


class Kept:
    """Takes what is to be stored; fails as often as it is told to."""

    def __init__(self, now: Callable[[], datetime], failures: int = 0) -> None:
        self.alerts = self
        self.now = now
        self.failures = failures
        self.changes: list[tuple[float, str]] = []

    async def raise_(self, _: int, state: AlertState) -> None:
        if self.failures:
            self.failures -= 1
            raise StoreError("disk full")
        self._keep("raised")

    async def clear(self, *_: object) -> None:
        self._keep("cleared")

    def _keep(self, what: str) -> None:
        self.changes.append((round((self.now() - BEGAN_AT).total_seconds(), 3), what))


async def written(*, failures: int = 0, speed: float = 1.0) -> SimpleNamespace:
    """One value turns bad at once and good after a minute; nothing else is ever said."""
    clock = loop_clock(speed=speed)
    kept, told = Kept(clock.now, failures), []
    value = MeasureValue("routes", None, 0.5, Outcome.FAIL, BEGAN_AT)
    measure = Measure("routes", "Routes", Unit.SHARE, "", (), lambda *_: value, alert=AlertRule("", 7, 30))

    async def stored() -> None:
        told.append("stored")

    alerting = Alerting([measure], clock, told.append, stored)
    alerting.begin(Workshop(1, "December", BEGAN_AT, timedelta(hours=12), 12, "UTC", BEGAN_AT), ())
    running = asyncio.create_task(alerting.run(kept, 5))
    alerting.values([value])
    await asyncio.sleep(60)
    alerting.values([MeasureValue("routes", None, 1.0, Outcome.PASS, BEGAN_AT)])
    await asyncio.sleep(3600)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return SimpleNamespace(changes=kept.changes, told=told)


def test_time_alone_raises_and_clears_to_the_second_and_then_nothing_more_happens() -> None:
    done = in_virtual_time(written)
    assert done.changes == [(7, "raised"), (90, "cleared")]
    assert done.told == ["stored", "", "stored", ""]


def test_a_rehearsal_ten_times_as_fast_clears_no_faster_for_a_person() -> None:
    assert in_virtual_time(lambda: written(speed=10)).changes == [(7, "raised"), (900, "cleared")]


def test_what_could_not_be_written_is_tried_again_a_tick_later() -> None:
    done = in_virtual_time(lambda: written(failures=2))
    assert done.changes == [(17, "raised"), (90, "cleared")]
    assert done.told == ["disk full", "disk full", "stored", "", "stored", ""]
