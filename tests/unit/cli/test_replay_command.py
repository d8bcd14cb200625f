"""Which recording `replay` opens, and where it begins."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from fakes.noon import NOON
from workshop_tui.cli import workshop_tui
from workshop_tui.cli.replay_command import find_recording
from workshop_tui.errors import UserError
from workshop_tui.model.alert import AlertKey, AlertState
from workshop_tui.model.clock import Clock
from workshop_tui.model.incident import Severity
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.recording import SeenValue
from workshop_tui.store.recording import Batch
from workshop_tui.store.store import Store

MINUTE = timedelta(minutes=1)
ZONE = "America/New_York"
"""Noon in UTC is seven in the morning there."""


@pytest.fixture
async def database(tmp_path: Path) -> Path:
    """Two recordings, October and November, and a workshop of which nothing was recorded."""
    path = tmp_path / "workshops.db"
    at = NOON
    store = await Store.open(path, clock=Clock(wall=lambda: at))
    for number, title in enumerate(("October", "November", "December")):
        starts_at = NOON + timedelta(days=30 * number)
        workshop = await store.workshops.create(title, starts_at, 75 * MINUTE, 18, ZONE, "ana")
        if title != "December":
            value = MeasureValue("routing-success", "ohio", 1.0, Outcome.PASS, starts_at)
            await store.recording.write(workshop.id, Batch(values=[SeenValue(value, starts_at)]), "ana")
    for minute, region in ((12, "ohio"), (20, "london")):
        at = NOON + minute * MINUTE
        key = AlertKey("routing-success", region)
        await store.alerts.raise_(1, AlertState(key, Outcome.FAIL, "Routes", "0 %", (), 18, "", at, at))
    await store.incidents.open(1, "Nobody gets in", Severity.P1, "ana", at=NOON + 15 * MINUTE)
    await store.close()
    return path


@pytest.mark.parametrize(("wanted", "title"), [("2", "November"), ("october", "October"), ("Novem", "November")])
async def test_a_recording_is_found_by_its_number_or_a_part_of_its_title(
    database: Path, wanted: str, title: str
) -> None:
    workshop, begin = await find_recording(database, None, wanted, None)
    assert (workshop.title, begin) == (title, None)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("", 'several recordings match ""'),
        ("ber", 'several recordings match "ber"'),
        ("December", 'no recording matches "December"'),
    ],
)
async def test_what_is_not_clear_is_answered_with_what_there_is_to_choose(
    database: Path, wanted: str, said: str
) -> None:
    with pytest.raises(UserError) as told:
        await find_recording(database, None, wanted, None)
    first, *listed = str(told.value).splitlines()
    assert first == f"{said}; choose one by its number:"
    assert [line.split()[0] for line in listed] == ["2", "1"]
    assert listed[0].split()[-1] == "November"


async def test_a_file_without_recordings_is_said(tmp_path: Path) -> None:
    await (await Store.open(tmp_path / "empty.db", clock=Clock())).close()
    with pytest.raises(UserError, match="nothing was recorded in"):
        await find_recording(tmp_path / "empty.db", None, "", None)


@pytest.mark.parametrize(
    ("moment", "minute"),
    [
        ("+12m", 12),
        ("-5m", -5),
        ("+1h30m", 90),
        ("7:14", 14),
        ("06:50", -10),
        ("alert 1", 12),
        ("Alert2", 20),
        ("incident 1", 15),
    ],
)
async def test_it_begins_at_a_time_of_the_workshop_an_alert_or_an_incident(
    database: Path, moment: str, minute: int
) -> None:
    _, begin = await find_recording(database, None, "1", moment)
    assert begin == NOON + minute * MINUTE


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("alert 3", "--at alert 3: the recording has 2 alerts"),
        ("incident 0", "--at incident 0: the recording has 1 incident"),
        ("noon", '--at "noon": expected +12m, 14:37, alert 3 or incident 1'),
        ("+", '--at "+": expected'),
        ("12m", '--at "12m": expected'),
    ],
)
async def test_a_moment_that_is_not_there_is_said(database: Path, moment: str, said: str) -> None:
    with pytest.raises(UserError) as told:
        await find_recording(database, None, "1", moment)
    assert str(told.value).startswith(said)


def test_a_wrong_name_is_told_before_a_screen_opens(database: Path) -> None:
    done = CliRunner().invoke(workshop_tui, ["--db", str(database), "replay", "june"])
    assert isinstance(done.exception, UserError)
    assert 'no recording matches "june"' in str(done.exception)
