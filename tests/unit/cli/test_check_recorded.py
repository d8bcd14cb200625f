from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from workshop_tui.cli import workshop_tui


@pytest.fixture
def options(tmp_path: Path) -> list[str]:
    settings = tmp_path / "settings.toml"
    settings.write_text('person = "Ann"\n')
    return ["--config", str(settings), "--db", str(tmp_path / "workshops.db")]


def outcomes(options: list[str]) -> dict[str, str]:
    result = CliRunner().invoke(workshop_tui, [*options, "check", "agenda", "schedule-workshop", "--json"])
    assert result.exception is None, result.exception
    return {check["id"]: check["outcome"] for check in json.loads(result.output)["checks"]}


def test_what_is_recorded_is_checked_without_the_control_room(options: list[str]) -> None:
    run = CliRunner()
    run.invoke(workshop_tui, [*options, "workshops", "new", "December", "--start", "2099-12-03 16:00"])
    assert outcomes(options) == {
        "workshop-scheduled": "pass",
        "invite-written": "not-applicable",
        "agenda-sent": "not-applicable",
    }
    run.invoke(workshop_tui, [*options, "workshops", "message", "December", "agenda", "--sent-by", "Ben"])
    assert outcomes(options)["agenda-sent"] == "pass"


def test_a_check_makes_no_database(options: list[str]) -> None:
    assert set(outcomes(options).values()) == {"not-applicable"}
    assert not Path(options[-1]).exists()


def test_a_damaged_database_makes_only_what_it_records_unknown(options: list[str]) -> None:
    Path(options[-1]).write_bytes(b"no database" * 100)
    result = CliRunner().invoke(workshop_tui, [*options, "check", "agenda", "gateway-key", "--json"])
    checks = {check["id"]: check for check in json.loads(result.output)["checks"]}
    assert checks["gateway-key-outlives-workshop"]["outcome"] == "not-applicable"
    assert checks["agenda-sent"]["outcome"] == "unknown"
    assert options[-1] in checks["agenda-sent"]["findings"][0]["message"]
