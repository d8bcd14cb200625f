from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fakes.noon import NOON
from workshop_tui.cli import workshop_tui
from workshop_tui.errors import UserError
from workshop_tui.model.clock import Clock
from workshop_tui.model.incident import Severity
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.store.store import Store

Run = Callable[..., Result]
SECRET = "sk-abcdefgh12345678"


async def write_workshop(path: Path) -> None:
    """One that was held: an incident, a written section, and values before, in and after it."""
    store = await Store.open(path, clock=Clock(wall=lambda: NOON))
    workshop = await store.workshops.create("December", NOON, timedelta(minutes=90), 20, "Europe/London", "Ann")
    for after_minutes, share in ((-30, 0.99), (10, 0.42), (20, 0.515), (120, 0.98)):
        at = NOON + timedelta(minutes=after_minutes)
        await store.readings.record(workshop.id, [MeasureValue("node-storage", "ohio", share, Outcome.PASS, at, "")])
    await store.incidents.open(workshop.id, "Workspaces restart", Severity.P1, "Ann")
    words = f"Peak {{peak_storage}}, {{incident_count}} incident, key {SECRET}"
    await store.retrospectives.save(workshop.id, "summary", words, 0, "Ann")
    await store.close()


@pytest.fixture
def run(tmp_path: Path) -> Run:
    database = tmp_path / "workshops.db"
    asyncio.run(write_workshop(database))
    settings = tmp_path / "settings.toml"
    settings.write_text('person = "Ann"\n')

    def call(*words: object) -> Result:
        options = ["--config", str(settings), "--db", str(database)]
        return CliRunner().invoke(workshop_tui, [*options, "export", *map(str, words)])

    return call


def test_markdown_is_the_retrospective_with_its_numbers_and_without_secrets(run: Run) -> None:
    result = run("December", "--format", "md")
    assert result.exit_code == 0, result.exception
    assert result.stdout.startswith("# Retrospective: December\n")
    assert "Peak 51.5 %, 1 incident, key ••••\n" in result.stdout
    assert SECRET not in result.stdout
    assert result.stdout.endswith("\n")
    assert not result.stdout.endswith("\n\n")


def test_json_stays_one_document_of_the_whole_workshop(run: Run) -> None:
    result = run("1")
    assert result.exit_code == 0, result.exception
    document = json.loads(result.stdout)
    assert document["workshop"]["title"] == "December"
    assert [incident["title"] for incident in document["incidents"]] == ["Workspaces restart"]


@pytest.mark.parametrize("form", ["json", "md"])
def test_a_file_holds_what_standard_output_would(run: Run, tmp_path: Path, form: str) -> None:
    folder = tmp_path / "new" / "folder"
    result = run("December", "--format", form, "-o", folder)
    assert result.output == f"Wrote {folder / f'workshop-1.{form}'}\n"
    written = (folder / f"workshop-1.{form}").read_text(encoding="utf-8")
    assert written == run("December", "--format", form).stdout


def test_an_unknown_workshop_is_one_line_that_names_those_there_are(run: Run) -> None:
    result = run("May", "--format", "md")
    assert isinstance(result.exception, UserError)
    assert str(result.exception) == 'no workshop "May"; there are: 1 (December)'
