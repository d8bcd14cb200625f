"""Whether our token sees all of something at Coder, asked of Coder itself: its lists never say what they leave out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workshop_tui.clients.coder import CoderClient, OrganizationWire
from workshop_tui.clients.coder_own import CoderOwn, MayRead
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.coder_rights import CoderRight, CoderRightAnswer

_EVERYWHERE = (OrganizationWire("", ""),)


def chosen_organizations(every: Sequence[OrganizationWire], wanted: Sequence[str]) -> list[OrganizationWire]:
    """The wanted ones, or all that the token sees. Raises `SourceError` when Coder does not show one."""
    names = {name.casefold() for name in wanted}  # as Coder compares them
    chosen = [one for one in every if not names or one.name.casefold() in names]
    shown = {one.name.casefold() for one in chosen}
    missing = [name for name in wanted if name.casefold() not in shown]
    if missing:
        raise SourceError(ErrorKind.NOT_FOUND, f"Coder shows no organisation {', '.join(missing)}")
    return chosen


@dataclass(frozen=True)
class WhoSees:
    """`wanted`: the settings' organisations; empty for all that the token sees."""

    own: CoderOwn
    coder: CoderClient
    wanted: tuple[str, ...]

    async def organizations(self) -> list[OrganizationWire]:
        """Raises `SourceError`, also when there is none: what is asked of none is answered by nothing."""
        chosen = chosen_organizations(await self.coder.organizations(), self.wanted)
        if not chosen:
            raise SourceError(ErrorKind.FORBIDDEN, "Coder shows the token no organisation: add its user to one")
        return chosen

    async def answers(self, rights: Sequence[CoderRight]) -> list[CoderRightAnswer]:
        """One for each organisation where a right is asked so. Raises `SourceError`."""
        organizations = await self.organizations() if any(right.in_organization for right in rights) else []
        places = [
            (right, one.name, one.id)
            for right in rights
            for one in (organizations if right.in_organization else _EVERYWHERE)
        ]
        asked = {MayRead(right.resource, place_id) for right, _, place_id in places}
        everywhere = {MayRead(right.resource) for right in rights}
        allowed = await self.own.allowed([*everywhere, *sorted(asked - everywhere, key=str)])
        return [
            CoderRightAnswer(
                right, name, allowed[MayRead(right.resource)] or allowed[MayRead(right.resource, place_id)]
            )
            for right, name, place_id in places
        ]

    async def prove(self, *rights: CoderRight) -> None:
        """Raises `SourceError` when a list of these things may leave some out."""
        for answer in await self.answers(rights):
            if not answer.allowed:
                raise SourceError(ErrorKind.FORBIDDEN, answer.right.without(answer.organization))
