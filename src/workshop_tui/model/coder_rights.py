"""What our token may read at Coder, and what the server and its licence can do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CoderRight:
    """To read all of one kind of Coder's things."""

    resource: str
    """As Coder's `authcheck` names it."""
    shows: str
    """What cannot be read without it, e.g. `all workspaces`."""
    serves: str
    """What it is for, in a few words."""
    roles: tuple[str, ...]
    """Each of these has it everywhere."""
    organization_roles: tuple[str, ...] = ()
    """Each of these has it in its own organisation."""
    in_organization: bool = True
    """Asked for each organisation; else once."""
    optional: bool = False

    def without(self, organization: str = "") -> str:
        """What is missing and who has it, as one line."""
        place = f" of {organization}" if organization else ""
        has = _either(self.roles)
        if self.organization_roles and organization:
            has += f", and in {organization} {_either(self.organization_roles)}"
        return f"the token may not read {self.shows}{place}: the role {has} has that right"


def _either(roles: Sequence[str]) -> str:
    return " or ".join((", ".join(roles[:-1]), roles[-1]) if len(roles) > 1 else roles)


ALL_WORKSPACES = CoderRight(
    "workspace",
    "all workspaces",
    "builds, agents, starts and hazards",
    ("Owner", "Template Admin"),
    ("Organization Admin",),
)
PROVISIONER_JOBS = CoderRight(
    "provisioner_jobs",
    "provisioners and their jobs",
    "provisioners and their queue",
    ("Owner",),
    ("Organization Admin", "Organization Template Admin"),
)
ALL_USERS = CoderRight(
    "user",
    "all users",
    "who has an account",
    ("Owner", "Template Admin", "Auditor", "User Admin"),
    in_organization=False,
)
ALL_MEMBERS = CoderRight(
    "organization_member",
    "all members",
    "who is in the workshop's organisation",
    ("Owner", "Template Admin", "Auditor", "User Admin"),
)
AUDIT_LOG = CoderRight(
    "audit_log",
    "the audit log",
    "who was refused at the sign-in",
    ("Owner", "Auditor"),
    in_organization=False,
    optional=True,
)
ALL_TEMPLATES = CoderRight(
    "template", "all templates", "the templates that the settings name", ("Owner", "Template Admin")
)
ALL_ORGANIZATIONS = CoderRight(
    "organization", "all organisations", "those that the settings name", ("Owner",), in_organization=False
)


@dataclass(frozen=True, slots=True)
class CoderRightAnswer:
    right: CoderRight
    organization: str
    """Name; empty where it is asked once."""
    allowed: bool


@dataclass(frozen=True, slots=True)
class Feature:
    """What the licence switches on."""

    name: str
    """As `/entitlements` names it."""
    serves: str
    enabled: bool
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Requirement:
    """What an older server does not have."""

    serves: str
    least: tuple[int, int]
    """Version, e.g. (2, 19)."""

    @property
    def version(self) -> str:
        return ".".join(map(str, self.least))


@dataclass(frozen=True, slots=True)
class CoderRights:
    version: str
    answers: tuple[CoderRightAnswer, ...]
    features: tuple[Feature, ...] = ()
    requirements: tuple[Requirement, ...] = ()


PROVISIONERS_SINCE = Requirement("provisioners and their queue", (2, 19))
BRIDGE_SINCE = Requirement("the AI bridge", (2, 32))

_RELEASE = re.compile(r"v?(\d+)\.(\d+)\.\d+")


def is_older(version: str, least: tuple[int, int]) -> bool | None:
    """None where the version tells no release, as of a build of one's own."""
    found = _RELEASE.match(version)
    release = (int(found[1]), int(found[2])) if found else (0, 0)
    return None if release == (0, 0) else release < least


@dataclass(frozen=True, slots=True)
class OwnCredential:
    """What this program signs in with."""

    name: str
    """e.g. `Coder token`, `client certificate of us-east-2`."""
    region: str | None = None
    ends_at: datetime | None = None
    """None: never, or it is renewed by itself, or `unknown`."""
    told_by: str = ""
    extended: bool = False
    """By use: it ends only when nobody uses it for long."""
    unknown: str = ""
    """Why its end cannot be read."""
