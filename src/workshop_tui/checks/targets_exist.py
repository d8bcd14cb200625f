"""Everything that the settings name is there.

What: Looks for each region's kube context, namespaces, labels (at least one server, and provisioners at the control
plane), domain and wildcard, and for the organisations and smoke-test templates that the settings name at Coder. What is
missing stands in one place, with the setting that names it.

Why: One wrong name makes many lines fail or fall silent, each in its own words, and an absent namespace looks like an
empty one.

Fix: Correct the setting, or make what it names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workshop_tui.checks.shared.check import Check
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import CODER_TARGETS, TARGETS
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.target import Target
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    for region in settings.region:
        targets = facts.get(TARGETS, region.name)
        if targets is not None:
            yield _judge_targets(targets, region)
    of_coder = facts.get(CODER_TARGETS)
    if of_coder is not None:
        regions = {region.name for region in settings.region}
        strays = dict.fromkeys(one.region for one in settings.smoke.target if one.region not in regions)
        said = "no region of the settings has this name"
        unplaced = (Target("smoke.target.region", name, there=False, said=said) for name in strays)
        yield _judge_targets((*of_coder, *unplaced), None)


def _judge_targets(targets: Sequence[Target], region: Region | None) -> Finding:
    subject = "targets" if region else "targets at Coder"
    name = region.name if region else None
    evidence = tuple((f"{one.setting} = {one.named}", _state(one)) for one in targets)
    if not targets:
        what = "no context, domain or wildcard" if region else "no organisation and no smoke-test template"
        return Finding(subject, Outcome.NOT_APPLICABLE, f"the settings name {what}", name)
    missing = [one for one in targets if one.there is False]
    unseen = [one for one in targets if one.there is None]
    if missing:
        message = f"{len(missing)} of {len(targets)} missing: {_listed(missing)}"
        return Finding(subject, Outcome.FAIL, message, name, evidence, _remedy(missing, region))
    if unseen:
        why = next((one.said for one in unseen if one.setting == "context"), unseen[0].said)
        message = f"{len(unseen)} of {len(targets)} cannot be looked at: {why}"
        return Finding(subject, Outcome.UNKNOWN, message, name, evidence)
    return Finding(subject, Outcome.PASS, f"{len(targets)} of {len(targets)} are there", name, evidence)


def _state(target: Target) -> str:
    state = {True: "there", False: "missing", None: "unknown"}[target.there]
    return f"{state}: {target.said}" if target.said else state


def _listed(missing: Sequence[Target]) -> str:
    return ", ".join(f"{one.setting} = {one.named}" for one in missing)


def _remedy(missing: Sequence[Target], region: Region | None) -> Remedy:
    where = f" of the region {region.name}" if region else ""
    wrong = "; ".join(f"{one.setting} = {one.named} ({one.said})" for one in missing)
    return Remedy(f"Correct in the settings{where}, or make what is named: {wrong}.", _command(missing[0], region))


def _command(first: Target, region: Region | None) -> str | None:
    """Shows what there is to choose from."""
    if region is None:
        return {"smoke.target.template": "coder templates list", "smoke.target.region": None}.get(
            first.setting, "coder organizations show"
        )
    if first.setting == "context":
        return "kubectl config get-contexts"
    if first.setting.startswith("namespaces."):
        return f"kubectl --context {region.context} get namespaces"
    if first.setting.startswith("selectors."):
        return f"kubectl --context {region.context} get pods --all-namespaces --show-labels"
    return f"dig +short {first.named.replace('*', 'workshop-probe', 1)}"


CHECK = Check(
    id="targets-exist",
    title="Everything that the settings name is there",
    needs=(),
    helps=(TARGETS, CODER_TARGETS),
    judge=judge,
)
