"""Provisioners and their queue, organisation by organisation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workshop_tui.clients.coder import MOST_JOBS, CoderClient, DaemonWire, OrganizationWire, PendingJobWire
from workshop_tui.collectors.template_jobs import JobsOfTemplates, TemplateJobs
from workshop_tui.collectors.together import together
from workshop_tui.collectors.who_sees import WhoSees
from workshop_tui.collectors.wire_time import parse_time
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.coder import ProvisionerPool
from workshop_tui.model.coder_rights import PROVISIONER_JOBS, PROVISIONERS_SINCE, is_older
from workshop_tui.model.kinds import PROVISIONERS
from workshop_tui.model.provisioner_tags import Tags, in_words, may_take, tags_of
from workshop_tui.model.source import SourceKind

_CONNECTED = ("idle", "busy")


@dataclass(frozen=True)
class ProvisionersSource:
    """Of each organisation that the token may read, those that may take the jobs of the workshop's templates; where it
    may not, the pool says so.
    """

    client: CoderClient
    who: WhoSees
    templates: TemplateJobs
    interval_s: float
    timeout_s: float = 15
    region: None = None
    kind: SourceKind[tuple[ProvisionerPool, ...]] = PROVISIONERS

    async def collect(self) -> tuple[ProvisionerPool, ...]:
        answers = await self.who.answers([PROVISIONER_JOBS])
        allowed = {answer.organization for answer in answers if answer.allowed}
        organizations = await self.who.organizations()
        if any(one.name not in allowed for one in organizations):
            await self._say_when_too_old()
        seen = [one for one in organizations if one.name in allowed]
        try:
            jobs = await self.templates.by_organization([one.name for one in seen]) if seen else {}
            return tuple(
                await together(
                    self._pool(one, jobs[one.name]) if one.name in allowed else _hidden(one) for one in organizations
                )
            )
        except SourceError as error:
            if error.kind is ErrorKind.NOT_FOUND:
                await self._say_when_too_old()
            raise

    async def _say_when_too_old(self) -> None:
        """Raises `SourceError` for a server that knows neither the right nor the question yet."""
        version, since = await self.client.version(), PROVISIONERS_SINCE
        if is_older(version, since.least):
            words = f"Coder {version} does not tell its provisioners and their queue: it needs {since.version}"
            raise SourceError(ErrorKind.NOT_FOUND, words)

    async def _pool(self, organization: OrganizationWire, wanted: JobsOfTemplates) -> ProvisionerPool:
        daemons = await self.client.provisioner_daemons(organization.id)
        jobs = await self.client.pending_jobs(organization.id)
        fitting, unproven = _that_may_take(wanted, daemons)
        connected = [daemon for daemon in fitting if daemon.status in _CONNECTED]
        others = sum(daemon.status in _CONNECTED for daemon in daemons) - len(connected)
        counts = Counter(daemon.status for daemon in fitting)
        cut = len(jobs) >= MOST_JOBS
        queue = jobs if unproven else [job for job in jobs if _waits_for(job, fitting, wanted)]
        waiting = [at for job in queue if (at := parse_time(job.created_at)) is not None]
        return ProvisionerPool(
            organization=organization.name,
            is_default=organization.is_default,
            idle=counts["idle"],
            busy=counts["busy"],
            offline=counts["offline"],
            versions=tuple(sorted({daemon.version for daemon in connected})),
            pending_jobs=len(queue),
            oldest_pending_at=None if cut else min(waiting, default=None),
            pending_cut=cut,
            others=others,
            nobody_for=() if unproven or not (connected or others) else tuple(_without_any(wanted, connected)),
            unproven=unproven,
        )


def _that_may_take(wanted: JobsOfTemplates, daemons: Sequence[DaemonWire]) -> tuple[list[DaemonWire], str]:
    """All of them, and why, where it is not known which; all also where there is no template and so no job."""
    every = list(daemons)
    if wanted.unknown or not wanted.by_template:
        return every, wanted.unknown
    if any(daemon.tags is None for daemon in every):
        return every, "Coder does not tell the provisioners' tags"
    return [daemon for daemon in every if any(_takes(daemon, tags) for tags in wanted.by_template.values())], ""


def _takes(daemon: DaemonWire, job: Tags) -> bool:
    return may_take(tags_of(daemon.tags or {}), job)


def _waits_for(job: PendingJobWire, daemons: Sequence[DaemonWire], wanted: JobsOfTemplates) -> bool:
    """Whether it is one of the templates' own, or takes a provisioner from them; one that tells no tags may be."""
    if job.tags is None or not wanted.by_template:
        return True
    tags = tags_of(job.tags)
    return tags in wanted.by_template.values() or any(_takes(daemon, tags) for daemon in daemons)


def _without_any(wanted: JobsOfTemplates, connected: Sequence[DaemonWire]) -> Iterator[str]:
    for template, tags in wanted.by_template.items():
        if not any(_takes(daemon, tags) for daemon in connected):
            yield f"{template} ({in_words(tags)})"


async def _hidden(organization: OrganizationWire) -> ProvisionerPool:
    hidden = PROVISIONER_JOBS.without(organization.name)
    return ProvisionerPool(organization.name, organization.is_default, 0, 0, 0, hidden=hidden)
