"""Finds what disturbs the workshop's window in what the sources and the settings say."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from itertools import islice

from workshop_tui.checks.shared.consolidation_hazard import of_consolidation
from workshop_tui.checks.shared.credential_ends import credential_ends
from workshop_tui.checks.shared.gateway_key_remedy import renew_key
from workshop_tui.checks.shared.own_credentials_hazard import of_own_credentials
from workshop_tui.duration_text import read_duration
from workshop_tui.model.cron import parse_schedule
from workshop_tui.model.facts import Facts
from workshop_tui.model.finding import Remedy
from workshop_tui.model.gateway import GatewayKey, rotation_period
from workshop_tui.model.hazard import NEAR, SHOWN, Hazard, next_in, opens_at, outcome_of
from workshop_tui.model.kinds import (
    CRON_JOBS,
    GATEWAY_KEY,
    KARPENTER,
    OWN_CREDENTIALS,
    PROVIDER_CREDENTIALS,
    ROUTES,
    WORKSPACES,
)
from workshop_tui.model.kubernetes import CronJob
from workshop_tui.model.outcome import badness
from workshop_tui.model.workshop import Workshop
from workshop_tui.settings.settings import Settings

HAZARD_SOURCES = (GATEWAY_KEY, PROVIDER_CREDENTIALS, OWN_CREDENTIALS, ROUTES, CRON_JOBS, KARPENTER, WORKSPACES)
_MOST_RUNS = 12
_EVERY = "@every "
_RunsFrom = Callable[[datetime], Iterator[datetime]]
"""When something runs, from a moment on."""


def find_hazards(facts: Facts, settings: Settings) -> tuple[Hazard, ...]:
    """From an hour before to an hour after the workshop, the worst and earliest first; none without a workshop."""
    workshop = facts.workshop
    if workshop is None:
        return ()
    begins, ends = workshop.starts_at - SHOWN, workshop.ends_at + SHOWN
    found = [
        *_of_key(facts, settings, workshop, begins, ends),
        *_of_credentials(facts, settings, ends),
        *of_own_credentials(facts, settings, ends),
        *_of_periods(settings, workshop),
        *_of_certificates(facts, ends),
        *_of_cron_jobs(facts, settings, workshop, begins, ends),
        *_of_nodes(facts, settings, begins, ends),
        *of_consolidation(facts, settings, workshop),
        *_of_autostop(facts, begins, ends),
        *_of_other_workshops(facts, begins, ends),
    ]
    return tuple(sorted(found, key=lambda hazard: (badness(outcome_of(hazard, workshop)), hazard.at or begins)))


def pause_rotation(settings: Settings) -> Remedy:
    region, rotator, command = settings.gateway_region, settings.gateway.rotator, None
    if region is not None and region.context is not None and rotator:
        kubectl = f"kubectl --context {shlex.quote(region.context)} -n {shlex.quote(region.namespaces.gateway)}"
        command = f"{kubectl} scale deploy/{rotator} --replicas=0"
    return Remedy("Pause the rotation until the workshop has ended.", command)


def _of_key(facts: Facts, settings: Settings, workshop: Workshop, begins: datetime, ends: datetime) -> Iterator[Hazard]:
    key: GatewayKey | None = facts.get(GATEWAY_KEY)
    if key is None:
        return
    told_by = "the gateway's key information"
    if key.expires_at is not None and key.expires_at <= ends:
        remedy = renew_key(settings, facts.now, workshop)
        yield Hazard("gateway key expires", key.expires_at, told_by, lasting=True, remedy=remedy)
    every = rotation_period(key.rotation_interval)
    if not key.auto_rotate or every is None:
        return
    what = "gateway key rotates"
    if key.last_rotation_at is None:
        yield _by_chance(what, every, told_by, pause_rotation(settings), workshop)
        return
    for at in _few(_every(key.last_rotation_at, every, ends), begins, workshop):
        yield Hazard(what, at, told_by, every=every, remedy=pause_rotation(settings))


def _by_chance(what: str, every: timedelta, told_by: str, remedy: Remedy, workshop: Workshop) -> Hazard:
    window = workshop.ends_at - opens_at(workshop)
    return Hazard(what, None, told_by, every=every, chance=min(1.0, window / every), remedy=remedy)


def _of_periods(settings: Settings, workshop: Workshop) -> Iterator[Hazard]:
    for period in settings.hazards.period:
        remedy = Remedy(period.advice or f"Pause {period.name} until the workshop has ended.", period.command)
        every = timedelta(hours=period.every_h)
        yield _by_chance(period.name, every, "the settings", remedy, workshop)


def _of_credentials(facts: Facts, settings: Settings, ends: datetime) -> Iterator[Hazard]:
    by_name = {credential.name: credential for credential in settings.gateway.credential}
    for secret in facts.get(PROVIDER_CREDENTIALS) or ():
        credential = by_name.get(secret.name)
        told = credential_ends(secret.metadata, credential) if credential is not None else []
        if told and told[0][0] <= ends:
            remedy = Remedy("Renew the credential at the provider before the workshop.")
            yield Hazard(f"{secret.name} credential ends", told[0][0], told[0][1], lasting=True, remedy=remedy)


def _of_certificates(facts: Facts, ends: datetime) -> Iterator[Hazard]:
    for region, probes in facts.by_region(ROUTES).items():
        for probe in probes:
            if probe.certificate_expires_at is not None and probe.certificate_expires_at <= ends:
                remedy = Remedy(f"Renew the certificate of {probe.host}.")
                what = f"certificate of {probe.host} expires"
                yield Hazard(what, probe.certificate_expires_at, "its probe", region, lasting=True, remedy=remedy)


def _of_cron_jobs(
    facts: Facts, settings: Settings, workshop: Workshop, begins: datetime, ends: datetime
) -> Iterator[Hazard]:
    contexts = {region.name: region.context for region in settings.region}
    for region, jobs in facts.by_region(CRON_JOBS).items():
        for job in jobs:
            if job.suspended or not any(fnmatchcase(job.name, pattern) for pattern in settings.hazards.cron_jobs):
                continue
            patch = """-p '{"spec":{"suspend":true}}'"""
            command = f"kubectl --context {contexts.get(region)} -n {job.namespace} patch cronjob {job.name} {patch}"
            remedy = Remedy("Suspend it until the workshop has ended.", command)
            what, told_by = f"CronJob {job.name} runs", f"its schedule {job.schedule}"
            try:
                runs = _few(_runs(job, ends), begins, workshop)
            except ValueError as error:
                why = f'its schedule "{job.schedule}" cannot be read: {error}'
                yield Hazard(what, None, told_by, region, unknown=why, remedy=remedy)
                continue
            yield from (Hazard(what, at, told_by, region, remedy=remedy) for at in runs)


def _runs(job: CronJob, ends: datetime) -> _RunsFrom:
    """Until `ends`. Raises `ValueError`. The cluster's own zone is taken to be UTC."""
    every = read_duration(job.schedule.removeprefix(_EVERY)) if job.schedule.startswith(_EVERY) else None
    if not every:
        schedule = parse_schedule(job.schedule, job.timezone)
        return lambda begins: schedule.between(begins, ends)
    if job.last_at is None:
        raise ValueError("it has not run yet")
    return _every(job.last_at, every, ends)


