"""Our token may read all that the checks and the live grid need.

What: Asks each cluster, verb by verb, what the context's user may do, and Coder, kind by kind, what the token may read
in each organisation; names what is missing with what it is for and, at Coder, the role that has it. Coder's version and
licence must have what is asked of them. Optional are `nodes/proxy`, a powerful right, to get the Secrets that the
settings name, and Coder's audit log: without them the share of storage, the end of the providers' credentials and
refused sign-ins are unknown.

Why: A missing right looks like missing data, and Coder leaves out of its lists what the token may not see without a
word; here it has a name that whoever keeps the platform understands.

Fix: Bind the read-only ClusterRole of docs/security.md to the user of the context, and give the token's user the roles
that it names for Coder.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workshop_tui.checks.shared.check import Check
from workshop_tui.model.coder_rights import CoderRight, CoderRights, is_older
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import CODER_RIGHTS, RIGHTS
from workshop_tui.model.kubernetes import RightAnswer
from workshop_tui.model.outcome import Outcome
from workshop_tui.settings.settings import Settings


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    yield from _of_clusters(facts, settings)
    of_coder = facts.get(CODER_RIGHTS)
    if of_coder is not None:
        yield _version(of_coder)
        yield from _of_coder(of_coder)
        yield _licence(of_coder)


def _of_clusters(facts: Facts, settings: Settings) -> Iterator[Finding]:
    contexts = {region.name: region.context for region in settings.region}
    for region, answers in facts.by_region(RIGHTS).items():
        refused = [answer for answer in answers if not answer.allowed and not answer.right.optional]
        optional = [answer for answer in answers if not answer.allowed and answer.right.optional]
        if refused:
            first = refused[0]
            command = f"kubectl --context {contexts.get(region)} auth can-i {first.right.verb} {_resource(first)}"
            command += f" -n {first.namespace}" if first.namespace else ""
            remedy = Remedy("Bind the read-only ClusterRole of docs/security.md to the context's user.", command)
            message = f"{len(refused)} of {len(answers)} rights are missing: {_told(refused)}"
            yield Finding("rights", Outcome.FAIL, message, region, _rows(refused), remedy)
        else:
            yield _all_there("rights", sum(not answer.right.optional for answer in answers), region)
        if optional:
            serves = " and ".join(dict.fromkeys(answer.right.serves for answer in optional))
            message = f"{_named(optional)} is missing: {serves} stays unknown"
            yield Finding("optional rights", Outcome.WARN, message, region, _rows(optional))


def _all_there(subject: str, count: int, region: str | None = None) -> Finding:
    """`count`: rights that are needed and there; of none nothing is known."""
    if not count:
        return Finding(subject, Outcome.UNKNOWN, "no right that is needed was asked for", region)
    return Finding(subject, Outcome.PASS, f"all {count} that are needed", region)


def _version(coder: CoderRights) -> Finding:
    subject, evidence = "Coder's version", (("version", coder.version),)
    if not coder.requirements:
        return Finding(subject, Outcome.NOT_APPLICABLE, "nothing of it is needed", None, evidence)
    older = [one for one in coder.requirements if is_older(coder.version, one.least)]
    if older:
        needs = ", ".join(f"{one.version} is needed for {one.serves}" for one in older)
        remedy = Remedy("Update Coder, or expect these lines to stay unknown.")
        return Finding(subject, Outcome.WARN, f"{coder.version} is too old: {needs}", None, evidence, remedy)
    if any(is_older(coder.version, one.least) is None for one in coder.requirements):
        return Finding(subject, Outcome.UNKNOWN, f"{coder.version} tells no release", None, evidence)
    return Finding(subject, Outcome.PASS, f"{coder.version} has all that is asked of it", None, evidence)


def _of_coder(coder: CoderRights) -> Iterator[Finding]:
    """One for each right that is missing, with all organisations where it is."""
    where: dict[CoderRight, list[str]] = {}
    for answer in coder.answers:
        if not answer.allowed:
            where.setdefault(answer.right, []).append(answer.organization)
    if all(right.optional for right in where):
        yield _all_there("rights at Coder", sum(not answer.right.optional for answer in coder.answers))
    remedy = Remedy("Give the token's user a role that has it: docs/security.md names those that have all.")
    for right, places in where.items():
        subject = "optional right at Coder" if right.optional else "rights at Coder"
        outcome = Outcome.WARN if right.optional else Outcome.FAIL
        message = right.without(", ".join(filter(None, places)))
        rows = (("right", f"read {right.resource}"), ("without it unknown", right.serves))
        yield Finding(subject, outcome, message, None, rows, remedy)


def _licence(coder: CoderRights) -> Finding:
    subject = "Coder's licence"
    missing = [one for one in coder.features if not one.enabled]
    needed = [one for one in missing if not one.optional]
    if not coder.features:
        return Finding(subject, Outcome.NOT_APPLICABLE, "nothing of it is needed")
    if not missing:
        return Finding(subject, Outcome.PASS, "it has all that is asked for")
    told = ", ".join(f"{one.name} ({one.serves})" for one in needed or missing)
    rows = tuple((one.name, one.serves) for one in missing)
    remedy = Remedy("Ask whoever keeps Coder's licence, or leave out of the settings what it does not have.")
    outcome = Outcome.FAIL if needed else Outcome.WARN
    return Finding(subject, outcome, f"it does not switch on {told}", None, rows, remedy)


def _told(answers: Sequence[RightAnswer]) -> str:
    """Each verb and kind once, with all its namespaces."""
    where: dict[str, list[str]] = {}
    for answer in answers:
        where.setdefault(f"{answer.right.verb} {_resource(answer)}", []).append(answer.namespace)
    return "; ".join(
        f"{what} in {', '.join(spaces)}" if (spaces := list(filter(None, places))) else what
        for what, places in where.items()
    )


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
    return tuple((_named([answer]), answer.right.serves) for answer in answers)


CHECK = Check(
    id="rights-suffice",
    title="Our token may read all that is needed",
    needs=(),
    helps=(RIGHTS, CODER_RIGHTS),
    judge=judge,
)
