"""What happened to a line of the checklist, newest first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fakes.noon import NOON
from workshop_tui.model.finding import CheckResult, Finding
from workshop_tui.model.journal import JournalEntry
from workshop_tui.model.outcome import Outcome
from workshop_tui.present.history import history_lines


def entry(
    before: dict[str, object], after: dict[str, object], kind: str = "item.changed", undoes: int | None = None
) -> JournalEntry:
    return JournalEntry(1, 1, NOON, "ana", kind, "key", before, after, undoes)


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (entry({"status": "open"}, {"status": "done"}), "done"),
        (entry({"status": "open", "owner": ""}, {"status": "open", "owner": "bo"}), "owner bo"),
        (
            entry({}, {"status": "not-needed", "reason": "no AI today", "revision": 2}),
            'not-needed, reason "no AI today"',
        ),
        (entry({"note": "x", "owner": "bo"}, {"note": "", "owner": None}), "note cleared, owner cleared"),
        (entry({"status": "done"}, {"status": ""}), "status cleared"),
        (entry({"status": "done"}, {"status": "open"}, undoes=7), "undid: open"),
        (entry({}, {"revision": 3}), "changed"),
        (entry({"status": "deferred"}, {"status": "open"}, "item.lapsed"), "the waiver lapsed: it passes again"),
    ],
)
def test_a_persons_change_says_only_what_changed(one: JournalEntry, said: str) -> None:
    (line,) = history_lines([one], [], "UTC")
    assert line.text == f"03 Dec 12:00:00  ana  {said}"


def test_people_and_checks_stand_in_one_list_the_newest_first() -> None:
    later = NOON + timedelta(seconds=1)
    finding = Finding("key", Outcome.FAIL, "it expired")
    result = CheckResult("key", "The key", Outcome.FAIL, (finding,), later, 0.5, "it expired")
    lines = [line.text for line in history_lines([entry({}, {"status": "done"})], [result], "Europe/Berlin")]
    assert lines == ["03 Dec 13:00:01  ✗ fail  it expired", "03 Dec 13:00:00  ana  done"]


def test_an_untouched_line_says_so() -> None:
    assert [line.text for line in history_lines([], [], "UTC")] == ["Nobody has changed it and nothing was sensed yet."]
