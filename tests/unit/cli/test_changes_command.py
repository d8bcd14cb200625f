"""`workshop-tui changes` on a real store."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from workshop_tui.cli import workshop_tui
from workshop_tui.errors import UserError
from workshop_tui.model.clock import Clock
from workshop_tui.store.store import Store

SCALE = "kubectl --context ohio -n coder scale deployment/provisioner --replicas=6"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    (tmp_path / "settings.toml").write_text('person = "Ann"\n')
    return tmp_path / "workshops.db"


def run(database: Path, *words: str) -> Result:
    options = ["--config", str(database.with_name("settings.toml")), "--db", str(database)]
    return CliRunner().invoke(workshop_tui, [*options, "changes", *words], standalone_mode=False)


def plan(database: Path, target: str, undo: str) -> None:
    async def write() -> None:
        store = await Store.open(database, clock=Clock())
        await store.platform_changes.plan(None, target, "scales it to 8", undo, "ana")
        await store.close()

    asyncio.run(write())


def test_nothing_left_is_said_and_is_fine(database: Path) -> None:
    result = run(database)
    assert (result.return_value, result.output) == (0, "Nothing of ours is left on the platform.\n")


def test_what_is_left_is_listed_with_who_did_it_and_how_it_is_undone(database: Path) -> None:
    plan(database, "deployment coder/provisioner in ohio", SCALE)
    result = run(database)
    assert result.return_value == 1
    for words in ("1  deployment coder/provisioner in ohio: scales it to 8", "by ana", SCALE, "it may be done"):
        assert words in result.output
    document = json.loads(run(database, "--json").output)
    (change,) = document["changes"]
    assert (document["format"], change["id"], change["undo"], change["done_at"]) == (1, 1, SCALE, None)


def test_what_is_not_there_is_not_undone(database: Path) -> None:
    result = run(database, "--undo", "7")
    assert isinstance(result.exception, UserError)
    assert "no change 7" in str(result.exception)


@pytest.mark.parametrize(
    ("undo", "said"),
    [("coder delete wt-smoke-1 --yes", "coder delete wt-smoke-1"), (SCALE, "no region of the settings")],
)
def test_what_cannot_be_undone_here_says_why_and_stays(database: Path, undo: str, said: str) -> None:
    plan(database, "a target", undo)
    result = run(database, "--undo", "1", "--yes")
    assert result.return_value == 1
    assert said in result.output
    assert len(json.loads(run(database, "--json").output)["changes"]) == 1
