"""Who signed in or was refused, as Coder's audit log keeps it."""

from __future__ import annotations

from dataclasses import dataclass

from workshop_tui.rehearsal.world.population import Person

REFUSED = 401
REDIRECTED = 307
"""A sign-in through Okta or GitHub that works ends with a redirect to the dashboard."""


@dataclass(frozen=True, slots=True)
class SignIn:
    id: str
    at_s: float
    person: Person
    status: int

    @property
    def path(self) -> str:
        """Of the API, where the provider sends people back to."""
        return f"/api/v2/users/{'oidc' if self.person.login_type == 'oidc' else 'oauth2/github'}/callback"
