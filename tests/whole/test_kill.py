"""A control room that is killed at any moment has lost nothing that was typed more than a second before."""

from __future__ import annotations

import asyncio
import random
import signal
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from fakes.terminal import Terminal
from workshop_tui.guide.loader import load_guide
from workshop_tui.model.clock import Clock
from workshop_tui.model.item import ItemStatus
from workshop_tui.store.store import Store

_LOST_AT_MOST_S = 1.0


@dataclass(frozen=True)
class Typed:
    at_s: float
    what: str
    """An item's id for a tick, else a word."""
    where: str
    """`tick`, `note`, `incident` or `retrospective`."""


class Person:
    """Types ticks, notes and incidents in an order of their own, then words into the retrospective without end."""

    def __init__(self, terminal: Terminal, seed: int) -> None:
        self.terminal = terminal
        self.random = random.Random(seed)  # noqa: S311  # the same moments every time
        self.typed: list[Typed] = []
        self._number = 0
        after = [item for item in load_guide(None).items if item.phase == "after"]
        self._to_tick = iter([(item.id, not item.sensed_by) for item in after])

    def work(self) -> None:
        actions = [self._tick, self._tick, self._note, self._incident]
        self.random.shuffle(actions)
        for action in actions[: self.random.randint(1, 4)]:
            action()
        self._retrospective()

    def _tick(self) -> None:
        for _ in range(3):
            item_id, is_manual = next(self._to_tick)
            if is_manual:
                self.typed.append(Typed(self.terminal.type("x"), item_id, "tick"))
            self._pause()
            self.terminal.type("j")
            self._pause()

    def _note(self) -> None:
        self.terminal.type("n")
        self.terminal.until("Note:")
        for _ in range(4):
            self._word("note")
        self.terminal.type("\x1b")
        self.terminal.until_seen(lambda text: "Note:" not in text, "the note is closed")

    def _incident(self) -> None:
        self.terminal.type("i")
        self.terminal.until("New incident")
        self.terminal.type("p1 ")
        for _ in range(3):
            self._word("incident")
        self.terminal.type("\r")
        self.terminal.until_seen(lambda text: "New incident" not in text, "the incident is open")

    def _retrospective(self) -> None:
        self.terminal.type("5")
        self.terminal.until("the guide's template")
        self.terminal.type("e")
        while self._goes_on and "yy" not in self.terminal.text:  # keys go to the list until the text has the focus
            self.terminal.type("yy ")
            self._pause()
        while self._goes_on:
            self._word("retrospective")

    @property
    def _goes_on(self) -> bool:
        return self.terminal.process.poll() is None

    def _word(self, where: str) -> None:
        self._number += 1
        word = f"w{self._number}" + "".join(self.random.choices("abcdefgh", k=4))
        for letter in word:
            at_s = self.terminal.type(letter)
            self._pause()
        self.typed.append(Typed(at_s, word, where))
        self.terminal.type(" ")

    def _pause(self) -> None:
        time.sleep(self.random.uniform(0.01, 0.06))


async def kept(database: Path) -> dict[str, str]:
    """Where -> all that is stored there, as one text."""
    store = await Store.open(database, clock=Clock())
    try:
        (workshop,) = await store.workshops.all()
        items = await store.items.load(workshop.id)
        incidents = await store.incidents.all(workshop.id)
        sections = await store.retrospectives.load(workshop.id)
        drafts = await store.drafts.all()
        return {
            "tick": " ".join(state.item_id for state in items.values() if state.status is ItemStatus.DONE),
            "note": " ".join(state.note for state in items.values()),
            "incident": " ".join([*(incident.title for incident in incidents), *drafts.values()]),
            "retrospective": " ".join(section.text for section in sections.values()),
            "damage": await store.integrity() or "",
        }
    finally:
        await store.close()


@pytest.mark.parametrize("seed", range(6))
def test_killed_at_any_moment_it_has_kept_all_that_was_typed_a_second_before(
    settings_file: Path, database: Path, seed: int
) -> None:
    with Terminal("--config", str(settings_file), "--db", str(database)) as terminal:
        terminal.until("T-2 d", "Date, time and calendar invite")
        terminal.type("[")
        terminal.until("Export metrics")
        person = Person(terminal, seed)
        killed_s: list[float] = []
        killer = threading.Timer(2 + 1.3 * seed + person.random.random(), lambda: killed_s.append(terminal.kill()))
        killer.start()
        try:
            person.work()
        except TimeoutError:  # waits for what the killed one will never show
            killer.join()
            assert terminal.process.returncode == -signal.SIGKILL
        killer.join()
    stored = asyncio.run(kept(database))
    assert stored.pop("damage") == ""
    due = [typed for typed in person.typed if typed.at_s < killed_s[0] - _LOST_AT_MOST_S]
    assert due
    assert [typed for typed in due if typed.what not in stored[typed.where].split()] == []
