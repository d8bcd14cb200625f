"""Enough provisioners are connected for everybody to start at once.

What: Counts the provisioners that Coder sees connected in each organisation and that may take the jobs of the
workshop's templates, by the tags of both, and compares the default one's with the table for the expected people (the
higher row where ranges meet), the others' with their own number. The workshop's templates are those that smoke.target
names, else all that people can start there; tags that a template takes from parameters are not seen. Fails for a
template whose jobs nobody may take; where the tags cannot be read enough is unknown. A queue that waits before anybody
has come is told as well.

Why: A replica that runs but is not connected builds nothing, nor does one with other tags: the job then waits for ever.
On 30 September 2024 six stood against a table that says eight.

Fix: Scale the provisioners' deployment the day before, and look at their log where they run without being connected.
Give provisioners and templates the same tags.
"""

from __future__ import annotations

from collections.abc import Iterator

from workshop_tui.checks.shared.check import Check
from workshop_tui.model.coder import ProvisionerPool
from workshop_tui.model.duration import short
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Finding, Remedy
from workshop_tui.model.kinds import PODS, PROVISIONERS
from workshop_tui.model.outcome import Outcome
from workshop_tui.model.pods import Pods
from workshop_tui.model.selector import matches
from workshop_tui.model.workload import workload_of
from workshop_tui.settings.region import Region
from workshop_tui.settings.settings import Settings

_TAGS = Remedy("Start provisioners with the template's tags, or push the template with theirs.")


def judge(facts: Facts, settings: Settings) -> Iterator[Finding]:
    pools = facts.get(PROVISIONERS)
    if pools is None:
        return
    for pool in pools:
        if pool.hidden:
            remedy = Remedy("Give the token's user one of these roles; docs/security.md has all that are needed.")
            yield Finding(pool.organization, Outcome.UNKNOWN, pool.hidden, None, (), remedy)
        else:
            yield from _judge_pool(pool, facts, settings)


def wanted_provisioners(people: int, settings: Settings) -> int:
    """By the table, for the default organisation."""
    return max(count for least, count in settings.thresholds.provisioners if people >= least)


def _judge_pool(pool: ProvisionerPool, facts: Facts, settings: Settings) -> Iterator[Finding]:
    people = facts.workshop.expected_people if facts.workshop else None
    named = {name.casefold(): count for name, count in settings.coder.provisioners.items()}
    said = named.get(pool.organization.casefold())
    if said is not None:
        wanted, origin = said, "the settings"
    elif not pool.is_default:
        wanted, origin = settings.thresholds.other_provisioners, "for an organisation beside the default one"
    elif people is not None:
        wanted, origin = wanted_provisioners(people, settings), f"the table for {people} people"
    else:
        wanted, origin = wanted_provisioners(0, settings), "the table's least, since no workshop is chosen"
    evidence = (
        ("connected", f"{pool.connected} ({pool.idle} idle, {pool.busy} busy)"),
        *((("may not take the jobs", str(pool.others)),) if pool.others else ()),
        ("offline", str(pool.offline)),
        ("wanted", f"{wanted} by {origin}" if origin != "the settings" else f"{wanted} by the settings"),
        ("waiting jobs", pool.pending),
    )
    message = f"{pool.connected} connected, {wanted} needed"
    if pool.connected < wanted:
        message += f"; {pool.others} more may not take the templates' jobs" if pool.others else ""
        remedy = _scale(pool, facts, settings, wanted)
        yield Finding(pool.organization, Outcome.FAIL, message, None, evidence, remedy)
    elif pool.unproven:
        message = f"{pool.connected} connected, but which may take the jobs is not known: {pool.unproven}"
        yield Finding(pool.organization, Outcome.UNKNOWN, message, None, evidence)
    elif not wanted and not pool.connected:
        message = f"none is connected, and none is needed by {origin}"
        yield Finding(pool.organization, Outcome.NOT_APPLICABLE, message, None, evidence)
    else:
        yield Finding(pool.organization, Outcome.PASS, message, None, evidence)
    for template in pool.nobody_for:
        message = "no connected provisioner may take its jobs: they would wait for ever"
        yield Finding(f"{pool.organization} {template}", Outcome.FAIL, message, None, evidence, _TAGS)
    if facts.workshop is not None and facts.now < facts.workshop.starts_at and pool.pending_jobs:
        age = f", the oldest for {short(facts.now - pool.oldest_pending_at)}" if pool.oldest_pending_at else ""
        message = f"{pool.pending} {'jobs wait' if pool.pending_jobs > 1 else 'job waits'}{age}"
        yield Finding(f"{pool.organization} queue", Outcome.WARN, message)
    if len(pool.versions) > 1:
        message = f"they run different versions: {', '.join(pool.versions)}"
        yield Finding(f"{pool.organization} versions", Outcome.WARN, message)


def _scale(pool: ProvisionerPool, facts: Facts, settings: Settings, wanted: int) -> Remedy:
    text = f"Scale the provisioners of {pool.organization} to {wanted}; if they run already, look at their log."
    for region in settings.region:
        for workload, namespace in _workloads(facts.get(PODS, region.name), region):
            if pool.organization in workload or (pool.is_default and "default" in workload):
                return Remedy(text, _command(region, namespace, workload, wanted))
    for region in settings.region:
        for workload, namespace in _workloads(facts.get(PODS, region.name), region):
            return Remedy(text, _command(region, namespace, workload, wanted))
    return Remedy(text)


def _command(region: Region, namespace: str, workload: str, wanted: int) -> str:
    return f"kubectl --context {region.context} -n {namespace} scale {workload} --replicas={wanted}"


def _workloads(pods: Pods | None, region: Region) -> dict[tuple[str, str], None]:
    """(`deployment/name`, namespace) of what keeps the provisioner pods."""
    found: dict[tuple[str, str], None] = {}
    for pod in pods.others if pods else ():
        if pod.namespace not in region.namespaces.provisioners or not matches(
            region.selectors.provisioners, pod.labels
        ):
            continue
        if workload := workload_of(pod):
            found[workload, pod.namespace] = None
    return found


CHECK = Check(
    id="provisioners-suffice",
    title="Enough provisioners are connected",
    needs=(PROVISIONERS,),
    helps=(PODS,),
    judge=judge,
)
