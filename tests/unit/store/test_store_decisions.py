from __future__ import annotations

from datetime import timedelta

from fakes.noon import NOON
from workshop_tui.model.decision import Decision, Verdict


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
