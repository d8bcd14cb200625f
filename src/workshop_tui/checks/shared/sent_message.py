"""What the checks of sent messages share: how a message that people say they sent is judged."""

from __future__ import annotations

from collections.abc import Iterator

from workshop_tui.checks.shared.check import Judge
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.outcome import Outcome
from workshop_tui.settings.settings import Settings


def judge_sent(name: str) -> Judge:
    """Passes when the message was sent and told the workshop's present start."""

    def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
        workshop, records = facts.workshop, facts.records
        if workshop is None or records is None:
            return
        remedy = Remedy(
            "Send the message, then note that you did.",
            f"workshop-tui workshops message {workshop.id} {name}\n"
            f"workshop-tui workshops message {workshop.id} {name} --sent-by NAME",
        )
        sent = records.last_sent(name)
        if sent is None:
            yield Finding(name, Outcome.NOT_APPLICABLE, "not sent yet", None, (), remedy)
            return
        evidence = (
            ("sent", f"{sent.sent_at:%Y-%m-%d %H:%M} UTC by {sent.sent_by}"),
            ("told start", f"{sent.starts_at:%Y-%m-%d %H:%M} UTC"),
        )
        if sent.starts_at != workshop.starts_at:
            message = f"it told {sent.starts_at:%Y-%m-%d %H:%M} UTC: the workshop was moved since"
            yield Finding(name, Outcome.FAIL, message, None, evidence, remedy)
            return
        yield Finding(name, Outcome.PASS, f"sent by {sent.sent_by}", None, evidence)

    return judge
