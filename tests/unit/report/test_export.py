from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from workshop_tui.guide.loader import load_guide
from workshop_tui.model.alert import Alert, AlertKey
from workshop_tui.model.decision import Decision, Verdict
from workshop_tui.model.finding import CheckResult, Finding, Remedy
from workshop_tui.model.incident import Incident, IncidentEntry, Severity
from workshop_tui.model.item import ItemState, ItemStatus
from workshop_tui.model.journal import JournalEntry
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.retrospective import RetrospectiveText
from workshop_tui.model.workshop import Workshop
from workshop_tui.report.export import export_workshop

NOW = datetime(2026, 12, 1, 12, 0, 0, 500_000, tzinfo=UTC)
KEY = "sk-abcdefgh12345678"


def exported(workshop: Workshop, **given: Any) -> dict[str, Any]:
    """Through JSON and back, as a reader gets it."""
    empty: dict[str, Any] = {
        "items": {},
        "results": {},
        "incidents": (),
        "retrospective": {},
        "decisions": (),
        "journal": (),
    }
    document = export_workshop(workshop=workshop, guide=load_guide(None), **{**empty, **given})
    found: dict[str, Any] = json.loads(json.dumps(document, allow_nan=False))
    return found


def test_an_untouched_workshop_exports_every_item_of_the_guide_as_open(workshop: Workshop) -> None:
    document = exported(workshop)
    assert document["format"] == 1
    assert document["workshop"] == {
        "id": 7,
        "title": "December",
        "starts_at": "2026-12-03T15:00:00Z",
        "ends_at": "2026-12-03T16:15:00Z",
        "duration_s": 4500.0,
        "timezone": "Europe/Berlin",
        "expected_people": 12,
        "created_at": "2026-11-24T15:00:00Z",
    }
    assert [item["id"] for item in document["items"]] == [item.id for item in load_guide(None).items]
    assert {item["status"] for item in document["items"]} == {"open"}
    assert {item["due"] for item in document["items"]} == {"T-7d", "T-3d", "T-2d", "T-24h", "live", "T+48h"}
    assert {section["text"] for section in document["retrospective"]} == {None}
    assert document["results"] == document["incidents"] == document["decisions"] == document["journal"] == []
    assert document["alerts"] == []


def test_an_items_mark_and_words_are_exported(workshop: Workshop) -> None:
    state = ItemState("agenda", ItemStatus.NOT_NEEDED, "same as last time", "ana", "see wiki", "bo", NOW, 3)
    document = exported(workshop, items={"agenda": state})
    (item,) = [item for item in document["items"] if item["id"] == "agenda"]
    assert item == {
        "id": "agenda",
        "phase": "T-3d",
        "section": "Scheduling & communication",
        "title": "Prepare workshop agenda and share with participants",
        "due": "T-3d",
        "sensed_by": ["agenda-sent"],
        "status": "not-needed",
        "reason": "same as last time",
        "owner": "ana",
        "note": "see wiki",
        "changed_by": "bo",
        "changed_at": "2026-12-01T12:00:00.500000Z",
    }


def test_what_people_said_about_lines_that_the_guide_lost_is_exported_too(workshop: Workshop) -> None:
    document = exported(
        workshop,
        items={"old-item": ItemState("old-item", ItemStatus.DONE, changed_by="ana")},
        retrospective={"old-section": RetrospectiveText("old-section", "words", 1, "ana", NOW)},
    )
    assert document["items"][-1]["id"] == "old-item"
    assert document["items"][-1]["status"] == "done"
    assert document["items"][-1]["title"] is None
    assert document["retrospective"][-1]["text"] == "words"


def test_results_keep_their_findings_with_evidence_in_order(workshop: Workshop) -> None:
    finding = Finding(
        "london",
        Outcome.FAIL,
        "differs",
        "london",
        (("digest", "sha256:b"), ("image", "i"), ("digest", "sha256:a")),
        Remedy("Mirror it.", "kubectl --context london get pods"),
    )
    silent = Finding("oregon", Outcome.UNKNOWN, "timed out", "oregon")
    result = CheckResult("images", "Images match", Outcome.FAIL, (finding, silent), NOW, 0.12345, "differs")
    (found,) = exported(workshop, results={"images": result})["results"]
    assert found["outcome"] == "fail"
    assert found["duration_s"] == 0.123
    assert found["findings"][0]["evidence"] == [
        {"name": "digest", "value": "sha256:b"},
        {"name": "image", "value": "i"},
        {"name": "digest", "value": "sha256:a"},
    ]
    assert found["findings"][0]["remedy"]["command"] == "kubectl --context london get pods"
    assert found["findings"][1] == {
        "subject": "oregon",
        "region": "oregon",
        "outcome": "unknown",
        "message": "timed out",
        "evidence": [],
        "remedy": None,
    }


