"""Workspaces that Coder builds before anybody asks, and that somebody claims."""

from __future__ import annotations

from collections.abc import Callable

from workshop_rehearsal.world.population import Person
from workshop_rehearsal.world.template import TEMPLATES, Template
from workshop_rehearsal.world.workspaces import Workspace, Workspaces

MADE_S = -3 * 86_400.0
"""When the first of them are asked for."""


def system_user(region: str) -> Person:
    """To whom they belong until they are claimed; its id is the same in every deployment, and no list shows it."""
    return Person(
        "c42fdf75-3097-471c-8c33-fb52454d81c0",
        "prebuilds",
        "Prebuilds Owner",
        "prebuilds@system",
        "none",
        region,
        arrives_s=None,
    )


class Prebuilds:
    """So many of each template are kept, all in the region of `owner`; `make` makes one by its name."""

    def __init__(
        self, count: int, owner: Person, workspaces: Workspaces, make: Callable[[Person, str, Template], object]
    ) -> None:
        self._count = count
        self._owner = owner
        self._workspaces = workspaces
        self._make = make
        self._made = 0

    def begin(self) -> None:
        for template in TEMPLATES:
            for _ in range(self._count):
                self._add(template)

    def claimable(self, person: Person, template: Template) -> Workspace | None:
        """One whose agent is ready, for somebody of the same region; another one is made in its place."""
        owned = self._workspaces.owned_by(self._owner) if person.region == self._owner.region else []
        found = next((one for one in owned if one.template is template and _is_ready(one)), None)
        if found is not None:
            self._add(template)
        return found

    def _add(self, template: Template) -> None:
        self._made += 1
        self._make(self._owner, f"prebuild-{self._made:04d}", template)


def _is_ready(workspace: Workspace) -> bool:
    agent = workspace.latest.agent
    return workspace.latest.status == "running" and agent is not None and agent.lifecycle == "ready"
