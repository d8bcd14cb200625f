from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from workshop_tui.alerting.news import AlertNews
from workshop_tui.model.alert import Alert, AlertKey
from workshop_tui.model.outcome import Outcome
from workshop_tui.present.notice import desktop_notice, notice_text

NOW = datetime(2026, 12, 3, 14, 20, tzinfo=UTC)


def alert(
    number: int = 1, outcome: Outcome = Outcome.FAIL, people: tuple[str, ...] = (), acknowledged: datetime | None = None
) -> Alert:
    return Alert(
        number,
        AlertKey("routing-success", "london"),
        outcome,
        "Routes",
        "71 % · wildcard fails",
        people,
        18,
        "routing-fails",
        NOW,
        NOW,
        acknowledged_at=acknowledged,
    )


@pytest.mark.parametrize(
    ("alerts", "text"),
    [
        ((alert(),), "✗ london: Routes 71 %"),
        ((alert(people=("ana",)),), "✗ london: Routes 71 %, 1 person"),
        ((alert(people=("ana", "bo")), alert(2), alert(3)), "✗ london: Routes 71 %, 2 people, and 2 more"),
    ],
)
def test_a_notice_is_one_line_without_names(alerts: tuple[Alert, ...], text: str) -> None:
    assert notice_text(alerts) == text


def test_it_is_asked_of_the_terminal_and_passes_through_tmux() -> None:
    assert desktop_notice("✗ london", inside_tmux=False) == "\x1b]9;workshop-tui: ✗ london\x07"
    assert desktop_notice("x", inside_tmux=True) == "\x1bPtmux;\x1b\x1b]9;workshop-tui: x\x07\x1b\\"


@pytest.mark.parametrize("wrapped", [False, True])
def test_nothing_in_its_text_can_end_it_or_carry_a_secret(wrapped: bool) -> None:
    evil = "a\x07b\x1b]0;title\x1b\\c\x9cd\u202ee\nf sk-abcdefgh12345678 " + "y" * 500
    sent = desktop_notice(evil, inside_tmux=wrapped)
    bare = desktop_notice("", inside_tmux=wrapped)
    for sign in ("\x07", "\x1b", "\x9c", "\n", "\u202e"):
        assert sent.count(sign) == bare.count(sign)
    assert "abcdefgh" not in sent
    assert len(sent) < 200


def test_what_was_open_before_is_no_news_and_what_is_raised_or_gets_worse_is() -> None:
    news = AlertNews()
    warned, failed = alert(outcome=Outcome.WARN), alert()
    assert news.fresh(1, [warned]) == ()
    assert news.fresh(1, [warned]) == ()
    assert news.fresh(1, [failed, alert(2)]) == (failed, alert(2))
    fullest = replace(alert(2), last_step=True)
    assert news.fresh(1, [failed, fullest]) == (fullest,)
    assert news.fresh(1, [failed, fullest, alert(3, acknowledged=NOW)]) == ()
    assert news.fresh(2, [alert(9)]) == ()
