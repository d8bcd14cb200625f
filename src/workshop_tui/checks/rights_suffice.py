"""Our token may read all that the checks and the live grid need.

What: Asks each cluster, verb by verb, what the context's user may do, and names what is missing with what it is for.
Optional are `nodes/proxy`, a powerful right, and to get the Secrets that the settings name: without them the share of
storage and the end of the providers' credentials are unknown.

Why: A missing right looks like missing data; here it has a name that whoever keeps the cluster understands.

Fix: Bind the read-only ClusterRole of docs/security.md to the user of the context.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workshop_tui.checks.check import Check
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import RIGHTS
from workshop_tui.model.kubernetes import RightAnswer
from workshop_tui.model.outcome import Outcome
from workshop_tui.settings import Settings

_MOST = 8


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    contexts = {region.name: region.context for region in settings.region}
    for region, answers in facts.by_region(RIGHTS).items():
        refused = [answer for answer in answers if not answer.allowed and not answer.right.optional]
        optional = [answer for answer in answers if not answer.allowed and answer.right.optional]
        if refused:
            first = refused[0]
            command = f"kubectl --context {contexts.get(region)} auth can-i {first.right.verb} {_resource(first)}"
            command += f" -n {first.namespace}" if first.namespace else ""
            remedy = Remedy("Bind the read-only ClusterRole of docs/security.md to the context's user.", command)
            message = f"{len(refused)} of {len(answers)} rights are missing: {_named(refused[:2])}"
            yield Finding("rights", Outcome.FAIL, message, region, _rows(refused), remedy)
        else:
            yield Finding("rights", Outcome.PASS, f"all {len(answers) - len(optional)} that are needed", region)
        if optional:
            serves = " and ".join(dict.fromkeys(answer.right.serves for answer in optional))
            message = f"{_named(optional)} is missing: {serves} stays unknown"
            yield Finding("optional rights", Outcome.WARN, message, region, _rows(optional))


def _named(answers: Sequence[RightAnswer]) -> str:
    said = [
        f"{answer.right.verb} {_resource(answer)}" + (f" in {answer.namespace}" if answer.namespace else "")
        for answer in answers
    ]
    return ", ".join(said)


def _resource(answer: RightAnswer) -> str:
    right = answer.right
    resource = f"{right.resource}.{right.group}" if right.group else right.resource
    return f"{resource}/{answer.name}" if answer.name else resource


def _rows(answers: Sequence[RightAnswer]) -> tuple[tuple[str, str], ...]:
    return tuple((_named([answer]), answer.right.serves) for answer in answers[:_MOST])


CHECK = Check(
    id="rights-suffice",
    title="Our token may read all that is needed",
    needs=(RIGHTS,),
    judge=judge,
)
