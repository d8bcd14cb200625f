"""How an alert asks for eyes: the strip, the terminal's bell and notification, the runbook."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from textual.driver import Driver

from fakes.driving import until, until_text
from fakes.rooms import Stage
from workshop_tui.model.incident import Severity
from workshop_tui.session.live import Runtime
from workshop_tui.settings.live import Live


@pytest.fixture
def live(tmp_path: Path) -> Stage:
    """Ten minutes after the start."""
    return Stage(tmp_path / "workshops.db", starts_in=timedelta(minutes=-10), tick_s=0.1)


class Terminal:
    """Textual's driver, with what was written to the terminal."""

    is_headless = False

    def __init__(self, driver: Driver) -> None:
        self.written: list[str] = []
        self._driver = driver

    def write(self, data: str) -> None:
        self.written.append(data)

    def __getattr__(self, name: str) -> object:
        return getattr(self._driver, name)


async def london_breaks(stage: Stage) -> None:
    stage.platform.broken_routes.add("london")
    stage.now += timedelta(seconds=5)
    await stage.runtime.observation.ask_all()


async def test_the_strip_says_what_is_wrong_and_counts_alerts_until_somebody_has_seen_it(live: Stage) -> None:
    async with live.app().run_test(size=(140, 40)) as pilot:
        await until_text(pilot, "December workshop")
        await until(pilot, lambda: bool(live.runtime.observation.readings))
        await london_breaks(live)
        await until_text(pilot, "LOOK HERE", "✗ london: Routes 50 %", "1 alert")
        (alert,) = live.runtime.record.alerts
        await live.runtime.record.acknowledge_alert(alert.id, "on it")
        await until(
            pilot, lambda: (look := live.runtime.strip_view().look_here) is None or "Routes" not in look.subject
        )


@pytest.mark.parametrize(
    ("ways", "sounds"),
    [
        ([], []),
        (["bell"], ["\07"]),
        (["desktop"], ["\x1b]9;workshop-tui: ✗ london: Routes 50 %"]),
        (["bell", "desktop"], ["\07", "\x1b]9;workshop-tui: ✗ london: Routes 50 %"]),
    ],
)
async def test_a_new_alert_rings_and_notifies_once_as_the_settings_say(
    live: Stage, ways: list[str], sounds: list[str]
) -> None:
    async def prepare(runtime: Runtime) -> None:
        runtime.settings = runtime.settings.model_copy(update={"live": Live.model_validate({"notify": ways})})

    live.prepare = prepare
    async with live.app().run_test(size=(120, 40)) as pilot:
        await until_text(pilot, "December workshop")
        await until(pilot, lambda: bool(live.runtime.observation.readings))
        pilot.app._driver = terminal = Terminal(pilot.app._driver)
        await london_breaks(live)
        await until_text(pilot, "london: Routes 50 %")
        for _ in range(3):
            live.now += timedelta(seconds=5)
            await live.runtime.observation.ask_all()
            await pilot.pause()
        heard = [text for text in terminal.written if text.startswith(("\07", "\x1b]9;"))]
        assert [text.partition(" %")[0] for text in heard] == [text.partition(" %")[0] for text in sounds]


async def test_an_incident_that_was_opened_from_an_alert_has_its_runbook_case_beside_it(live: Stage) -> None:
    async with live.app().run_test(size=(160, 40)) as pilot:
        await until_text(pilot, "December workshop")
        await until(pilot, lambda: bool(live.runtime.observation.readings))
        await london_breaks(live)
        await until(pilot, lambda: bool(live.runtime.record.alerts))
        await live.runtime.record.open_incident_from(live.runtime.record.alerts[0], "London is lost", Severity.P1)
        await pilot.press("4")
        await until_text(pilot, "P1 London is lost", "Alert routing-success@london", "Subdomain routing fails")
