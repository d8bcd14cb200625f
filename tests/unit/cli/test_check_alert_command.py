from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fakes.alertmanager import FakeAlertmanager, fake_alertmanager
from workshop_tui.cli import workshop_tui
from workshop_tui.errors import UserError
from workshop_tui.model.clock import Clock
from workshop_tui.model.journal import JournalEntry
from workshop_tui.store.store import Store


@pytest.fixture
def server() -> Iterator[FakeAlertmanager]:
    with fake_alertmanager() as state:
        yield state


def run(directory: Path, url: str | None, *arguments: str, types: str = "") -> Result:
    settings = directory / "settings.toml"
    settings.write_text(f'person = "ana"\n[alertmanager]\nurl = "{url}"\n' if url else 'person = "ana"\n')
    given = ["check-alert", "--config", str(settings), "--db", str(directory / "w.sqlite"), "--hold", "0", *arguments]
    return CliRunner().invoke(workshop_tui, given, input=types, standalone_mode=False)


async def entries(path: Path) -> tuple[JournalEntry, ...]:
    store = await Store.open(path, clock=Clock())
    try:
        return await store.journal.since(0)
    finally:
        await store.close()


@pytest.mark.parametrize("types", ["", "\n", "n\n", " \n"])
def test_nothing_is_sent_without_an_explicit_yes(server: FakeAlertmanager, tmp_path: Path, types: str) -> None:
    done = run(tmp_path, server.url, types=types)
    assert f"Target: {server.url}/" in done.output
    assert done.exit_code == 1
    assert server.posted == []
    assert not (tmp_path / "w.sqlite").exists()


@pytest.mark.parametrize(("arguments", "types"), [([], "y\n"), (["--yes"], "")])
def test_a_yes_sends_it_says_whom_it_tells_and_ends_it(
    server: FakeAlertmanager, tmp_path: Path, arguments: list[str], types: str
) -> None:
    done = run(tmp_path, server.url, *arguments, types=types)
    assert done.return_value == 0, done.output
    assert "tells team: see whether it comes there" in done.output
    assert (len(server.posted), server.alive()) == (2, [])
    found = asyncio.run(entries(tmp_path / "w.sqlite"))
    assert [entry.kind for entry in found] == ["test-alert.sending", "test-alert.listed", "test-alert.ended"]
    assert {entry.by for entry in found} == {"ana"}
    assert {entry.subject for entry in found} == {server.posted[0]["labels"]["run"]}


@pytest.mark.parametrize(
    ("status", "receivers", "told"),
    [
        ({"state": "suppressed", "silencedBy": ["3f2a"]}, ("team",), "tells nobody: silenced by 3f2a"),
        ({"state": "active"}, (), "no route leads to a receiver"),
    ],
)
def test_an_alert_that_reaches_nobody_fails(
    server: FakeAlertmanager, tmp_path: Path, status: dict[str, object], receivers: tuple[str, ...], told: str
) -> None:
    server.status, server.receivers = status, receivers
    done = run(tmp_path, server.url, "--yes")
    assert done.return_value == 1
    assert told in done.output
    assert server.alive() == []


def test_a_refusal_is_one_line(server: FakeAlertmanager, tmp_path: Path) -> None:
    server.post_status = 403
    done = run(tmp_path, server.url, "--yes")
    assert done.return_value == 1
    assert "Alertmanager forbids it: the token lacks a right, to post alerts" in done.output


def test_without_an_alertmanager_it_says_what_to_set(tmp_path: Path) -> None:
    done = run(tmp_path, None, "--yes")
    assert isinstance(done.exception, UserError)
    assert "set alertmanager.url" in str(done.exception)
