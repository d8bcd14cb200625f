"""What stands in a replay where the control room would change the platform: nothing does."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from workshop_tui.errors import UserError
from workshop_tui.model.smoke import PlatformChange
from workshop_tui.session.platform_actions import Deeds
from workshop_tui.session.smoke_session import SmokeSession

if TYPE_CHECKING:
    from workshop_tui.actions.platform_actions import PlatformDeeds
    from workshop_tui.session.smoke_tests import SmokeTests


def _refuse() -> NoReturn:
    raise UserError("this is a replay, and nothing is changed on the platform from here")


class NoDeeds(Deeds):
    """Every look and every deed raises `UserError`."""

    unknown = "Not recorded: what was changed on the platform is no part of a recording."

    async def load(self) -> None:
        """What is left is of today, not of the recording."""

    async def _ready(self) -> PlatformDeeds:
        _refuse()


class NoSmokeTests(SmokeSession):
    async def look(self) -> tuple[PlatformChange, ...]:
        """What is left is of today, not of the recording."""
        return ()

    async def _tests(self) -> SmokeTests:
        _refuse()
