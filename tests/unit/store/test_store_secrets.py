from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fakes.noon import NOON
from workshop_tui import redaction
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.decision import Verdict
from workshop_tui.model.finding import CheckResult, Finding, Remedy
from workshop_tui.model.incident import Severity
from workshop_tui.model.measure import MeasureValue
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.source import Reading, SourceKey
from workshop_tui.store.recording import Batch

SECRET = 'Kq9"quoted"\\9Xw2-ünïque'
SAID = f"before {SECRET} after"
HIDDEN = "before •••• after"


@pytest.fixture(autouse=True)
def known():
    redaction.remember(SECRET)


def on_disk(path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


async def test_no_secret_reaches_the_file_by_any_door(store, path, workshop):
    finding = Finding(SAID, Outcome.FAIL, SAID, "emea", ((SAID, SAID),), Remedy(SAID, SAID))
    result = CheckResult("gateway-key", SAID, Outcome.FAIL, (finding,), NOON, 0.1, SAID)
    await store.results.save(workshop.id, [result])
    await store.readings.record(workshop.id, [MeasureValue("restarts", None, 1, Outcome.PASS, NOON, SAID)])
    broken = Reading(SourceKey("pods", "emea"), None, None, SourceError(ErrorKind.MALFORMED, SAID), NOON)
    await store.recording.write(workshop.id, Batch(sources=[broken]), SAID)
    await store.items.change(workshop.id, "announce", SAID, reason=SAID, owner=SAID, note=SAID)
    await store.items.change(workshop.id, "announce", SAID, note=f"{SAID}!", base_note="")
    await store.items.undo(workshop.id, SAID)
    incident = await store.incidents.open(workshop.id, SAID, Severity.P1, SAID)
    await store.incidents.add_note(incident.id, SAID, SAID)
    await store.incidents.resolve(incident.id, SAID, SAID)
    await store.retrospectives.save(workshop.id, "lessons", SAID, 0, SAID)
    await store.retrospectives.save(workshop.id, "lessons", f"{SAID}!", 0, SAID)
    await store.decisions.sign(workshop.id, Verdict.GO, Verdict.GO, (SAID,), SAID, SAID, None)
    await store.workshops.change(workshop.id, SAID, title=SAID)

    content = on_disk(path)
    assert HIDDEN.encode() in content
    for form in (SECRET, SECRET.replace("\\", "\\\\").replace('"', '\\"'), "9Xw2"):
        assert form.encode() not in content
    hidden = replace(
        finding, subject=HIDDEN, message=HIDDEN, evidence=((HIDDEN, HIDDEN),), remedy=Remedy(HIDDEN, HIDDEN)
    )
    assert await store.results.latest(workshop.id) == {
        "gateway-key": replace(result, title=HIDDEN, summary=HIDDEN, findings=(hidden,))
    }


async def test_what_is_returned_is_what_is_stored(store, workshop):
    state = await store.items.change(workshop.id, "announce", "Ann", note=SAID)
    assert state == (await store.items.load(workshop.id))["announce"]
    assert state.note == HIDDEN
    text = await store.retrospectives.save(workshop.id, "lessons", SAID, 0, "Ann")
    assert text == (await store.retrospectives.load(workshop.id))["lessons"]
    created = await store.workshops.create(SAID, NOON, timedelta(hours=1), 5, "UTC", "Ann")
    assert created.title == HIDDEN
