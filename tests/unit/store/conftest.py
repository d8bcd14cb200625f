from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from fakes.noon import NOON
from workshop_tui.model.clock import Clock
from workshop_tui.model.workshop import Workshop
from workshop_tui.store.store import Store


class Hands:
    """A clock that moves only when a test moves it."""

    def __init__(self) -> None:
        self.at: datetime = NOON
        self.clock = Clock(wall=lambda: self.at)

    def move(self, step: timedelta) -> datetime:
        self.at += step
        return self.at


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "workshops.db"


@pytest.fixture
def run(request: pytest.FixtureRequest) -> Callable[..., subprocess.Popen[str]]:
    """Starts a Python program, given as its text, in a process of its own; ends with the test."""

    def start(source: str, *arguments: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", textwrap.dedent(source), *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

        def end() -> None:
            process.kill()
            process.communicate()

        request.addfinalizer(end)
        return process

    return start


@pytest.fixture
async def open_store(path: Path, hands: Hands) -> AsyncIterator[Callable[[], object]]:
    """Opens the same file as often as asked, as another window would; closes all of them."""
    opened: list[Store] = []

    async def open_one(*, busy_timeout_s: float = 5.0) -> Store:
        store = await Store.open(path, clock=hands.clock, busy_timeout_s=busy_timeout_s)
        opened.append(store)
        return store

    yield open_one
    for store in opened:
        await store.close()


@pytest.fixture
async def store(open_store) -> Store:
    return await open_store()


@pytest.fixture
async def workshop(store: Store) -> Workshop:
    return await store.workshops.create("December", NOON, timedelta(minutes=90), 20, "Europe/London", "Ann")
