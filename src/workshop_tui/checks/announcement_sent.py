"""The announcement was sent.

What: a person noted that they sent the announcement, and it told the workshop's present start.
Why: People who do not hear of it a week before have no time left for it; one that tells an old time does harm.
Fix: print it with `workshop-tui workshops message`, send it, and note it with `--sent-by`.
"""

from __future__ import annotations

from workshop_tui.checks.shared.check import Check
from workshop_tui.checks.shared.sent_message import judge_sent

CHECK = Check(
    id="announcement-sent",
    title="The announcement was sent and told the right time",
    needs=(),
    judge=judge_sent("announcement"),
    recorded=True,
)
