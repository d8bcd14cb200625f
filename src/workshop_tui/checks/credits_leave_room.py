"""Coder's own quota leaves room for a workspace.

What: Takes the credits that Coder's quota leaves to the test account in the workshop's organisation, and what the
dearest workspace there costs a day. Fails when they do not suffice for one more. The test account stands for everybody
in the same groups, since a person's credits are the sum of their groups'.

Why: A build that costs more than is left is refused, to each person alone and with few words.

Fix: Give the group of the workshop's people more credits, or delete workspaces that they no longer need.
"""

from __future__ import annotations

from collections.abc import Iterator

from workshop_tui.checks.shared.check import Check
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import CREDITS, WORKSPACES
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.sign_in import Credits
from workshop_tui.settings.settings import Settings

_SUBJECT = "credits of the test account"


def judge(facts: Facts, _settings: Settings) -> Iterator[Finding]:
    credits_ = facts.get(CREDITS)
    if credits_ is None:
        return
    if credits_.budget < 0:
        yield Finding(_SUBJECT, Outcome.PASS, f"no quota limits them in {credits_.organization}")
        return
    workspaces = facts.get(WORKSPACES) or ()
    costs = [
        workspace.daily_cost
        for workspace in workspaces
        if workspace.organization == credits_.organization
        and workspace.transition == "start"
        and workspace.daily_cost is not None
    ]
    yield _judge_credits(credits_, max(costs, default=None))


def _judge_credits(credits_: Credits, cost: int | None) -> Finding:
    left = credits_.budget - credits_.consumed
    evidence = (
        ("budget", str(credits_.budget)),
        ("consumed", str(credits_.consumed)),
        ("dearest workspace a day", "not known" if cost is None else str(cost)),
        ("organisation", credits_.organization),
    )
    if cost is None:
        message = f"{left} are left, and no workspace tells what one costs"
        remedy = Remedy("Start one workspace of the workshop.", "workshop-tui check smoke-test --smoke")
        return Finding(_SUBJECT, Outcome.UNKNOWN, message, None, evidence, remedy)
    if cost > 0 and left < cost:
        remedy = Remedy(
            "Give the group of the workshop's people more credits, or delete workspaces that they no longer need.",
            f"coder groups edit GROUP --quota-allowance N --org {credits_.organization}",
        )
        message = f"{left} are left, a workspace takes {cost} a day"
        return Finding(_SUBJECT, Outcome.FAIL, message, None, evidence, remedy)
    return Finding(_SUBJECT, Outcome.PASS, f"{left} are left, a workspace takes {cost} a day", None, evidence)


CHECK = Check(
    id="credits-leave-room",
    title="Coder's own quota leaves room for a workspace",
    needs=(CREDITS,),
    helps=(WORKSPACES,),
    judge=judge,
)
