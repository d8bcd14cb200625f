"""`workshop-tui capacity` on a real store."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from workshop_tui.cli import workshop_tui
from workshop_tui.errors import UserError

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    settings = tmp_path / "settings.toml"
    settings.write_text('person = "Ann"\n[[region]]\nname = "ohio"\nrole = "control-plane"\ncontext = "ohio"\n')

    def call(*words: str) -> Result:
        options = ["--config", str(settings), "--db", str(tmp_path / "workshops.db")]
        return CliRunner().invoke(workshop_tui, [*options, *words])

    return call


@pytest.fixture
def december(run: Run) -> str:
    words = ("--start", "2026-12-03 16:00", "--timezone", "Europe/London", "--people", "16")
    assert run("workshops", "new", "December", *words).exit_code == 0
    return "December"


def test_the_people_entered_are_planned_for_while_no_load_is_kept(run: Run, december: str) -> None:
    document = json.loads(run("capacity", december, "--json").output)
    assert (document["people"], document["provisioners"], document["waves"]) == (16, 10, [10, 6])
    assert "no expected load is kept" in document["people_told_by"]


def test_a_kept_load_goes_before_what_was_entered(run: Run, december: str) -> None:
    assert run("workshops", "add-person", december, "--github", "ann").exit_code == 0
    kept = run("workshops", "expect", december, "--keep")
    assert kept.exit_code == 0, kept.output
    document = json.loads(run("capacity", december, "--json").output)
    assert document["people"] == 1
    assert document["people_told_by"].startswith("1 registered")


def test_a_cluster_that_cannot_be_asked_is_told_and_the_settings_demand_is_planned(run: Run, december: str) -> None:
    document = json.loads(run("capacity", december, "--json").output)
    assert (document["format"], document["cpu_cores"]) == (2, 64)
    (trouble,) = document["troubles"]
    assert trouble.startswith("pods of ohio: ")
    assert document["past"] is None


def test_other_people_can_be_tried(run: Run, december: str) -> None:
    result = run("capacity", december, "--people", "25", "--build-s", "60")
    assert result.exit_code == 0, result.exception
    assert "kubectl --context ohio -n coder scale deployment/NAME --replicas=12" in result.output
    assert "3 (12 + 12 + 1)" in result.output


def test_without_a_workshop_it_says_how_to_enter_one(run: Run) -> None:
    result = run("capacity")
    assert isinstance(result.exception, UserError)
    assert "workshops new" in str(result.exception)
