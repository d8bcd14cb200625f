"""Coder's accounts, and the organisation of the workshop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workshop_tui.clients.coder import CoderClient, OrganizationWire
from workshop_tui.clients.coder_accounts import CoderAccounts, UserWire
from workshop_tui.clients.coder_own import CoderOwn
from workshop_tui.collectors.who_sees import WhoSees
from workshop_tui.model.coder_rights import ALL_MEMBERS, ALL_USERS
from workshop_tui.model.kinds import ACCOUNTS
from workshop_tui.model.sign_in import Account, Accounts, address_key
from workshop_tui.model.source import SourceKind
from workshop_tui.settings.settings import Settings


def wanted_organization(settings: Settings) -> str | None:
    """The one that the settings name for people to work in."""
    return settings.sign_in.organization or next(iter(settings.coder.organizations), None)


def workshop_organization(organizations: Sequence[OrganizationWire], wanted: str | None) -> OrganizationWire | None:
    """The wanted one, else Coder's default one, else the only one that our token sees."""
    if wanted is not None:
        return next((one for one in organizations if one.name.casefold() == wanted.casefold()), None)
    only = organizations[0] if len(organizations) == 1 else None
    return next((one for one in organizations if one.is_default), only)


@dataclass(frozen=True)
class AccountsSource:
    coder: CoderClient
    accounts: CoderAccounts
    own: CoderOwn
    wanted: str | None
    interval_s: float = 300
    timeout_s: float = 60
    region: None = None
    kind: SourceKind[Accounts] = ACCOUNTS

    async def collect(self) -> Accounts:
        organizations = await self.coder.organizations()
        chosen = workshop_organization(organizations, self.wanted)
        rights = (ALL_USERS,) if chosen is None else (ALL_USERS, ALL_MEMBERS)
        await WhoSees(self.own, self.coder, (chosen.name,) if chosen else ()).prove(*rights)
        users = await self.accounts.users()
        names = {one.id: one.name for one in organizations}
        return Accounts(
            organization=chosen.name if chosen else self.wanted or "",
            organization_there=chosen is not None,
            everybody=tuple(_account(user, names) for user in users),
        )


def _account(wire: UserWire, names: dict[str, str]) -> Account:
    there = tuple(names[known] for known in wire.organization_ids or () if known in names)
    return Account(wire.username.casefold(), address_key(wire.email), wire.status, there)
