"""What stands in a replay where the control room would change the platform: nothing does."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from workshop_tui.errors import UserError
from workshop_tui.model.smoke import PlatformChange
from workshop_tui.session.platform_actions import PlatformActions
from workshop_tui.session.smoke_session import SmokeSession

if TYPE_CHECKING:
    from workshop_tui.actions.cluster_actions import ClusterActions
    from workshop_tui.session.smoke_tests import SmokeTests


def _refuse() -> NoReturn:
    raise UserError("this is a replay, and nothing is changed on the platform from here")


class ReadOnlyActions(PlatformActions):
    """Every look and every action raises `UserError`."""

    unknown = "Not recorded: what was changed on the platform is no part of a recording."

    async def load(self) -> None:
        """What is left is of today, not of the recording."""

    async def _ready(self) -> ClusterActions:
        _refuse()


class ReadOnlySmokeTests(SmokeSession):
    async def look(self) -> tuple[PlatformChange, ...]:
        """What is left is of today, not of the recording."""
        return ()

    async def _tests(self) -> SmokeTests:
        _refuse()
