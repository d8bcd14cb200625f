"""Who signed in or was refused on the way back from the provider."""

from __future__ import annotations

from dataclasses import dataclass

from workshop_rehearsal.world.population import Person

REFUSED = 401
REDIRECTED = 307
"""A sign-in through Okta or GitHub that works ends with a redirect to the dashboard."""


@dataclass(frozen=True, slots=True)
class SignIn:
    id: str
    at_s: float
    person: Person
    status: int
    is_first: bool = False
    """The person's very first, which registers the account."""

    @property
    def is_audited(self) -> bool:
        """Of a refused one Coder keeps no row: there is no user yet whose act it would be."""
        return self.status < 400

    @property
    def path(self) -> str:
        """Of the API, where the provider sends people back to."""
        return f"/api/v2/users/{'oidc' if self.person.login_type == 'oidc' else 'oauth2/github'}/callback"
