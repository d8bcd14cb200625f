"""Organisations and templates that the settings name, looked for at Coder."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from workshop_tui.clients.coder import CoderClient, OrganizationWire
from workshop_tui.clients.coder_own import CoderOwn, MayRead
from workshop_tui.clients.coder_templates import TemplateWire, templates_meant
from workshop_tui.errors import SourceError
from workshop_tui.model.coder_rights import ALL_ORGANIZATIONS, ALL_TEMPLATES, CoderRight
from workshop_tui.model.kinds import CODER_TARGETS
from workshop_tui.model.source import SourceKind
from workshop_tui.model.target import Target
from workshop_tui.settings.settings import Settings

Found = TypeVar("Found")
_RIGHTS = (ALL_ORGANIZATIONS, ALL_TEMPLATES)


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
    own: CoderOwn
    settings: Settings
    interval_s: float = 120
    timeout_s: float = 20
    region: None = None
    kind: SourceKind[tuple[Target, ...]] = CODER_TARGETS

    async def collect(self) -> tuple[Target, ...]:
        organizations, templates, hidden = await asyncio.gather(
            _or_error(self.client.organizations()), _or_error(self.client.templates()), _or_error(self._hidden())
        )
        told = hidden if isinstance(hidden, dict) else dict.fromkeys(_RIGHTS, str(hidden))
        return (
            *self._organizations(organizations, told[ALL_ORGANIZATIONS]),
            *self._templates(templates, told[ALL_TEMPLATES]),
        )

    async def _hidden(self) -> dict[CoderRight, str]:
        """Why what a list does not show may be there nevertheless; empty where it shows all."""
        allowed = await self.own.allowed([MayRead(right.resource) for right in _RIGHTS])
        return {right: "" if allowed[MayRead(right.resource)] else right.without() for right in _RIGHTS}

    def _organizations(self, shown: Sequence[OrganizationWire] | SourceError, hidden: str) -> Iterator[Target]:
        for name, setting in named_organizations(self.settings).items():
            if isinstance(shown, SourceError):
                yield Target(setting, name, None, shown.message)
            elif name.casefold() in {one.name.casefold() for one in shown}:
                yield Target(setting, name, there=True)
            else:
                yield _not_shown(setting, name, "Coder shows no such organisation", hidden)

    def _templates(self, shown: Sequence[TemplateWire] | SourceError, hidden: str) -> Iterator[Target]:
        setting = "smoke.target.template"
        for name in named_templates(self.settings):
            if isinstance(shown, SourceError):
                yield Target(setting, name, None, shown.message)
            elif not any(one.name == name for one in shown):
                yield _not_shown(setting, name, "Coder shows no such template", hidden)
            else:
                said = _wrong_with(shown, name, self.settings.coder.organizations)
                yield Target(setting, name, not said, said)


def _not_shown(setting: str, name: str, said: str, hidden: str) -> Target:
    return Target(setting, name, None if hidden else False, f"{said}, but {hidden}" if hidden else said)


def _wrong_with(shown: Sequence[TemplateWire], name: str, organizations: Sequence[str]) -> str:
    """Nothing for a template that people of these organisations can start; no organisation means all."""
    usable = templates_meant(shown, name, organizations)
    if not usable:
        elsewhere = next(one.organization_name for one in shown if one.name == name)
        return f"it is of {elsewhere}, which coder.organizations does not name"
    if len(usable) > 1:
        places = ", ".join(sorted(one.organization_name for one in usable))
        return f"it is in {places}: name one in coder.organizations"
    return "it is deprecated: nobody can start it" if usable[0].deprecated else ""


async def _or_error(asked: Awaitable[Found]) -> Found | SourceError:
    """One list that cannot be read leaves the other to be judged."""
    try:
        return await asked
    except SourceError as error:
        return error
