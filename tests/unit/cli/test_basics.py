"""What every command has: help, one-line errors, settings that are checked and never show a secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from workshop_tui.cli import _COMMANDS, workshop_tui
from workshop_tui.errors import UserError, WorkshopError


def run(*words: object) -> Result:
    return CliRunner().invoke(workshop_tui, [str(word) for word in words])


@pytest.mark.parametrize("name", sorted(_COMMANDS))
def test_every_command_explains_itself(name: str) -> None:
    done = run(name, "--help")
    assert done.exit_code == 0
    assert "Usage:" in done.output
    assert len(done.output.splitlines()) > 4


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_that_names_the_program(shell: str) -> None:
    done = run("completion", shell)
    assert done.exit_code == 0
    assert "workshop-tui" in done.output


@pytest.mark.parametrize("words", [["nonsense"], ["check", "--nonsense"], ["workshops", "nonsense"]])
def test_what_does_not_exist_is_wrong_use(words: list[str]) -> None:
    assert run(*words).exit_code == 2


def test_settings_are_written_once_and_never_over_others(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    assert run("--config", file, "config", "init").exit_code == 0
    written = file.read_text()
    assert "[[region]]" in written
    again = run("--config", file, "config", "init")
    assert isinstance(again.exception, UserError)
    assert file.read_text() == written
    assert run("--config", file, "config", "check").exit_code == 0


def test_no_settings_says_what_to_do() -> None:
    done = run("check")
    assert isinstance(done.exception, UserError)
    assert "workshop-tui config init" in str(done.exception)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[region]\n", "not TOML"),
        ("nonsense = 1\n", "unknown key"),
        ("[thresholds]\ngateway_key_days = 'long'\n", "expected a number"),
        ("[gateway]\nkind = 'litellm'\nurl = 'https://g.test'\nkey = 'sk-abcdefgh12345678'\n", "gateway.key"),
    ],
)
def test_a_wrong_file_is_named_with_key_and_expectation_and_no_secret(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    done = run("--config", file, "check")
    assert isinstance(done.exception, WorkshopError)
    assert said in str(done.exception)
    assert "settings.toml" in str(done.exception)
    assert "sk-abcdefgh12345678" not in str(done.exception)


def test_showing_settings_shows_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_KEY_OF_THE_TEST", "sk-abcdefgh12345678")
    file = tmp_path / "settings.toml"
    file.write_text("[gateway]\nkind='litellm'\nurl='https://g.test'\nkey={env='GATEWAY_KEY_OF_THE_TEST'}\n")
    done = run("--config", file, "config", "show")
    assert done.exit_code == 0
    assert "GATEWAY_KEY_OF_THE_TEST" in done.output
    assert "sk-abcdefgh12345678" not in done.output


def test_options_stand_before_or_after_the_command(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('person = "Ann"\n')
    assert run("--config", file, "config", "path").output == run("config", "path", "--config", file).output


def test_the_guide_as_json_has_its_documented_shape() -> None:
    document = json.loads(run("guide", "--json").output)
    assert document["format"] == 1
    assert len([item for item in document["items"] if item["due"].startswith("T-")]) == 21
    assert {"id", "phase", "section", "due", "title", "sensed_by"} == set(document["items"][0])


def test_workshops_are_entered_listed_and_shown_with_brackets_and_emoji(tmp_path: Path) -> None:
    database = ["--db", tmp_path / "workshops.db"]
    made = run(
        *database, "workshops", "new", "Dec [x] 🎉", "--start", "2099-12-03 16:00", "--timezone", "Europe/London"
    )
    assert made.exit_code == 0, made.exception
    (listed,) = json.loads(run(*database, "workshops", "list", "--json").output)["workshops"]
    assert listed["title"] == "Dec [x] 🎉"
    skipped = run(*database, "workshops", "new", "DST", "--start", "2026-03-29 01:30", "--timezone", "Europe/London")
    assert isinstance(skipped.exception, UserError)
    assert "does not exist" in str(skipped.exception)


def test_a_damaged_database_is_named_left_as_it_is_and_a_way_on_is_told(tmp_path: Path) -> None:
    database = tmp_path / "workshops.db"
    database.write_bytes(b"this is no database" * 100)
    done = run("--db", database, "workshops", "list")
    assert isinstance(done.exception, WorkshopError)
    assert str(database) in str(done.exception)
    assert "--db" in str(done.exception)
    assert database.read_bytes() == b"this is no database" * 100
