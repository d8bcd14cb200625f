"""Coder's accounts, and the organisation of the workshop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from workshop_tui.clients.coder import CoderClient, OrganizationWire
from workshop_tui.clients.coder_accounts import CoderAccounts, UserWire
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.kinds import ACCOUNTS
from workshop_tui.model.sign_in import Account, Accounts, address_key
from workshop_tui.model.source import SourceKind
from workshop_tui.settings import Settings


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
    wanted: str | None
    interval_s: float = 300
    timeout_s: float = 60
    region: None = None
    kind: SourceKind[Accounts] = ACCOUNTS

    async def collect(self) -> Accounts:
        allowed, organizations, users = await asyncio.gather(
            self.accounts.sees_everybody(), self.coder.organizations(), self.accounts.users()
        )
        if allowed is False or (allowed is None and len(users) < 2):
            raise SourceError(
                ErrorKind.FORBIDDEN,
                "Coder does not show everybody: the token lacks the right to read users and members, "
                "which the roles Auditor and User Admin have",
            )
        chosen = workshop_organization(organizations, self.wanted)
        names = {one.id: one.name for one in organizations}
        return Accounts(
            organization=chosen.name if chosen else self.wanted or "",
            organization_there=chosen is not None,
            everybody=tuple(_account(user, names) for user in users),
        )


def _account(wire: UserWire, names: dict[str, str]) -> Account:
    there = tuple(names[known] for known in wire.organization_ids or () if known in names)
    return Account(wire.username.casefold(), address_key(wire.email), wire.status, there)
