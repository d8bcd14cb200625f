from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from workshop_tui.model.checklist import Checklist, ItemView, PhaseView, Readiness
from workshop_tui.model.decision import Verdict
from workshop_tui.model.finding import CheckResult
from workshop_tui.model.guide import Item, Phase
from workshop_tui.model.item import ItemState, ItemStatus
from workshop_tui.model.outcome import Outcome
from workshop_tui.session.waivers import lapsed

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def checklist(status: ItemStatus, reason: str, sensed: Outcome | None, judged_at: datetime) -> Checklist:
    item = Item("key", "before", "Infrastructure", "Key", timedelta(days=-2), ("key-check",))
    result = CheckResult("key-check", "The key is valid", sensed or Outcome.PASS, (), judged_at, 0.1)
    view = ItemView(
        item,
        ItemState("key", status, reason, changed_by="ana", changed_at=NOON, revision=1),
        NOON,
        (result,) if sensed else (),
        sensed,
    )
    phase = PhaseView(Phase("before", "Before", "Before", timedelta(days=-2)), NOON, (view,))
    return Checklist((phase,), Readiness(Verdict.GO, (), ()))


@pytest.mark.parametrize(
    ("status", "reason", "sensed", "judged_at", "lapses"),
    [
        (ItemStatus.DONE, "seen by hand", Outcome.PASS, NOON + MINUTE, True),
        (ItemStatus.NOT_NEEDED, "small group", Outcome.PASS, NOON + MINUTE, True),
        (ItemStatus.DEFERRED, "tomorrow", Outcome.PASS, NOON + MINUTE, True),
        (ItemStatus.DONE, "seen by hand", Outcome.PASS, NOON - MINUTE, False),
        (ItemStatus.DONE, "seen by hand", Outcome.WARN, NOON + MINUTE, False),
        (ItemStatus.DONE, "seen by hand", Outcome.FAIL, NOON + MINUTE, False),
        (ItemStatus.DONE, "seen by hand", Outcome.UNKNOWN, NOON + MINUTE, False),
        (ItemStatus.DONE, "", Outcome.PASS, NOON + MINUTE, False),
        (ItemStatus.DONE, "no check senses it", None, NOON + MINUTE, False),
        (ItemStatus.OPEN, "", Outcome.PASS, NOON + MINUTE, False),
    ],
)
def test_a_waiver_lapses_only_when_all_checks_passed_after_it(
    status: ItemStatus, reason: str, sensed: Outcome | None, judged_at: datetime, *, lapses: bool
) -> None:
    assert bool(lapsed(checklist(status, reason, sensed, judged_at))) is lapses
