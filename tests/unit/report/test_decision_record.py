from __future__ import annotations

from datetime import UTC, datetime, timedelta

from workshop_tui.guide.loader import load_guide
from workshop_tui.model.decision import Decision, Evidence, Verdict
from workshop_tui.model.finding import CheckResult, Finding, Remedy
from workshop_tui.model.item import ItemState, ItemStatus
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.workshop import Workshop
from workshop_tui.redaction import remember
from workshop_tui.report.decision_record import decision_record

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
WORKSHOP = Workshop(7, "December [1]", NOON, timedelta(minutes=75), 12, "Europe/Berlin", NOON)
DECISION = Decision(3, 7, Verdict.GO, Verdict.NO_GO, ("Storage",), "small | group", "ana", NOON, timedelta(minutes=22))


def seen(summary: str = "ohio: 91 %") -> Evidence:
    finding = Finding(
        "node-1", Outcome.FAIL, summary, "ohio", (("used", "91 %"),), Remedy("Free it.", "kubectl x\n--y")
    )
    failed = CheckResult("storage", "Storage is free", Outcome.FAIL, (finding,), NOON, 0.1, summary)
    passed = CheckResult("key", "The key is valid", Outcome.PASS, (), NOON, 0.1, "23 d left")
    state = ItemState("gateway-key", ItemStatus.NOT_NEEDED, "no gateway today", changed_by="bo", changed_at=NOON)
    return Evidence((passed, failed), (state, ItemState("agenda", ItemStatus.OPEN, note="x")))


def test_the_record_says_who_decided_what_when_and_why_and_all_they_saw() -> None:
    text = decision_record(WORKSHOP, load_guide(None), [DECISION], {3: seen()})
    for part in (
        "# Go/No-Go: December \\[1\\]",
        "## GO, signed by ana",
        "| Signed | Tue 1 Dec 13:00 CET |",
        "| The checklist said | NO-GO |",
        "| Why | small \\| group |",
        "| Checklist time | 22 min (target: under 30) |",
        "| fail | Storage is free | ohio: 91 % |",
        "| pass | The key is valid | 23 d left |",
        "| fail | ohio: node-1 | ohio: 91 % | used 91 % |",
        "Fix: Free it.",
        "    kubectl x\n    --y",
        "| LiteLLM authentication key validity (\\>7 days until expiration) | not-needed | no gateway today | bo |",
    ):
        assert part in text, part
    assert text.index("Storage is free") < text.index("The key is valid")
    assert "agenda" not in text.lower()


def test_a_decision_without_evidence_and_no_decision_are_said() -> None:
    assert "signed by ana" in decision_record(WORKSHOP, load_guide(None), [DECISION], {})
    assert "Nobody has signed" in decision_record(WORKSHOP, load_guide(None), [], {})


def test_no_secret_leaves() -> None:
    remember("sk-very-secret-99")
    text = decision_record(WORKSHOP, load_guide(None), [DECISION], {3: seen("with sk-very-secret-99")})
    assert "very-secret" not in text
