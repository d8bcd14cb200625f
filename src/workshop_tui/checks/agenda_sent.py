"""The agenda was sent.

What: a person noted that they sent the agenda, and it told the workshop's present start.
Why: People who know what comes bring the right accounts and arrive on time; one that tells an old time does harm.
Fix: print it with `workshop-tui workshops message`, send it, and note it with `--sent-by`.
"""

from __future__ import annotations

from workshop_tui.checks.shared.check import Check
from workshop_tui.checks.shared.sent_message import judge_sent

CHECK = Check(
    id="agenda-sent",
    title="The agenda was sent and told the right time",
    needs=(),
    judge=judge_sent("agenda"),
    recorded=True,
)
