"""How the workshop's people sign in."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from workshop_tui.settings.section import Section

Name = Annotated[str, Field(min_length=1, max_length=200)]


class SignInWay(StrEnum):
    """By Coder's own names."""

    OIDC = "oidc"
    GITHUB = "github"
    PASSWORD = "password"  # noqa: S105 - a way to sign in


class SignIn(Section):
    ways: tuple[SignInWay, ...] = ()
    """Those that the workshop needs. Default: `oidc` for internal and `github` for external people, as the guide says;
    one that is not offered is then a warning only."""
    test_account: Name | None = None
    """User name or address of an account as external people have it; it stands for them."""
    organization: Name | None = None
    """Name of the one that people work in. Default: the first of `coder.organizations`, else Coder's default one."""
