"""What Coder's own quota leaves to the account that stands for the workshop's people."""

from __future__ import annotations

from dataclasses import dataclass

from workshop_tui.clients.coder import CoderClient
from workshop_tui.clients.coder_accounts import CoderAccounts
from workshop_tui.collectors.accounts import workshop_organization
from workshop_tui.errors import ErrorKind, SourceError
from workshop_tui.model.kinds import CREDITS
from workshop_tui.model.sign_in import Credits
from workshop_tui.model.source import SourceKind


@dataclass(frozen=True)
class CreditsSource:
    """`wanted`: the organisation of the settings; `test_account`: user name or address."""

    coder: CoderClient
    accounts: CoderAccounts
    wanted: str | None
    test_account: str
    interval_s: float = 120
    timeout_s: float = 25
    region: None = None
    kind: SourceKind[Credits] = CREDITS

    async def collect(self) -> Credits:
        organizations, user = await self.coder.organizations(), await self._user()
        chosen = workshop_organization(organizations, self.wanted)
        if chosen is None:
            named = f"no organisation {self.wanted}" if self.wanted else "no default organisation"
            raise SourceError(ErrorKind.NOT_FOUND, f"Coder shows {named}: set sign_in.organization")
        quota = await self.accounts.quota(chosen.id, user)
        if quota is None:
            return Credits(chosen.name, 0, -1)
        return Credits(chosen.name, quota.credits_consumed, quota.budget)

    async def _user(self) -> str:
        """Coder takes names and ids, no addresses."""
        if "@" not in self.test_account:
            return self.test_account
        found = await self.accounts.id_of(self.test_account)
        if found is None:
            raise SourceError(ErrorKind.NOT_FOUND, "Coder shows no account of sign_in.test_account")
        return found