def _every(last: datetime, every: timedelta, ends: datetime) -> _RunsFrom:
    def runs_from(begins: datetime) -> Iterator[datetime]:
        at = next_in(last, every, begins)
        while at <= ends:
            yield at
            at += every

    return runs_from


def _few(runs_from: _RunsFrom, begins: datetime, workshop: Workshop) -> list[datetime]:
    """At most `_MOST_RUNS`; of what runs more often those that disturb most, in the workshop, else near it."""
    runs = list(islice(runs_from(begins), _MOST_RUNS + 1))
    if len(runs) <= _MOST_RUNS:
        return runs
    opens = opens_at(workshop)
    nearest = (list(islice(runs_from(start), _MOST_RUNS)) for start in (opens, opens - NEAR))
    return next(filter(None, nearest), runs[:_MOST_RUNS])


def _of_nodes(facts: Facts, settings: Settings, begins: datetime, ends: datetime) -> Iterator[Hazard]:
    """Karpenter drains a node that has expired, whatever runs on it."""
    contexts = {region.name: region.context for region in settings.region}
    for region, karpenter in facts.by_region(KARPENTER).items():
        for pool in karpenter.pools:
            every = read_duration(pool.expire_after)
            if every is None:
                continue
            born = [claim.created_at for claim in karpenter.claims if claim.pool == pool.name and claim.created_at]
            due = sorted(at + every for at in born if begins <= at + every <= ends)
            if due:
                kubectl = f"kubectl --context {contexts.get(region)}"
                remedy = Remedy(
                    "Replace these nodes before the workshop: delete their claims one after another.",
                    f"{kubectl} get nodeclaims -l karpenter.sh/nodepool={pool.name}",
                )
                what = f"{len(due)} {'nodes' if len(due) > 1 else 'node'} of {pool.name} expire"
                yield Hazard(what, due[0], f"expireAfter {pool.expire_after}", region, remedy=remedy)


def _of_autostop(facts: Facts, begins: datetime, ends: datetime) -> Iterator[Hazard]:
    stopping = [
        (workspace.deadline_at, f"{workspace.owner}/{workspace.name}")
        for workspace in facts.get(WORKSPACES) or ()
        if workspace.deadline_at is not None
        and workspace.status == "running"
        and not workspace.prebuild
        and begins <= workspace.deadline_at <= ends
    ]
    if stopping:
        remedy = Remedy("Raise the time to live of these workspaces, or of the template's schedule.")
        yield Hazard(
            f"autostop of {_named([name for _, name in sorted(stopping)])}",
            min(at for at, _ in stopping),
            "their deadlines in Coder",
            gentle=True,
            remedy=remedy,
        )


def _named(names: Iterable[str]) -> str:
    every = list(names)
    return ", ".join(every[:3]) + (f" and {len(every) - 3} more" if len(every) > 3 else "")


def _of_other_workshops(facts: Facts, begins: datetime, ends: datetime) -> Iterator[Hazard]:
    for other in facts.records.others if facts.records else ():
        if other.starts_at <= ends and begins <= other.ends_at:
            at = max(begins, other.starts_at)
            yield Hazard(
                f'workshop "{other.title}"', at, "the list of workshops", remedy=Remedy("Move one of the two.")
            )
