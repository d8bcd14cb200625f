"""Organisations and templates that the settings name, looked for at Coder."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from workshop_tui.clients.coder import CoderClient, OrganizationWire, TemplateWire
from workshop_tui.errors import SourceError
from workshop_tui.model.kinds import CODER_TARGETS
from workshop_tui.model.source import SourceKind
from workshop_tui.model.target import Target
from workshop_tui.settings import Settings

Found = TypeVar("Found")


def named_organizations(settings: Settings) -> dict[str, str]:
    """Name -> the first setting that has it."""
    coder, sign_in = settings.coder, settings.sign_in
    named = [("sign_in.organization", sign_in.organization)] if sign_in.organization else []
    named += [("coder.organizations", name) for name in coder.organizations]
    named += [("coder.provisioners", name) for name in coder.provisioners]
    return {str(name): setting for setting, name in reversed(named)}


def named_templates(settings: Settings) -> tuple[str, ...]:
    return tuple(dict.fromkeys(target.template for target in settings.smoke.target))


@dataclass(frozen=True)
class CoderTargetsSource:
    client: CoderClient
    settings: Settings
    interval_s: float = 120
    timeout_s: float = 20
    region: None = None
    kind: SourceKind[tuple[Target, ...]] = CODER_TARGETS

    async def collect(self) -> tuple[Target, ...]:
        organizations, templates = await asyncio.gather(
            _or_error(self.client.organizations()), _or_error(self.client.templates())
        )
        return (*self._organizations(organizations), *self._templates(templates))

    def _organizations(self, shown: Sequence[OrganizationWire] | SourceError) -> Iterator[Target]:
        for name, setting in named_organizations(self.settings).items():
            if isinstance(shown, SourceError):
                yield Target(setting, name, None, shown.message)
            else:
                there = name.casefold() in {one.name.casefold() for one in shown}
                yield Target(setting, name, there, "" if there else "Coder shows no such organisation")

    def _templates(self, shown: Sequence[TemplateWire] | SourceError) -> Iterator[Target]:
        wanted = {name.casefold() for name in self.settings.coder.organizations}
        for name in named_templates(self.settings):
            if isinstance(shown, SourceError):
                yield Target("smoke.target.template", name, None, shown.message)
                continue
            said = _wrong_with([one for one in shown if one.name == name], wanted)
            yield Target("smoke.target.template", name, not said, said)


def _wrong_with(found: Sequence[TemplateWire], organizations: set[str]) -> str:
    """Nothing for a template that people of these organisations can start; no organisation means all."""
    if not found:
        return "Coder shows no such template"
    usable = [one for one in found if not organizations or one.organization_name.casefold() in organizations]
    if not usable:
        return f"it is of {found[0].organization_name}, which coder.organizations does not name"
    return "it is deprecated: nobody can start it" if all(one.deprecated for one in usable) else ""


async def _or_error(asked: Awaitable[Found]) -> Found | SourceError:
    """One list that cannot be read leaves the other to be judged."""
    try:
        return await asked
    except SourceError as error:
        return error