def test_incidents_decisions_and_journal_are_exported(workshop: Workshop) -> None:
    incident = Incident(
        1,
        7,
        2,
        "Routes fail",
        Severity.P1,
        NOW,
        "ana",
        NOW + timedelta(minutes=4),
        "routing-fails",
        (IncidentEntry(NOW, "ana", "opened it", "opened"),),
    )
    decision = Decision(
        1, 7, Verdict.GO, Verdict.NO_GO, ("Images",), "they are fixed by then", "bo", NOW, timedelta(minutes=20)
    )
    entry = JournalEntry(9, 7, NOW, "ana", "item.changed", "agenda", {"status": "open"}, {"status": "done"}, undoes=8)
    document = exported(workshop, incidents=(incident,), decisions=(decision,), journal=(entry,))
    (found,) = document["incidents"]
    assert (found["number"], found["severity"], found["case"]) == (2, "P1", "routing-fails")
    assert found["time_to_resolve_s"] == 240.0
    assert found["entries"] == [
        {"at": "2026-12-01T12:00:00.500000Z", "by": "ana", "kind": "opened", "text": "opened it"}
    ]
    assert document["decisions"][0]["computed"] == "no-go"
    assert document["decisions"][0]["checklist_time_s"] == 1200.0
    assert document["journal"][0]["before"] == {"status": "open"}
    assert document["journal"][0]["undoes"] == 8


def test_alerts_are_exported_with_people_times_and_incident(workshop: Workshop) -> None:
    key = AlertKey("routing-success", "london")
    alert = Alert(4, key, Outcome.FAIL, "Routes", "0 %", ("ana", "bo"), 18, "routing-fails", NOW, None)
    seen = replace(
        alert, id=5, cleared_at=NOW, acknowledged_at=NOW, acknowledged_by="ana", word="on it", incident_id=31
    )
    incident = Incident(31, 7, 2, "Routes fail", Severity.P2, NOW, "ana")
    first, second = exported(workshop, alerts=(alert, seen), incidents=(incident,))["alerts"]
    assert first == {
        "measure": "routing-success",
        "region": "london",
        "outcome": "fail",
        "title": "Routes",
        "message": "0 %",
        "people": ["ana", "bo"],
        "people_of": 18,
        "case": "routing-fails",
        "raised_at": "2026-12-01T12:00:00.500000Z",
        "taken_at": None,
        "cleared_at": None,
        "acknowledged_at": None,
        "acknowledged_by": None,
        "word": "",
        "incident": None,
    }
    assert (second["incident"], second["acknowledged_by"], second["cleared_at"]) == (
        2,
        "ana",
        "2026-12-01T12:00:00.500000Z",
    )


def test_no_secret_leaves_in_any_field(workshop: Workshop) -> None:
    said = f"with {KEY} it works"
    finding = Finding("key", Outcome.WARN, said, None, (("key", KEY), (KEY, "x")), Remedy(said, f"curl -H {KEY}"))
    document = exported(
        workshop,
        items={"agenda": ItemState("agenda", ItemStatus.DONE, said, said, said, KEY)},
        results={"check": CheckResult("check", said, Outcome.WARN, (finding,), NOW, 0.1, said)},
        incidents=(Incident(1, 7, 1, said, Severity.P2, NOW, KEY, entries=(IncidentEntry(NOW, KEY, said),)),),
        alerts=(Alert(1, AlertKey(KEY, KEY), Outcome.WARN, said, said, (KEY,), 1, said, NOW, NOW, word=said),),
        retrospective={"load": RetrospectiveText("load", said, 1, KEY, NOW)},
        decisions=(Decision(1, 7, Verdict.GO, Verdict.GO, (said,), said, KEY, NOW),),
        journal=(JournalEntry(1, 7, NOW, KEY, "k", KEY, {KEY: [said]}, {"nested": {"deep": (said,)}}),),
    )
    text = json.dumps(document)
    assert KEY not in text
    assert json.dumps("with •••• it works") in text
