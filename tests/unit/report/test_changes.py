from __future__ import annotations

from datetime import UTC, datetime

import pytest

from workshop_tui.model.finding import CheckResult
from workshop_tui.model.outcome import Outcome
from workshop_tui.report.changes import ChangeKind, changes

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def result(check_id: str, outcome: Outcome) -> CheckResult:
    return CheckResult(check_id, check_id.title(), outcome, (), NOON, 0.0, "because")


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (Outcome.PASS, Outcome.FAIL, ChangeKind.WORSE),
        (Outcome.PASS, Outcome.UNKNOWN, ChangeKind.WORSE),
        (Outcome.WARN, Outcome.FAIL, ChangeKind.WORSE),
        (Outcome.NOT_APPLICABLE, Outcome.WARN, ChangeKind.WORSE),
        (Outcome.FAIL, Outcome.PASS, ChangeKind.BETTER),
        (Outcome.FAIL, Outcome.WARN, ChangeKind.BETTER),
        (Outcome.UNKNOWN, Outcome.NOT_APPLICABLE, ChangeKind.BETTER),
        (Outcome.NOT_APPLICABLE, Outcome.PASS, ChangeKind.BETTER),
        (Outcome.FAIL, Outcome.FAIL, None),
        (None, Outcome.FAIL, ChangeKind.NEW),
        (None, Outcome.PASS, None),
    ],
)
def test_a_change_says_whether_it_became_worse(before: Outcome | None, after: Outcome, kind: ChangeKind | None) -> None:
    found = changes({"a": result("a", before)} if before else {}, [result("a", after)])
    assert [change.kind for change in found] == ([kind] if kind else [])


def test_what_became_worse_stands_first() -> None:
    before = {"a": result("a", Outcome.FAIL), "b": result("b", Outcome.PASS), "c": result("c", Outcome.PASS)}
    after = [result("a", Outcome.PASS), result("b", Outcome.WARN), result("c", Outcome.FAIL), result("d", Outcome.WARN)]
    assert [change.check_id for change in changes(before, after)] == ["c", "b", "a", "d"]
