"""Which tags the jobs of the workshop's templates have, organisation by organisation."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from workshop_tui.clients.coder import CoderClient
from workshop_tui.clients.coder_templates import TemplateWire, templates_meant
from workshop_tui.errors import SourceError
from workshop_tui.model.provisioner_tags import Tags, tags_of

_KEPT_S = 60.0


@dataclass(frozen=True)
class JobsOfTemplates:
    by_template: Mapping[str, Tags] = field(default_factory=dict)
    """Template's name -> the tags of its jobs; none where nobody can start anything."""
    unknown: str = ""
    """Why they are not known."""


@dataclass(frozen=True)
class TemplateJobs:
    """`named`: those of the workshop; in an organisation that has none of them all count that people can start.

    Where no organisation has any of them nothing is known.
    What a version says is kept for a minute.
    """

    client: CoderClient
    named: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    """As the settings name them: of two templates with one name the first organisation's is meant."""
    _by_version: dict[str, tuple[float, Tags]] = field(default_factory=dict)
    """Version's id -> when it was asked, of the monotonic clock in seconds, and its tags."""

    async def by_organization(self, organizations: Sequence[str]) -> dict[str, JobsOfTemplates]:
        """Raises nothing: what cannot be read is unknown with its reason."""
        try:
            every = [one for one in await self.client.templates() if not one.deprecated]
        except SourceError as error:
            unknown = JobsOfTemplates(unknown=f"the templates cannot be read: {error.message}")
            return dict.fromkeys(organizations, unknown)
        meant = [one for name in self.named for one in templates_meant(every, name, self.organizations)]
        if self.named and not meant:
            unknown = JobsOfTemplates(unknown=f"Coder shows no template {' or '.join(self.named)}")
            return dict.fromkeys(organizations, unknown)
        return {name: await self._of(name, every, meant) for name in organizations}

    async def _of(
        self, organization: str, every: Sequence[TemplateWire], meant: Sequence[TemplateWire]
    ) -> JobsOfTemplates:
        def here(templates: Sequence[TemplateWire]) -> list[TemplateWire]:
            return [one for one in templates if one.organization_name.casefold() == organization.casefold()]

        named = here(meant)
        found: dict[str, Tags] = {}
        for template in named or here(every):
            try:
                found[template.name] = await self._tags(template)
            except SourceError as error:
                return JobsOfTemplates(unknown=f"the tags of {template.name}'s jobs cannot be read: {error.message}")
        if any(("scope", "user") in tags for tags in found.values()):
            return JobsOfTemplates(unknown="jobs go to provisioners of each person's own (scope=user)")
        if not named and len(set(found.values())) > 1:
            unknown = "its templates want provisioners with different tags: name the workshop's in smoke.target"
            return JobsOfTemplates(unknown=unknown)
        return JobsOfTemplates(found)

    async def _tags(self, template: TemplateWire) -> Tags:
        version = template.active_version_id
        now_s = time.monotonic()
        asked_s, tags = self._by_version.get(version, (-math.inf, frozenset()))
        if now_s - asked_s >= _KEPT_S:
            tags = tags_of(await self.client.job_tags(version))
            self._by_version[version] = (now_s, tags)
        return tags
