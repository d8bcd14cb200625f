"""What a person was told is kept, is kept: also when the program is killed at any moment."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import time

from workshop_tui.model.incident import Severity

_ROUNDS = 15

_WRITER = """
    import asyncio, json, os, sys
    from pathlib import Path
    from workshop_tui.model.clock import Clock
    from workshop_tui.model.item import ItemStatus
    from workshop_tui.store.store import Store

    async def write(round_number):
        store = await Store.open(Path(sys.argv[1]), clock=Clock())
        incident = (await store.incidents.all(1))[0]
        section = (await store.retrospectives.load(1)).get("lessons")
        text, revision = (section.text, section.revision) if section else ("", 0)
        number = 0
        while True:
            number += 1
            name = f"{round_number}-{number}"
            kind = ("tick", "note", "incident", "word")[number % 4]
            if kind == "tick":
                await store.items.change(1, name, "Ann", status=ItemStatus.DONE)
            elif kind == "note":
                await store.items.change(1, "notes", "Ann", note=name)
            elif kind == "incident":
                await store.incidents.add_note(incident.id, name, "Ann")
            else:
                saved = await store.retrospectives.save(1, "lessons", f"{text}\\n{name}", revision, "Ann")
                text, revision = saved.text, saved.revision
            print(json.dumps([kind, name]), flush=True)

    for round_number in range(int(sys.argv[2])):
        child = os.fork()
        if child == 0:
            asyncio.run(write(round_number))
        print(json.dumps(["pid", child]), flush=True)
        os.waitpid(child, 0)
        print(json.dumps(["killed", round_number]), flush=True)
"""


def kill_again_and_again(program, chance: random.Random) -> list[tuple[str, str]]:
    """Everything that was reported as kept, in order."""
    kept: list[tuple[str, str]] = []
    for _ in range(_ROUNDS):
        pid = 0
        idle_timeout = chance.randint(1, 40)
        while True:
            kind, word = json.loads(program.stdout.readline())
            if kind == "killed":
                break
            if kind == "pid":
                pid = word
            else:
                kept.append((kind, word))
                idle_timeout -= 1
            if idle_timeout <= 0 and pid:
                time.sleep(chance.uniform(0, 0.01))
                os.kill(pid, signal.SIGKILL)
                pid = 0
    return kept


async def test_everything_that_was_reported_as_kept_survives_kill_nine(store, open_store, path, workshop, run):
    await store.incidents.open(workshop.id, "slow", Severity.P2, "Ann")
    await store.close()
    program = run(_WRITER, path, _ROUNDS)
    kept = await asyncio.to_thread(kill_again_and_again, program, random.Random())  # noqa: S311
    _, errors = await asyncio.to_thread(program.communicate)
    assert (program.returncode, errors) == (0, "")
    assert len(kept) >= _ROUNDS

    store = await open_store()
    assert await store.integrity() is None
    items = await store.items.load(workshop.id)
    (incident,) = await store.incidents.all(workshop.id)
    written = (await store.retrospectives.load(workshop.id))["lessons"].text.split("\n")
    journal = await store.journal.since(0)
    notes = [entry.after["note"] for entry in journal if "note" in entry.after]
    found = {
        "tick": set(items),
        "note": set(notes),
        "incident": {entry.text for entry in incident.entries},
        "word": set(written),
    }
    assert [(kind, name) for kind, name in kept if name not in found[kind]] == []
    assert items["notes"].note == notes[-1]
    assert set(items) - {"notes"} == {entry.subject for entry in journal if "status" in entry.after}
