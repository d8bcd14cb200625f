from __future__ import annotations

from datetime import timedelta

from fakes.noon import NOON
from workshop_tui.model.decision import Decision, Evidence, Verdict
from workshop_tui.model.finding import CheckResult, Finding, Remedy
from workshop_tui.model.item import ItemState, ItemStatus
from workshop_tui.model.outcome import Outcome
from workshop_tui.redaction import remember


async def test_a_signed_decision_is_there_after_a_restart_newest_last(store, open_store, workshop, hands):
    first = await store.decisions.sign(
        workshop.id, Verdict.GO, Verdict.NO_GO, ("Image consistency",), "London is not used", "Ann", None
    )
    hands.move(timedelta(hours=1))
    second = await store.decisions.sign(
        workshop.id, Verdict.NO_GO, Verdict.NO_GO, ["Storage", "Routing"], "", "Bob", timedelta(minutes=22, seconds=5)
    )
    blockers = ("Image consistency",)
    assert first == Decision(
        1, workshop.id, Verdict.GO, Verdict.NO_GO, blockers, "London is not used", "Ann", NOON, None
    )
    assert (second.checklist_time, second.signed_at) == (timedelta(minutes=22, seconds=5), hands.at)
    assert second.blockers == ("Storage", "Routing")
    assert await (await open_store()).decisions.all(workshop.id) == (first, second)


async def test_a_signature_is_in_the_journal(store, workshop):
    await store.decisions.sign(workshop.id, Verdict.GO, Verdict.NO_GO, ("Storage",), "small group", "Ann", None)
    (entry,) = await store.journal.since(1)
    assert (entry.kind, entry.by, entry.subject) == ("decision.signed", "Ann", "1")
    assert entry.after == {"verdict": "go", "computed": "no-go", "blockers": ["Storage"], "reason": "small group"}


async def test_a_decision_keeps_what_the_person_saw(store, open_store, workshop):
    remember("sk-very-secret-77")
    finding = Finding("node [1]", Outcome.FAIL, "71 %", "ohio", (("used", "71 %"),), Remedy("Scale.", "kubectl scale"))
    result = CheckResult("storage", "Storage is free", Outcome.FAIL, (finding,), NOON, 0.5, "sk-very-secret-77")
    item = ItemState("node-storage", ItemStatus.DONE, "small group", changed_by="Ann", changed_at=NOON, revision=2)
    seen = Evidence((result,), (item,))
    signed = await store.decisions.sign(workshop.id, Verdict.GO, Verdict.NO_GO, (), "", "Ann", None, seen)
    kept = await (await open_store()).decisions.evidence(signed.id)
    assert kept is not None
    assert kept.items == (item,)
    assert kept.results[0].findings == (finding,)
    assert kept.results[0].summary == "••••"
    assert await store.decisions.evidence(99) is None
