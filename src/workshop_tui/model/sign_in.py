"""How people sign in at Coder, and who has an account there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SignInFlow:
    """What the address answers at which a person begins to sign in."""

    way: str
    """`oidc` or `github`."""
    status: int | None = None
    """None: nothing answered."""
    leads_to: str = ""
    """Host of the identity provider; empty when the answer leads nowhere."""
    error: str = ""
    """Why nothing answered."""
    by_device: bool = False
    """It leads to the page of Coder's own that shows a code to enter at the provider, as GitHub's default does."""

    @property
    def limited(self) -> bool:
        """Coder limits the rate of sign-ins from here now."""
        return self.status == 429


@dataclass(frozen=True, slots=True)
class SignInOffer:
    host: str
    """Coder's own."""
    offered: tuple[str, ...]
    """Of `oidc` `github` `password`."""
    flows: tuple[SignInFlow, ...] = ()
    """Of the offered ways that lead to an identity provider."""


@dataclass(frozen=True, slots=True)
class SignInTry:
    at: datetime
    username: str
    """Empty where Coder did not know who it was."""
    came_in: bool | None
    """None: Coder does not tell."""


@dataclass(frozen=True, slots=True)
class SignIns:
    tries: tuple[SignInTry, ...] = ()
    """The oldest first."""
    cut: bool = False
    """There were more than we read: what is older than the first is missing."""


def address_key(address: str) -> str:
    """Tells two e-mail addresses apart without being one; empty for none."""
    folded = address.strip().casefold()
    return hashlib.sha256(folded.encode()).hexdigest()[:32] if folded else ""


@dataclass(frozen=True, slots=True)
class Account:
    """Of Coder; holds no address."""

    username: str
    address_key: str
    status: str = ""
    """`active` `dormant` `suspended`."""
    organizations: tuple[str, ...] = ()
    """Names of those that our token sees."""


@dataclass(frozen=True, slots=True)
class Accounts:
    organization: str
    """The workshop's; empty when nothing tells it."""
    organization_there: bool
    everybody: tuple[Account, ...] = ()


@dataclass(frozen=True, slots=True)
class Credits:
    """What Coder's own quota gives the test account."""

    organization: str
    consumed: int
    budget: int
    """Negative: without limit."""


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who registered, as far as it takes to find their account."""

    name: str
    """Never an address; empty where the form has no name."""
    address_key: str
    github: str
    """The login, lower case."""
